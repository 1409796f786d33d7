/// A script for a POSIX shell, as far as it is a row of simple commands (POSIX.1-2024, Shell Command Language, 2.2 and 2.3).
struct ShellScript: Sendable, Equatable {
  /// The words of each command that is waited for, without their quotes: what stands in the background, or after `||`, is not
  /// among them.
  private(set) var commands: [[String]] = []

  /// What ends a command.
  private enum Separator {
    case next
    case background
    case and
    case or
  }

  /// - Returns: `nil` for a script with groups, substitutions or quotes that do not end: what it does depends on more than its
  ///   words.
  init?(_ text: String) {
    var reader = ShellWordReader(text)
    var isAlternative = false
    while true {
      guard let (words, separator) = Self.command(&reader) else { return nil }
      if !isAlternative, separator != .background, !words.isEmpty { commands.append(words) }
      isAlternative = separator == .or || (isAlternative && separator == .and)
      if reader.isAtEnd { return }
    }
  }

  private static func command(_ reader: inout ShellWordReader) -> ([String], Separator)? {
    var words: [String] = []
    while true {
      switch reader.next() {
      case .word(let word): words.append(word)
      case .redirection: continue
      case .end, .line: return (words, .next)
      case .operation(";"), .operation("|"), .operation(";;"): return (words, .next)
      case .operation("&"): return (words, .background)
      case .operation("&&"): return (words, .and)
      case .operation("||"): return (words, .or)
      case .operation, .unreadable: return nil
      }
    }
  }
}

/// The tokens of a script, one after the other.
private struct ShellWordReader {
  enum Token: Equatable {
    case word(String)
    /// An operator that ends a command, or one that groups commands.
    case operation(String)
    /// With the file that it leads to.
    case redirection
    case line
    case end
    case unreadable
  }

  private var rest: Substring

  private static let delimiters: Set<Character> = [" ", "\t", "\r", "\n", ";", "&", "|", "(", ")", "<", ">"]

  init(_ text: String) {
    // Both together are one character.
    rest = text.replacing("\r\n", with: "\n")[...]
  }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func next() -> Token {
    skipBlanks()
    guard let first = rest.first else { return .end }
    if first == "\n" {
      rest.removeFirst()
      return .line
    }
    if "<>".contains(first) || rest.hasPrefix("&>") { return redirection() }
    for operation in ["&&", "||", ";;", "&", "|", ";", "(", ")"] where rest.hasPrefix(operation) {
      rest.removeFirst(operation.count)
      return .operation(operation)
    }
    guard let word = word() else { return .unreadable }
    // The number of the descriptor that is led elsewhere.
    if rest.first.map("<>".contains) ?? false, !word.isEmpty, word.allSatisfy(\.isNumber) { return redirection() }
    return .word(word)
  }

  /// Blanks, escaped ends of lines, and comments.
  private mutating func skipBlanks() {
    while true {
      if rest.hasPrefix("\\\n") {
        rest.removeFirst(2)
      } else if let first = rest.first, first == " " || first == "\t" || first == "\r" {
        rest.removeFirst()
      } else if rest.first == "#" {
        rest = rest.drop { $0 != "\n" }
      } else {
        return
      }
    }
  }

  private mutating func redirection() -> Token {
    if rest.first == "&" { rest.removeFirst() }
    rest = rest.drop { "<>".contains($0) }
    if rest.first == "&" || rest.first == "|" { rest.removeFirst() }
    skipBlanks()
    return word() == nil ? .unreadable : .redirection
  }

  /// - Returns: `nil` where a substitution stands in it, or a quote does not end.
  private mutating func word() -> String? {
    var word = ""
    while let character = rest.first, !Self.delimiters.contains(character) {
      rest.removeFirst()
      switch character {
      case "\\":
        guard let escaped = rest.popFirst() else { return nil }
        if escaped != "\n" { word.append(escaped) }
      case "'":
        guard let end = rest.firstIndex(of: "'") else { return nil }
        word += rest[..<end]
        rest = rest[rest.index(after: end)...]
      case "\"":
        guard let quoted = quoted() else { return nil }
        word += quoted
      case "`": return nil
      case "$" where rest.first == "(" || rest.first == "{": return nil
      default: word.append(character)
      }
    }
    return word
  }

  /// What stands up to the second quotation mark.
  private mutating func quoted() -> String? {
    var text = ""
    while let character = rest.popFirst() {
      switch character {
      case "\"": return text
      case "\\" where rest.first.map("$`\"\\\n".contains) ?? false:
        if let escaped = rest.popFirst(), escaped != "\n" { text.append(escaped) }
      case "`": return nil
      case "$" where rest.first == "(" || rest.first == "{": return nil
      default: text.append(character)
      }
    }
    return nil
  }
}
