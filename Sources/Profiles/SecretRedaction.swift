/// Replaces literal secrets, so that a profile can be recorded.
///
/// A secret is a value under a key or header that by its name holds one, a password in a URL, or such a parameter in a
/// path, query or form. What comes from the environment (`{{env NAME}}`) or from data (`{{csv FEED.COLUMN}}`) is no
/// literal and stays.
package enum SecretRedaction {
  package static let replacement = "REDACTED"

  /// Whether a key or a header by its name holds a secret.
  static func isSecret(name: String) -> Bool {
    let plain = name.lowercased().filter { $0 != "-" && $0 != "_" }
    let whole = ["authorization", "proxyauthorization", "cookie", "setcookie", "pwd", "pass", "bearer"]
    let parts = [
      "token", "password", "passwd", "secret", "apikey", "credential", "privatekey", "accesskey", "sessionid",
    ]
    return whole.contains(plain) || parts.contains { plain.contains($0) }
  }

  /// A text in which passwords of URLs and secret parameters are replaced.
  package static func redacted(text: String) -> String {
    var result = text
    // https://user:password@host
    result.replace(/(:\/\/[^\/\s:@]*:)[^\/\s@]+@/) { "\($0.output.1)\(replacement)@" }
    // ?token=value&, form fields, "password": "value" in JSON text
    result.replace(/([A-Za-z0-9_\-]+)("?\s*[=:]\s*"?)([^&\s"';,{}]+)/) { match in
      isSecret(name: String(match.output.1))
        ? "\(match.output.1)\(match.output.2)\(replacement)" : String(match.output.0)
    }
    return result
  }

  /// The document without its secrets; `nil` when it has none.
  static func redacted(_ root: YAMLNode) -> YAMLNode? {
    var result = redact(root, secret: false)
    // The keys of `data` are names of feeds: a feed `tokens` says nothing secret by its file and order.
    if case .mapping(let feeds)? = root["data"]?.content {
      result["data"]?.content = .mapping(
        feeds.map { feed in
          var feed = feed
          feed.value = redact(feed.value, secret: false)
          return feed
        })
    }
    return result == root ? nil : result
  }

  private static func redact(_ node: YAMLNode, secret: Bool) -> YAMLNode {
    var result = node
    switch node.content {
    case .scalar(let text, let plain):
      if secret, !node.isNull, !isFilledIn(text) {
        result.content = .scalar(replacement, plain: false)
      } else if !secret {
        let redacted = redacted(text: text)
        if redacted != text { result.content = .scalar(redacted, plain: plain) }
      }
    case .sequence(let elements):
      result.content = .sequence(elements.map { redact($0, secret: secret) })
    case .mapping(let entries):
      result.content = .mapping(
        entries.map { entry in
          var entry = entry
          entry.value = redact(entry.value, secret: secret || isSecret(name: entry.key))
          return entry
        })
    }
    return result
  }

  /// Whether all of a value but the name of its scheme comes from elsewhere: `Bearer {{env TOKEN}}`.
  private static func isFilledIn(_ text: String) -> Bool {
    let literal = text.replacing(/\{\{\s*(env|csv)\s[^{}]*\}\}/, with: "")
    guard literal != text else { return false }
    let words = literal.split(whereSeparator: { $0 == " " || $0 == ":" })
    return words.allSatisfy { ["basic", "bearer", "token", "digest", "apikey"].contains($0.lowercased()) }
  }
}
