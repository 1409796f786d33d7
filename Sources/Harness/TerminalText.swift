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

  /// At most `width` characters, with an ellipsis where something was cut.
  static func cut(_ text: String, to width: Int) -> String {
    text.count <= width ? text : String(text.prefix(max(width - 1, 0))) + "…"
  }
}
