import Redaction

/// A field of a profile that a sweep varies: `PATH=60,120,300`, or `PATH=60..300` where values are drawn.
struct SweptField: Sendable, Equatable {
  enum Values: Sendable, Equatable {
    case list([String])
    /// Numbers with the same words around them: `30s..5m` is none, `30s..300s` is.
    case range(NumberRange)
  }

  let path: String
  let values: Values

  /// - Throws: ``HarnessError`` with the status `usage`.
  init(_ text: String) throws(HarnessError) {
    guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
      throw HarnessError(.usage, "--sweep \(text): write PATH=VALUE,VALUE,…, as --set takes PATH=VALUE")
    }
    path = String(text[..<equals])
    let values = String(text[text.index(after: equals)...])
    let name = path.split(separator: ".").last.map(String.init) ?? path
    let isCredential = path.split(separator: ".").contains { $0 == "auth" || SecretName.isSecret($0) }
    guard !isCredential, SecretText.redacted(message: "\(name): \(values)") == "\(name): \(values)" else {
      throw HarnessError(
        .usage,
        "--sweep \(path): a value holds a secret, which the table would show: read it from the environment, as "
          + "{{env NAME}}, and sweep something else")
    }
    if let range = NumberRange(values) {
      self.values = .range(range)
    } else {
      let list = Self.list(values)
      guard list.allSatisfy({ !$0.isEmpty }) else {
        throw HarnessError(.usage, "--sweep \(text): a value is empty: write PATH=VALUE,VALUE,…")
      }
      guard Set(list).count == list.count else {
        throw HarnessError(.usage, "--sweep \(text): a value is named twice")
      }
      self.values = .list(list)
    }
  }

  /// The values between commas that stand in no brackets, braces or quotes.
  private static func list(_ text: String) -> [String] {
    var list = [""]
    var depth = 0
    var quote: Character?
    for character in text {
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if "[{".contains(character) {
        depth += 1
      } else if "]}".contains(character) {
        depth -= 1
      } else if character == ",", depth == 0 {
        list.append("")
        continue
      }
      list[list.count - 1].append(character)
    }
    return list
  }
}
