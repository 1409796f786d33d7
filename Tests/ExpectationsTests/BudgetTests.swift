import Expectations
import Profiles
import RunTimeline
import Testing
import Units

@Suite("Budgets in the terms of production, and comparisons")
struct BudgetTests {
  /// 100 requests a second from 0 to 300 s, of which some fail.
  private static func run(calm: Int = 0, surge: Int = 0, from start: Int = 60) -> Timeline {
    var run = TimelineBuilder()
    run.seconds(0..<60, failed: calm)
    run.seconds(60..<max(start, 60))
    run.seconds(max(start, 60)..<1140, failed: surge)
    return run.timeline
  }

  @Test(
    "A window is as good as another one where the upper bound of the difference is within the margin",
    arguments: [
      (0, 0, "0.1%", Verdict.pass), (1, 1, "0.5%", .pass), (1, 2, "2%", .pass), (1, 3, "0.5%", .fail),
      (1, 2, "1%", .inconclusive),
    ])
  func notWorse(calm: Int, surge: Int, margin: String, verdict: Verdict) throws {
    let judgement = try judge(
      "{name: e, notWorse: {during: surge, than: calm, margin: \(margin)}}", on: Self.run(calm: calm, surge: surge))

    #expect(judgement.verdict == verdict, "\(judgement.finding)")
  }

  @Test(
    "Nothing passes where perhaps no request was due in the window",
    arguments: [
      "errorBudget: {during: calm, objective: 99%}", "throughput: {during: calm, atLeast: 1%}",
      "budgetShare: {during: calm, objective: 99%, atMost: 0.1%}",
      "latency: {during: calm, percentile: 50, below: 1s}",
    ])
  func perhapsNone(text: String) throws {
    var run = TimelineBuilder()
    run.second(at: 59.5, offered: 50)
    run.seconds(61..<1140)

    let judgement = try judge("{name: e, \(text)}", on: run.timeline)

    #expect(judgement.verdict == .inconclusive, "\(judgement.finding)")
  }

  @Test("Windows that have a part of the run in common are not compared, however much worse the one is")
  func overlapping() throws {
    let judgement = try judge(
      "{name: e, notWorse: {during: outside calm, than: outside settle, margin: 1%}}", on: Self.run(surge: 50))

    #expect(judgement.verdict == .inconclusive, "\(judgement.finding)")
    #expect(judgement.finding.contains("a part of the run in common"), "\(judgement.finding)")
  }

  @Test("Nothing follows from a baseline of which a part is missing, even where the window is far worse")
  func missingBaseline() throws {
    var run = TimelineBuilder()
    run.plannedRate = 100
    run.healthy(from: 0, to: 1140)
    run.seconds(0..<20)
    run.seconds(60..<1140, failed: 50)

    let judgement = try judge("{name: e, notWorse: {during: surge, than: calm, margin: 1%}}", on: run.timeline)

    #expect(judgement.verdict == .inconclusive, "\(judgement.finding)")
  }

