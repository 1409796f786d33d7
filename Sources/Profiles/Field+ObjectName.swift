extension Field {
  /// The name of an object of Kubernetes.
  func objectName() -> String? {
    guard let text = text() else { return nil }
    guard Self.isObjectName(text) else {
      report("\"\(text)\" is not the name of an object", hint: "names have lower-case letters, digits, - and .")
      return nil
    }
    return text
  }

  /// The rule for names of most objects: a DNS subdomain of RFC 1123
  /// (Kubernetes, apimachinery/pkg/util/validation/validation.go).
  static func isObjectName(_ text: String) -> Bool {
    guard (1...253).contains(text.utf8.count) else { return false }
    let allowed = text.utf8.allSatisfy {
      (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x2E
    }
    return allowed && !"-.".contains(text.first ?? "-") && !"-.".contains(text.last ?? "-")
  }
}
