import Testing

@testable import Harness

@Suite("Text on its way to a terminal")
struct TerminalTextTests {
  @Test("control characters, line separators and invisible format marks become blanks")
  func plain() {
    #expect(TerminalText.plain("a\u{1B}[0mb\nc\u{202E}d\u{2028}e") == "a [0mb c d e")
  }

  @Test("what is cut ends in an ellipsis and is exactly as long as allowed")
  func cut() {
    #expect(TerminalText.cut("replicas", to: 5) == "repl…")
    #expect(TerminalText.cut("five!", to: 5) == "five!")
  }
}