  @Test(
    "A window costs the failed share times its part of the period",
    arguments: [("0.05%", Verdict.pass), ("0.04%", .fail)])
  func share(atMost: String, verdict: Verdict) throws {
    // 5 of 100 for 240 s, of 1 % for 720 h: 0.05 × 240 / 25,920 = 0.0463 %.
    let judgement = try judge(
      "{name: e, budgetShare: {during: surge, objective: 99%, atMost: \(atMost), productionRate: 50/s}}",
      on: Self.run(surge: 5))

    #expect(judgement.verdict == verdict, "\(judgement.finding)")
    #expect(
      judgement.finding.contains("0.0463% of the budget of 720h, 600 failed requests at 50/s"), "\(judgement.finding)")
  }

  @Test(
    "An alert is raised where both windows burned too fast, whatever was before; and surely not where neither did",
    arguments: [
      // 19 minutes: of an hour with 360,000 requests 1.44 % have to fail, and of the last five minutes as well.
      ("99.9%", 0, 1000, Verdict.pass), ("99.9%", 7, 1000, .fail), ("99.9%", 3, 1000, .inconclusive),
      ("99%", 5, 1000, .pass),
    ])
  func burnRate(objective: String, failed: Int, seconds: Int, verdict: Verdict) throws {
    let judgement = try judge(
      "{name: e, burnRate: {objective: \(objective)}}", on: Self.run(surge: failed, from: 1140 - seconds))

    #expect(judgement.verdict == verdict, "\(judgement.finding)")
  }

  /// How long all requests fail, and how many times as fast as it may the budget then burned over the hour.
  @Test(
    "A burst burns the five minutes that it is in, and raises no alert where the hour bears it",
    arguments: [
      // 5,000 of 30,000 are 16.7 % of five minutes, which alone would raise one, and 5,000 of 360,000 are 1.4 % of the hour.
      ("99%", 50, 5000.0 / 3600, Verdict.pass),
      // 2.8 times of what may fail in the hour, and 11 times if as many had failed before.
      ("99.9%", 10, 1000.0 / 360, .inconclusive),
    ])
  func burst(objective: String, seconds: Int, burn: Double, verdict: Verdict) throws {
    var run = TimelineBuilder()
    run.seconds(0..<seconds, failed: 100)
    run.seconds(seconds..<1140)

    let judgement = try judge("{name: e, burnRate: {objective: \(objective)}}", on: run.timeline)

    #expect(judgement.verdict == verdict, "\(judgement.finding)")
    #expect(abs((judgement.measurements.first?.lowest ?? 0) - burn) < 1e-9)
  }

  @Test("Requests of which nobody knows the end did not succeed at worst")
  func unended() throws {
    var run = TimelineBuilder()
    // 4 % to 16 % failed, and 14.4 % raise an alert.
    for second in 0..<1140 { run.second(at: Double(second), offered: 100, failed: 4, unended: 12) }

    let judgement = try judge("{name: e, burnRate: {objective: 99%}}", on: run.timeline)

    #expect(judgement.verdict == .inconclusive, "\(judgement.finding)")
    let highest = try #require(judgement.measurements.first?.highest)
    // A second more than the hour may bear on a window that ends within one.
    #expect(highest >= 16 && highest < 16.01)
  }

  @Test("Requests outside of a phase are judged without a cluster, and those outside of what pods do are not")
  func withoutCluster() throws {
    var run = TimelineBuilder()
    run.watched = false
    run.seconds(0..<60)
    run.seconds(60..<1140, failed: 50)
    func judged(_ window: String) throws -> Judgement {
      try judge("{name: e, errorBudget: {during: \(window), objective: 99%}}", on: run.timeline)
    }
    #expect(try judged("outside surge").verdict == .fail)
    #expect(try judged("outside terminations").finding.contains("no cluster was watched"))
  }

  @Test(
    "What cannot be asked for is refused",
    arguments: [
      ("notWorse: {during: surge, than: surge, margin: 1%}", "surge is compared with itself"),
      (
        "notWorse: {during: surge, than: calm, margin: 0%}", "no number of requests shows that two shares do not differ"
      ),
      ("notWorse: {during: surge, than: calm}", "margin"),
      ("burnRate: {objective: 100%}", "an objective of 100% has no budget"),
      ("burnRate: {objective: 99.9%, period: 1h}", "period"),
      ("burnRate: {objective: 99.9%, severity: mail}", "severity"),
      ("goodSlices: {during: surge, objective: 99%, atLeast: 0%}", "of no slice at all nothing is asked"),
      ("goodSlices: {during: surge, objective: 99%, atLeast: 95%, slices: 100ms}", "slices"),
      ("goodSlices: {during: surge, objective: 99%, atLeast: 95%, requests: 0}", "requests"),
      ("goodSlices: {during: terminations, objective: 99%, atLeast: 95%}", "several pieces"),
      ("budgetShare: {during: surge, objective: 0%, atMost: 1%}", "an objective of 0% allows every request to fail"),
      (
        "budgetShare: {during: surge, objective: 99%, atMost: 0.5%, productionRate: 0/s}",
        "a production without requests"
      ),
    ])
  func refused(text: String, message: String) throws {
    #expect {
      try expectation("{name: e, \(text)}")
    } throws: { "\($0)".contains(message) }
  }
}
