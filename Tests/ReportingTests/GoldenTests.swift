import Foundation
import Reporting
import Testing

@Suite("Texts of a report, against files")
struct GoldenTests {
  let timeline = SmallRun.timeline()
  let judgements = SmallRun.judgements

  @Test("report.json is as it was")
  func json() throws {
    try TestFiles.expectGolden(JSONReport.render(timeline, judgements), "report.json")
  }

  @Test("junit.xml is as it was")
  func junit() throws {
    try TestFiles.expectGolden(JUnitReport.render(timeline, judgements), "junit.xml")
  }

  @Test("summary.md is as it was")
  func markdown() throws {
    try TestFiles.expectGolden(MarkdownSummary.render(timeline, judgements), "summary.md")
  }

  @Test("the terminal table is as it was, and fits in 80 columns")
  func terminal() throws {
    let table = TerminalTable.render(timeline, judgements, width: 80, colour: false)
    try TestFiles.expectGolden(table, "terminal.txt")
    #expect(table.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test("a number and its unit stay on one line, however narrow the terminal", arguments: 40...120)
  func units(width: Int) {
    let table = TerminalTable.render(timeline, judgements, width: width, colour: false)
    let starts = table.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    #expect(starts.allSatisfy { $0.firstMatch(of: /^(ms|s|µs|%)\b/) == nil }, "\(table)")
  }

  @Test("colours are added to the words of the terminal table, and never replace them")
  func colours() {
    let plain = TerminalTable.render(timeline, judgements, width: 80, colour: false)
    var coloured = TerminalTable.render(timeline, judgements, width: 80, colour: true)
    #expect(!plain.contains("\u{1B}"))
    #expect(coloured.contains("\u{1B}[1;31mFAIL"))
    for code in ["0", "32", "33", "1;31"] { coloured = coloured.split(separator: "\u{1B}[\(code)m").joined() }
    #expect(coloured == plain)
  }
}
