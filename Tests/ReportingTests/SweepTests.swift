import Expectations
import Foundation
import Testing

@testable import Reporting

@Suite("A sweep")
struct SweepTests {
  private static func cost(
    _ verdicts: [Verdict] = [.pass, .pass], failed: Int = 0, podMinutes: Double = 10, missing: Double? = 0
  ) -> RunCost {
    RunCost(
      verdicts: verdicts, requests: 1000, failed: failed, p99: .milliseconds(5), podTime: .seconds(podMinutes * 60),
      missing: missing.map { .seconds($0) }, idle: .seconds(100))
  }

  private static func sweep(_ rows: [(values: [String], runs: [RunCost])], fields: [String] = ["a.window"]) -> Sweep {
    Sweep(
      profile: "gate", fields: fields, expectations: ["scales", "no errors"],
      rows: rows.map { Sweep.Row(values: $0.values, runs: $0.runs) })
  }

  @Test("is a table of its variants, and tells of each expectation where it does not pass")
  func table() {
    let text = SweepTable.render(
      Self.sweep([
        (["60"], [Self.cost([.pass, .fail], failed: 12, podMinutes: 8)]),
        (["300"], [Self.cost([.pass, .pass], podMinutes: 11.25)]),
        (["<b>"], [Self.cost([.inconclusive, .fail], missing: nil)]),
      ]))

    #expect(
      text == """
        window  verdicts                failed      p99  pod minutes  missing pod s  idle pod s
        60      1 fail, 1 pass              12  5.00 ms          8.0              0         100
        300     2 pass                       0  5.00 ms         11.3              0         100
        <b>     1 fail, 1 inconclusive       0  5.00 ms         10.0              –         100

        “scales” is undecided at <b>
        “no errors” fails at 60, <b>

        """)
  }

  @Test("of several seeds shows medians, and how often each verdict fell")
  func seeds() {
    let runs = [
      Self.cost(failed: 1), Self.cost([.pass, .fail], failed: 9), Self.cost([.pass, .fail], failed: 4),
      Self.cost([.inconclusive, .pass], failed: 2),
    ]

    let one = SweepTable.render(Self.sweep([([], runs)], fields: []))
    let two = SweepTable.render(Self.sweep([(["1"], runs), (["2"], [Self.cost(), Self.cost()])]))

    #expect(one.contains("1 of 4 runs pass       3"))
    #expect(one.contains("“no errors” fails in 2 of 4 runs"))
    #expect(two.contains("“no errors” fails at 1 (2 of 4)"))
    #expect(two.contains("2 of 2 runs pass"))
  }

  @Test("draws each point by cost and harm, and joins those that no other one beats in both")
  func picture() throws {
    let sweep = Self.sweep([
      (["cheap"], [Self.cost([.pass, .fail], failed: 100, podMinutes: 5)]),
      (["middle"], [Self.cost(failed: 10, podMinutes: 10)]),
      (["beaten"], [Self.cost([.inconclusive, .pass], failed: 20, podMinutes: 12)]),
      (["dear"], [Self.cost(failed: 0, podMinutes: 20)]),
    ])

    let html = try #require(SweepChart(sweep)).html.markup

    #expect(html.contains("failed requests in %"))
    let path = try #require(html.firstMatch(of: /<path d="(M[^"]+)" fill="none" stroke="var\(--soft\)"/)).1
    #expect(path.count { $0 == "M" || $0 == "L" } == 3)
    #expect(html.count(of: "<circle") == 3)
    #expect(html.count(of: "stroke=\"var(--fail)\"") == 1)
  }

  @Test("never calls a run whole that a stop rule cut short, or judged that was not")
  func cutShort() throws {
    let cut = RunCost(
      verdicts: [.pass, .pass], isCutShort: true, requests: 10, failed: 0, p99: nil, podTime: .seconds(60),
      missing: .seconds(1), idle: nil)
    let sweep = Self.sweep([
      (["cut"], [cut]), (["whole"], [Self.cost(podMinutes: 9, missing: 4)]), (["dear"], [Self.cost(missing: 9)]),
    ])
    let unjudged = Sweep.Row(values: [], runs: [Self.cost([]), Self.cost([])])

    #expect(sweep.rows[0].verdictText == "2 pass, cut short")
    #expect(sweep.rows[0].verdict == .inconclusive && cut.verdict == .inconclusive)
    #expect(Sweep.Row(values: [], runs: [cut, Self.cost()]).verdictText == "1 of 2 runs pass, 1 cut short")
    #expect(unjudged.verdictText == "not judged" && unjudged.verdict == .inconclusive)
    // The cheapest, and yet not on the line.
    let html = try #require(SweepChart(sweep)).html.markup
    let path = try #require(html.firstMatch(of: /<path d="(M[^"]+)" fill="none" stroke="var\(--soft\)"/)).1
    #expect(path.count { $0 == "M" || $0 == "L" } == 1)
  }

  @Test("draws no picture of figures that are all alike, or of one point")
  func noPicture() {
    #expect(SweepChart(Self.sweep([(["1"], [Self.cost()]), (["2"], [Self.cost(podMinutes: 12)])])) == nil)
    #expect(SweepChart(Self.sweep([(["1"], [Self.cost(failed: 3)])])) == nil)
    #expect(
      SweepReport.render(Self.sweep([(["1"], [Self.cost()])]), version: "").contains("No picture of cost and harm"))
  }

  @Test("is a page in which nothing that the profile says is markup")
  func page() {
    let sweep = Sweep(
      profile: "<script>", fields: ["a"], expectations: ["<i>", "x"],
      rows: [
        Sweep.Row(values: ["<b>1"], runs: [Self.cost([.fail, .pass], failed: 3)]),
        Sweep.Row(values: ["2"], runs: [Self.cost()]),
      ])

    let page = SweepReport.render(sweep, version: "0.6.0")

    #expect(!page.contains("<script>") && !page.contains("<b>1") && !page.contains("<i>"))
    #expect(page.contains("2 variants in 2 runs of virtual time"))
  }

  @Test("is JSON with every run")
  func json() throws {
    let text = SweepJSON.render(
      Self.sweep([(["60"], [Self.cost(), Self.cost([.pass, .fail], missing: nil)]), (["61"], [Self.cost()])]))

    let json = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let points = try #require(json["points"] as? [[String: Any]])
    let runs = try #require(points[0]["runs"] as? [[String: Any]])
    #expect(points.count == 2 && runs.count == 2)
    #expect(runs[1]["verdicts"] as? [String] == ["pass", "fail"])
    #expect(runs[1]["missingPodSeconds"] is NSNull)
    #expect(runs[0]["podSeconds"] as? Double == 600)
  }
}

extension String {
  fileprivate func count(of text: String) -> Int { ranges(of: text).count }
}
