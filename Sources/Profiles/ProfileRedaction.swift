import Redaction

/// Replaces literal secrets in a profile, so that it can be recorded.
///
/// A secret is a value under a key or header that by its name holds one, or what ``SecretText`` finds in a value or a
/// comment. What comes from the environment (`{{env NAME}}`) or from data (`{{csv FEED.COLUMN}}`) is no literal and stays,
/// and so does what the profile itself gives a meaning: names of feeds and containers, images, paths of key files.
enum ProfileRedaction {
  /// Keys of the profile's own that look like those of secrets.
  private static let ownKeys: Set<String> = ["auth", "clientKey"]
  /// Mappings whose keys are names that the user gives to something else than a value.
  private static let mappingsOfNames: Set<String> = ["data", "setImage"]

  /// The text of a document as it may be recorded.
  static func redacted(_ root: YAMLNode, text: String) -> String {
    let result = redact(root, secret: false)
    if result != root { return result.text() }
    // What is written anew has no comments. They are given up only where one of them tells a secret.
    return commentsTellSecrets(text) ? root.text() : text
  }

  /// Whether a line has something after a `#` that is to be replaced. A `#` within a value counts, too: its secrets have been
  /// looked for already, so that this is rare, and costs comments only.
  private static func commentsTellSecrets(_ text: String) -> Bool {
    text.split(whereSeparator: \.isNewline).contains { line in
      guard let mark = line.firstIndex(of: "#") else { return false }
      let comment = String(line.suffix(from: mark).drop { $0 == "#" || $0 == " " })
      return SecretText.redacted(comment) != comment
    }
  }

  private static func redact(_ node: YAMLNode, secret: Bool) -> YAMLNode {
    var result = node
    switch node.content {
    case .scalar(let text, let plain):
      guard !node.isNull else { break }
      let redacted = secret ? replaced(text) : SecretText.redacted(text)
      if redacted != text { result.content = .scalar(redacted, plain: plain && !secret) }
    case .sequence(let elements):
      guard !secret, let texts = words(elements) else {
        result.content = .sequence(elements.map { redact($0, secret: secret) })
        break
      }
      // What stands after a flag such as --token is one, too.
      result.content = .sequence(
        zip(elements, SecretText.redacted(arguments: texts)).map { element, text in
          var element = element
          if element.scalar != text { element.content = .scalar(text, plain: false) }
          return element
        })
    case .mapping(let entries):
      result.content = .mapping(
        entries.map { entry in
          var entry = entry
          entry.value = value(of: entry, secret: secret)
          return entry
        })
    }
    return result
  }

  private static func value(of entry: YAMLNode.Entry, secret: Bool) -> YAMLNode {
    guard !secret else { return redact(entry.value, secret: true) }
    if mappingsOfNames.contains(entry.key), case .mapping(let named) = entry.value.content {
      var value = entry.value
      value.content = .mapping(
        named.map { one in
          var one = one
          // An image is no secret, and its tag no value of its name.
          if one.value.scalar == nil { one.value = redact(one.value, secret: false) }
          return one
        })
      return value
    }
    return redact(entry.value, secret: isSecret(entry))
  }

  private static func isSecret(_ entry: YAMLNode.Entry) -> Bool {
    guard !ownKeys.contains(entry.key) else { return false }
    switch SecretName.weight(of: entry.key) {
    case .none: return false
    case .strong: return true
    // `key`, `code` and the like hold a value; what is taken apart further has names of its own.
    case .weak: return entry.value.scalar != nil
    }
  }

  private static func replaced(_ text: String) -> String {
    SecretText.isLiteral(text) ? SecretText.replacement : text
  }

  private static func words(_ elements: [YAMLNode]) -> [String]? {
    let texts = elements.map { $0.isNull ? nil : $0.scalar }
    return texts.contains(nil) ? nil : texts.compactMap { $0 }
  }
}
