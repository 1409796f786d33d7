import KubernetesObjects

/// How names must be written (Kubernetes 1.36, apimachinery/pkg/util/validation/validation.go).
enum NameFormat: Sendable {
  /// RFC 1123, up to 63 characters.
  case label
  /// RFC 1123, labels with dots between, up to 253 characters.
  case subdomain
  /// Up to 15 characters with a letter among them.
  case portName
  /// Anything that can stand in a path.
  case pathSegment

  private static let labelRule =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an "
    + "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
  private static let subdomainRule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end "
    + "with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"

  /// What is wrong with a name; `nil` when it is right, or no text.
  func problem(with name: String?, at path: String) -> FieldProblem? {
    guard let name else { return nil }
    guard !name.isEmpty else { return .required(path) }
    switch self {
    case .label:
      if name.utf8.count > 63 { return .invalid(path, "\"\(name)\"", "must be no more than 63 characters") }
      return Self.isLabel(Substring(name)) ? nil : .invalid(path, "\"\(name)\"", Self.labelRule)
    case .subdomain:
      if name.utf8.count > 253 { return .invalid(path, "\"\(name)\"", "must be no more than 253 characters") }
      return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(Self.isLabel)
        ? nil : .invalid(path, "\"\(name)\"", Self.subdomainRule)
    case .portName:
      if name.utf8.count > 15 { return .invalid(path, "\"\(name)\"", "must be no more than 15 characters") }
      guard Self.isLabel(Substring(name)), !name.contains("--") else {
        return .invalid(path, "\"\(name)\"", "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
      }
      return name.utf8.contains { (0x61...0x7A).contains($0) }
        ? nil : .invalid(path, "\"\(name)\"", "must contain at least one letter (a-z)")
    case .pathSegment:
      return name.contains("/") || name.contains("%") || name == "." || name == ".."
        ? .invalid(path, "\"\(name)\"", "may not contain '/' or '%', or be '.' or '..'") : nil
    }
  }

  /// Whether a text is `[a-z0-9]([-a-z0-9]*[a-z0-9])?`.
  static func isLabel(_ text: Substring) -> Bool {
    func isAlphanumeric(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) }
    guard let first = text.utf8.first, let last = text.utf8.last else { return false }
    return isAlphanumeric(first) && isAlphanumeric(last) && text.utf8.allSatisfy { isAlphanumeric($0) || $0 == 0x2D }
  }

  /// What is wrong with the value of a label.
  static func labelValueProblem(_ value: String, at path: String) -> FieldProblem? {
    if value.utf8.count > 63 { return .invalid(path, "\"\(value)\"", "must be no more than 63 characters") }
    return value.isEmpty || isQualified(Substring(value))
      ? nil
      : .invalid(
        path, "\"\(value)\"",
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end "
          + "with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
          + "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')")
  }

  /// What is wrong with the key of a label or an annotation: `app`, `example.com/app`.
  static func keyProblem(_ key: String, at path: String) -> FieldProblem? {
    let parts = key.split(separator: "/", omittingEmptySubsequences: false)
    let name = parts.last ?? ""
    let isGood =
      parts.count <= 2 && !name.isEmpty && name.utf8.count <= 63 && isQualified(name)
      && (parts.count == 1
        || parts[0].lowercased().split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isLabel))
    return isGood
      ? nil
      : .invalid(
        path, "\"\(key)\"",
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
          + "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
          + "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')")
  }

  private static func isQualified(_ text: Substring) -> Bool {
    func isAlphanumeric(_ byte: UInt8) -> Bool {
      (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
    }
    guard let first = text.utf8.first, let last = text.utf8.last else { return false }
    return isAlphanumeric(first) && isAlphanumeric(last)
      && text.utf8.allSatisfy { isAlphanumeric($0) || [0x2D, 0x5F, 0x2E].contains($0) }
  }
}
