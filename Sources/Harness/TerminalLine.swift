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

  /// The line as lines of at most `width` columns, the later ones indented.
  ///
  /// Lines end between fields, which two blanks part; a field that is longer than a line, between words; a word that is
  /// longer is cut. So a number is shown whole or not at all.
  ///
  /// - Parameter most: so many lines at most; the last one says by an ellipsis that something is missing.
  func wrapped(width: Int, indent: Int, most: Int = .max) -> [TerminalLine] {
    guard TerminalText.columns(text) > width else { return [self] }
    var lines: [TerminalLine] = [TerminalLine("")]
    var used = 0
    for word in words(room: max(width - indent, 1)) {
      // A field moves as a whole when it fits into a line of its own.
      let needed = word.startsField ? word.fieldColumns : word.columns
      let fits = used + word.gap + (needed <= width - indent ? needed : word.columns) <= width
      if !fits, used > indent || lines.count == 1 && used > 0 {
        if lines.count == most {
          lines[most - 1] = lines[most - 1].withEllipsis(width: width)
          return lines
        }
        lines.append(TerminalLine(String(repeating: " ", count: indent)))
        used = indent
      } else if word.gap > 0 {
        lines[lines.count - 1].add(String(repeating: " ", count: word.gap), word.emphasis)
        used += word.gap
      }
      let text = TerminalText.cut(word.text, to: width - used)
      lines[lines.count - 1].add(text, word.emphasis)
      used += TerminalText.columns(text)
    }
    return lines
  }

  private struct Word {
    var text: String
    var emphasis: Emphasis
    /// Blanks before it.
    var gap: Int
    /// Whether two blanks or more stand before it.
    var startsField: Bool
    var columns: Int
    /// Columns of the field that begins with it, up to the next two blanks.
    var fieldColumns: Int
  }

  private func words(room: Int) -> [Word] {
    var words: [Word] = []
    var gap = 0
    var joins = false
    for stretch in stretches {
      for part in stretch.text.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
        if part.offset > 0 {
          gap += 1
          joins = false
        }
        guard !part.element.isEmpty else { continue }
        let text = String(part.element)
        words.append(
          Word(
            text: text, emphasis: stretch.emphasis, gap: joins ? 0 : gap, startsField: words.isEmpty || gap > 1,
            columns: TerminalText.columns(text), fieldColumns: 0))
        gap = 0
        joins = true
      }
    }
    var field = 0
    for index in words.indices.reversed() {
      field += words[index].columns
      words[index].fieldColumns = field
      field = words[index].startsField ? 0 : field + words[index].gap
    }
    return words
  }

  /// The line with an ellipsis behind its last word, in place of what does not fit beside it.
  private func withEllipsis(width: Int) -> TerminalLine {
    var line = self
    guard TerminalText.columns(text) + 2 > width else {
      line.add(" …")
      return line
    }
    while let last = line.stretches.popLast() {
      let isBlank = last.text.allSatisfy { $0 == " " }
      if !isBlank, TerminalText.columns(line.text) + 1 <= width {
        line.add("…")
        return line
      }
    }
    return TerminalLine("…")
  }

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
