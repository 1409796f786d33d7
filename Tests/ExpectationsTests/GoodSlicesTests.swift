import Expectations
import LoadFacts
import Profiles
import RunTimeline
import Testing
import Units

@Suite("Objectives by slices of time")
struct GoodSlicesTests {
  private func judged(_ run: TimelineBuilder, _ rest: String, objective: String = "99%") throws -> Judgement {
    try judge("{name: e, goodSlices: {during: surge, objective: \(objective), \(rest)}}", on: run.timeline)
  }

  /// 100 requests a second, of which all of some seconds fail.
  private func run(failing: Range<Int>, failed: Int = 100) -> TimelineBuilder {
    var run = TimelineBuilder()
    run.seconds(0..<1140)
    for second in failing {
      run.load.removeAll { $0.start == .seconds(second) }
      run.second(at: Double(second), offered: 100, failed: failed)
    }
    return run
  }

  @Test("a short outage is one bad slice, however many requests it had, and two where it lies in two")
  func outage() throws {
    // The surge has 24 slices of 10 s, of which 95 % are 22.8.
    let one = try judged(run(failing: 100..<109), "atLeast: 95%")
    #expect(one.verdict == .pass)
    #expect(one.finding == "23 of 24 slices of 10s were good (95.83%)", "\(one.finding)")
    #expect(one.evidence.map(\.text) == ["900 of 1,000 requests failed"])

    let two = try judged(run(failing: 105..<114), "atLeast: 95%")
    #expect(two.verdict == .fail)
    #expect(two.measurements.first?.highest == 22.0 / 24)

    // By requests it is the same share both times.
    let share = try judge(
      "{name: e, errorBudget: {during: surge, objective: 95%}}", on: run(failing: 105..<114).timeline)
    #expect(share.verdict == .pass)
  }

  @Test("errors that trickle make every slice bad, though the budget by requests of a laxer one would bear them")
  func trickle() throws {
    let judgement = try judged(run(failing: 60..<300, failed: 2), "atLeast: 5%")

    #expect(judgement.verdict == .fail)
    #expect(judgement.measurements.first { $0.name == "slices.bad" }?.lowest == 24)
  }

  @Test("slices that an end of the window cuts are left out")
  func cut() throws {
    // Of 7 s each, from 63 s to 294 s.
    let judgement = try judged(run(failing: 60..<63), "slices: 7s, atLeast: 100%")

    #expect(judgement.verdict == .pass)
    #expect(judgement.finding.hasPrefix("33 of 33 slices of 7s"), "\(judgement.finding)")
  }

  @Test("slices with too few requests do not count, and are said")
  func sparse() throws {
    var run = TimelineBuilder()
    run.seconds(60..<200)
    for second in 200..<300 { run.second(at: Double(second), offered: 1, failed: 1) }
    let judgement = try judged(run, "atLeast: 100%, requests: 11")

    #expect(judgement.verdict == .pass)
    #expect(judgement.finding.hasSuffix("; 10 with fewer than 11 requests do not count"), "\(judgement.finding)")
    #expect(judgement.measurements.first { $0.name == "slices.tooFewRequests" }?.lowest == 10)
    #expect(try judged(run, "atLeast: 100%").verdict == .fail)
    #expect(try judged(run, "atLeast: 100%, requests: 5000").verdict == .inconclusive)
  }

  @Test("of requests that straddle two slices, failures belong to one where their moment is known, and to either else")
  func straddling() throws {
    var run = TimelineBuilder()
    for start in stride(from: 55.0, to: 310, by: 4) {
      run.second(at: start, offered: 100, failed: start == 99 ? 4 : 0, length: 4)
    }
    // From 99 s to 103 s, of which the slice from 90 s has a quarter.
    let open = try judged(run, "atLeast: 96%", objective: "98%")
    #expect(open.verdict == .inconclusive, "\(open.finding)")

    run.keep(failuresDueAt: [101, 101.5, 102, 102.5])
    let known = try judged(run, "atLeast: 100%", objective: "99.9%")
    #expect(known.verdict == .fail, "\(known.finding)")
  }

  @Test("what the plan tells of slices is said before the run")
  func plan() throws {
    func remarks(_ rest: String) throws -> (problems: [String], warnings: [String]) {
      try planRemarks("goodSlices: {during: surge, objective: 90%, atLeast: 50%, \(rest)}")
    }
    #expect(try remarks("slices: 10s").problems == [] && remarks("slices: 10s").warnings == [])
    #expect(
      try remarks("slices: 200s").problems == ["surge lasts for 1m40s, which is less than one slice of 3m20s"])
    #expect(
      try remarks("requests: 60").problems == [
        "a slice of 10s gets 50 requests of those planned for surge, and counts only with 60"
      ])
    #expect(
      try remarks("slices: 1s").warnings == [
        "among the 5 requests planned for a slice, 90% allows no failure at all"
      ])
  }
}
