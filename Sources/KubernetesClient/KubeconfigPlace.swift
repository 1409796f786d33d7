/// Where something stands in a kubeconfig, for messages: `/home/jane/.kube/config:12:7`.
package struct KubeconfigPlace: Sendable, Equatable, CustomStringConvertible {
  package let file: String
  /// From 1; `nil` where only the file is known.
  package let line: Int?
  package let column: Int?

  package init(file: String, line: Int? = nil, column: Int? = nil) {
    self.file = file
    self.line = line
    self.column = column
  }

  package var description: String {
    ([file] + [line, column].compactMap { $0.map(String.init) }).joined(separator: ":")
  }

  /// What is wrong there.
  func problem(_ field: String, _ cause: String, hint: String? = nil) -> KubernetesError {
    KubernetesError(
      .configuration, attempt: field.isEmpty ? description : "\(self): \(field)", cause: cause, hint: hint)
  }
}
