/// One line for a terminal: stretches of text, some of them emphasised.
///
/// Of the colours only red is used, which is readable on light and dark grounds alike, and never alone: the words say
/// the same without.
struct TerminalLine: Sendable, Equatable {
  enum Emphasis: String, Sendable, Equatable {
    case none = ""
    case bold = "1"
    /// For what went wrong.
    case red = "31"
  }

  private var stretches: [(text: String, emphasis: Emphasis)] = []

  init(_ text: String, _ emphasis: Emphasis = .none) {
    add(text, emphasis)
  }

  /// Control characters in the text become blanks.
  mutating func add(_ text: String, _ emphasis: Emphasis = .none) {
    stretches.append((TerminalText.plain(text), emphasis))
  }

  static func + (line: TerminalLine, other: TerminalLine) -> TerminalLine {
    var line = line
    line.stretches += other.stretches
    return line
  }

  static func == (left: TerminalLine, right: TerminalLine) -> Bool {
    left.stretches.elementsEqual(right.stretches) { $0.text == $1.text && $0.emphasis == $1.emphasis }
  }

  /// The text alone.
  var text: String { stretches.map(\.text).joined() }

  /// The line in at most `width` columns.
  func rendered(width: Int, emphasised: Bool) -> String {
    var rest = width
    var result = ""
    for (index, stretch) in stretches.enumerated() where rest > 0 {
      // A stretch that fits exactly is cut too when more follows, so that the cut shows.
      let later = stretches[(index + 1)...].contains { !$0.text.isEmpty }
      let text =
        TerminalText.columns(stretch.text) == rest && later
        ? TerminalText.cut(stretch.text + " ", to: rest) : TerminalText.cut(stretch.text, to: rest)
      rest -= TerminalText.columns(text)
      if text != stretch.text { rest = 0 }
      let isPlain = !emphasised || stretch.emphasis == .none || text.isEmpty
      result += isPlain ? text : "\u{1B}[\(stretch.emphasis.rawValue)m\(text)\u{1B}[0m"
    }
    return result
  }
}
