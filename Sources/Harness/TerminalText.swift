/// Text from outside on its way to a terminal.
enum TerminalText {
  /// The text on one line without control characters, so that a pod name or a message cannot move the cursor, colour
  /// the screen or forge a line.
  static func plain(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          switch scalar.properties.generalCategory {
          case .control, .lineSeparator, .paragraphSeparator, .format: " "
          default: scalar
          }
        }))
  }

  /// At most `width` columns, with an ellipsis where something was cut.
  static func cut(_ text: String, to width: Int) -> String {
    guard columns(text) > width else { return text }
    var result = ""
    var used = 0
    for character in text {
      let columns = columns(character)
      guard used + columns < width else { break }
      result.append(character)
      used += columns
    }
    return width > 0 ? result + "…" : ""
  }

  /// Columns that a text takes on a terminal.
  static func columns(_ text: String) -> Int {
    text.reduce(0) { $0 + columns($1) }
  }

  /// Two for what East Asian Width (Unicode Standard Annex 11) calls wide, one for everything else.
  private static func columns(_ character: Character) -> Int {
    character.unicodeScalars.contains { scalar in wide.contains { $0.contains(scalar.value) } } ? 2 : 1
  }

  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x231A...0x231B, 0x23E9...0x23EC, 0x2614...0x2615, 0x26A1...0x26A1, 0x2705...0x2705,
    0x274C...0x274C, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
    0xFE0F...0xFE0F, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD,
  ]
}
