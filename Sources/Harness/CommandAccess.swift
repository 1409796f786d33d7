import Foundation

/// How programs that a run starts find its cluster: by variables of their environment, which kubectl and Helm read.
struct CommandAccess: Sendable {
  let environment: [String: String]
  /// The folder that is made for it; `nil` where none is needed.
  private let folder: String?

  /// For a cluster of the user's.
  ///
  /// - Parameters:
  ///   - kubeconfig: the file that was asked for; `nil` for those that the environment names.
  ///   - context: in it; `nil` for the current one.
  init(kubeconfig: String?, context: String?, namespace: String, environment: [String: String]) throws(HarnessError) {
    var variables = ["HELM_NAMESPACE": namespace]
    if let kubeconfig { variables["KUBECONFIG"] = kubeconfig }
    guard let context else {
      (self.environment, folder) = (variables, nil)
      return
    }
    // Of several files the first one says which context is the current one
    // (Kubernetes, client-go/tools/clientcmd/loader.go, `ClientConfigLoadingRules.Load`).
    let named = kubeconfig ?? environment["KUBECONFIG"].flatMap { $0.isEmpty ? nil : $0 }
    let files = named ?? (environment["HOME"] ?? NSHomeDirectory()) + "/.kube/config"
    let text = "apiVersion: v1\nkind: Config\ncurrent-context: \(Self.quoted(context))\n"
    let (folder, file) = try Self.written(text)
    variables["KUBECONFIG"] = "\(file):\(files)"
    (self.environment, self.folder) = (variables, folder)
  }

  /// For a cluster that the run has started.
  init(kubeconfig text: String, namespace: String) throws(HarnessError) {
    let (folder, file) = try Self.written(text)
    environment = ["HELM_NAMESPACE": namespace, "KUBECONFIG": file]
    self.folder = folder
  }

  /// Removes what was written for it.
  func close() {
    if let folder { try? FileManager.default.removeItem(atPath: folder) }
  }

  /// A string of JSON is one of YAML.
  private static func quoted(_ text: String) -> String {
    (try? JSONEncoder().encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
  }

  /// Writes a kubeconfig that nobody else may read.
  private static func written(_ text: String) throws(HarnessError) -> (folder: String, file: String) {
    let folder = FileManager.default.temporaryDirectory.path + "/scaleproof-\(UUID().uuidString)"
    let file = folder + "/kubeconfig"
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw HarnessError(.refused, "\(folder): the folder cannot be made: \(FileProblem.reason(of: error))")
    }
    guard
      FileManager.default.createFile(
        atPath: file, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
    else {
      try? FileManager.default.removeItem(atPath: folder)
      throw HarnessError(.refused, "\(file): the kubeconfig for programs cannot be written")
    }
    return (folder, file)
  }
}
