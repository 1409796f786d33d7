import Expectations
import Foundation
import Reporting
import RunTimeline
import Testing

@Suite("Where a report leads its reader")
struct FocusTests {
  private func moment(_ focus: Judgement.Focus, kind: String, words: String) throws -> Double? {
    let judgement = Judgement(
      name: "n", kind: kind, expected: words, verdict: .fail, finding: words,
      window: InstantBounds(.seconds(1), .seconds(4)), focus: focus,
      evidence: [
        Evidence("a fact without a moment"), Evidence(at: InstantBounds(exactly: .seconds(3)), words),
        Evidence(at: InstantBounds(exactly: .seconds(2)), words),
      ])
    let page = HTMLReport.render(SmallRun.timeline(), [judgement])
    let match = try #require(page.firstMatch(of: /<td class="when"><a href="#charts" data-at="([0-9.]+)"/))
    return Double(match.output.1)
  }

  @Test(
    "is told by the judgement, and by no name of a kind and no word of a sentence",
    arguments: ["scaleUp", "scaleDown", "errorBudget", "something new"], ["within 90s", " within ", ""])
  func focus(kind: String, words: String) throws {
    #expect(try moment(.deadline, kind: kind, words: words) == 4)
    #expect(try moment(.firstEvidence, kind: kind, words: words) == 3)
    #expect(try moment(.earliestEvidence, kind: kind, words: words) == 2)
  }

  @Test("a reason that a finding tells itself is not told twice, and one that it does not is told")
  func reason() {
    func judgement(_ further: String?) -> Judgement {
      Judgement(
        name: "n", kind: "latency", expected: "e", verdict: .inconclusive, finding: "undecided: nobody watched",
        reason: "nobody watched", furtherReason: further)
    }

    let once = TerminalTable.render(SmallRun.timeline(), [judgement(nil)], totals: false)
    let twice = TerminalTable.render(SmallRun.timeline(), [judgement("too few requests")], totals: false)

    #expect(!once.contains("undecided: nobody watched ("))
    #expect(twice.contains("undecided: nobody watched (too few requests)"))
  }
}
