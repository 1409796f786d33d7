/// Whom the user of a kubeconfig acts as: what the API server then allows is what it allows them.
///
/// Obeyed or refused, never passed over: a run would have more rights than it was given.
package struct Impersonation: Sendable, Equatable {
  package var user: String
  package var uid: String
  package var groups: [String]
  package var extra: [String: [String]]

  package init(user: String = "", uid: String = "", groups: [String] = [], extra: [String: [String]] = [:]) {
    self.user = user
    self.uid = uid
    self.groups = groups
    self.extra = extra
  }

  package static let none = Impersonation()

  /// Whether it says more than whom to act as.
  var hasDetails: Bool { !uid.isEmpty || !groups.isEmpty || !extra.isEmpty }

  /// The headers that ask for it (Kubernetes, client-go/transport/round_trippers.go, `impersonatingRoundTripper`).
  var headers: [(name: String, value: String)] {
    guard !user.isEmpty else { return [] }
    var headers = [(name: "Impersonate-User", value: user)]
    if !uid.isEmpty { headers.append(("Impersonate-Uid", uid)) }
    headers += groups.map { ("Impersonate-Group", $0) }
    for (key, values) in extra.sorted(by: { $0.key < $1.key }) {
      headers += values.map { ("Impersonate-Extra-" + Self.escaped(key), $0) }
    }
    return headers
  }

  /// A key as part of a header's name: whatever may not stand there, and `%`, as `%XX`
  /// (Kubernetes, client-go/transport/round_trippers.go, `headerKeyEscape`).
  private static func escaped(_ key: String) -> String {
    key.utf8.map { byte in
      let isLetter = (0x41...0x5A).contains(byte & 0xDF)
      if isLetter || (0x30...0x39).contains(byte) || "!#$&'*+-.^_`|~".utf8.contains(byte) {
        return String(UnicodeScalar(byte))
      }
      let digits = String(byte, radix: 16, uppercase: true)
      return digits.count == 1 ? "%0\(digits)" : "%\(digits)"
    }.joined()
  }
}
