import Expectations
import RunTimeline
import Testing
import Units

@Suite("Load that was planned and is not recorded")
struct MissingLoadTests {
  private static let requests = [
    "{name: e, throughput: {during: surge, atLeast: 90%}}",
    "{name: e, latency: {during: surge, percentile: 99, below: 1s}}",
    "{name: e, errorBudget: {during: surge, objective: 99%}}",
  ]
  private static let replicas = [
    "{name: e, scaleUp: {after: surge.start, to: \">= 3\", of: wanted, within: 60s}}",
    "{name: e, scaleDown: {after: surge.start, notBefore: 120s}}",
    "{name: e, steadyReplicas: {during: surge, count: 3}}",
  ]

  private static func run(_ recorded: [Range<Int>], failed: Int = 0, sampled: Bool = true) -> TimelineBuilder {
    var run = TimelineBuilder()
    run.plannedRate = 100
    for range in recorded { run.seconds(range, failed: failed) }
    if sampled { run.healthy(from: 0, to: 1140) }
    run.deployment(sent: 0, received: 0, wanted: 3)
    run.unchanged(sent: 1140, received: 1140)
    return run
  }

  @Test("Whole load lets expectations pass", arguments: requests + replicas)
  func whole(text: String) throws {
    let judgement = try judge(text, on: Self.run([0..<1140]).timeline)

    #expect(judgement.verdict == .pass, "\(judgement.finding)")
  }

  @Test("A hole leaves everything open that depends on the load", arguments: requests + [replicas[1], replicas[2]])
  func hole(text: String) throws {
    let judgement = try judge(text, on: Self.run([0..<100, 280..<1140]).timeline)

    #expect(judgement.verdict == .inconclusive, "\(judgement.finding)")
    #expect(judgement.isUntrusted)
    #expect(judgement.reason?.hasPrefix("no load is recorded between 100s and ") ?? false, "\(judgement)")
  }

  /// Requests that are planned in a second, and which seconds are not recorded.
  @Test(
    "So do many lacks that are short, and of uniform arrivals a single one",
    arguments: [(rate: 10.0, every: 2, arrivals: "poisson"), (10, 2, "uniform"), (10, 100, "uniform")])
  func scattered(rate: Double, every: Int, arrivals: String) throws {
    let run = Self.recorded(rate, without: { $0 >= 60 && $0 % every == 0 }, arrivals)

    for text in Self.requests {
      let judgement = try judge(text, on: run.timeline)

      #expect(judgement.verdict == .inconclusive, "\(judgement.finding)")
    }
  }

  @Test(
    "Intervals without any request at a low rate are none",
    arguments: [(rate: 0.5, every: 2, arrivals: "uniform"), (0.5, 2, "poisson"), (4, 50, "poisson")])
  func sparse(rate: Double, every: Int, arrivals: String) throws {
    let run = Self.recorded(rate, without: { $0 % every == 0 }, arrivals)

    let judgement = try judge(Self.requests[0], on: run.timeline)

    #expect(judgement.verdict == .pass, "\(judgement.finding)")
  }

  private static func recorded(
    _ rate: Double, without isLacking: (Int) -> Bool, _ arrivals: String
  ) -> TimelineBuilder {
    var run = TimelineBuilder()
    run.plannedRate = rate
    run.arrivals = arrivals
    for second in 0..<1140 where !isLacking(second) { run.seconds(second..<second + 1, offered: max(Int(rate), 1)) }
    run.healthy(from: 0, to: 1140)
    return run
  }

  @Test("No load at all leaves it open as well", arguments: requests + [replicas[1], replicas[2]])
  func none(text: String) throws {
    let judgement = try judge(text, on: Self.run([]).timeline)

    #expect(judgement.verdict == .inconclusive && judgement.isUntrusted, "\(judgement.finding)")
  }

  @Test("A generator that told nothing of itself may have been late", arguments: requests)
  func silent(text: String) throws {
    let judgement = try judge(text, on: Self.run([0..<1140], sampled: false).timeline)

    #expect(judgement.verdict == .inconclusive && judgement.isUntrusted, "\(judgement.finding)")
  }

  @Test(
    "A budget fails in spite of a hole once no success could save it",
    arguments: [(2, Verdict.inconclusive), (9, .fail)])
  func certain(failed: Int, verdict: Verdict) throws {
    let run = Self.run([0..<100, 280..<1140], failed: failed)

    let judgement = try judge(Self.requests[2], on: run.timeline)

    #expect(judgement.verdict == verdict, "\(judgement.finding)")
  }

  @Test(
    "A budget of a run that was cut fails once no success could save it",
    arguments: [(1, Verdict.inconclusive), (9, .fail)])
  func certainlyCut(failed: Int, verdict: Verdict) throws {
    var run = TimelineBuilder(endedAt: 233.264, endReason: .interrupted)
    run.plannedRate = 100
    run.seconds(0..<234, failed: failed)
    run.healthy(from: 0, to: 233)

    let judgement = try judge(Self.requests[2], on: run.timeline)

    #expect(judgement.verdict == verdict, "\(judgement.finding)")
    #expect(!judgement.isUntrusted)
  }

  @Test("A run that was stopped before a phase offered anything never fails its scaling")
  func stopped() throws {
    var run = TimelineBuilder(endedAt: 60.1, endReason: .interrupted)
    run.plannedRate = 100
    run.seconds(0..<60)
    run.deployment(sent: 0, received: 0, wanted: 3)
    run.unchanged(sent: 90, received: 90)

    let judgement = try judge(
      "{name: e, scaleUp: {after: surge.start, to: \">= 8\", of: wanted, within: 10s}}", on: run.timeline)

    #expect(judgement.verdict == .inconclusive, "\(judgement.finding)")
    #expect(judgement.reason == "no load is recorded between 60s and 70s of the run: the run was interrupted at 90s")
    #expect(!judgement.isUntrusted)
  }

  @Test(
    "A run that a stop rule ended never misses more requests than were planned, and misses all that were not due",
    arguments: [0.0, 0.3, 0.9])
  func aborted(offset: Double) throws {
    var run = TimelineBuilder(endedAt: 101 + offset, endReason: .aborted)
    run.plannedRate = 100
    run.seconds(0..<100, failed: 100)
    // The load was stopped in this second; its answers were awaited for another one.
    run.second(at: 100, offered: Int(offset * 100), failed: Int(offset * 100))
    run.healthy(from: 0, to: 100)
    var timeline = run.timeline
    for index in timeline.phases.indices where timeline.phases[index].start != nil {
      timeline.phases[index].end = min(timeline.phases[index].plannedEnd, .seconds(100 + offset))
    }
    let missing = 30_000 - 10_000 - Int(offset * 100)

    for text in ["errorBudget: {during: surge, objective: 99%}", "throughput: {during: surge, atLeast: 99%}"] {
      let judgement = try judge("{name: e, \(text)}", on: timeline)

      #expect(judgement.verdict == .fail, "\(judgement.finding) \(judgement.reason ?? "")")
      #expect(
        judgement.finding.hasSuffix("even if the \(missing / 1000),000 requests that may be missing had all succeeded")
          || judgement.finding.contains("even if the \(missing / 1000),\(missing % 1000) requests"),
        "\(judgement.finding)")
    }
  }

  @Test("Requests without a known end may be the slowest")
  func unaccounted() throws {
    var run = TimelineBuilder()
    run.seconds(0..<59)
    run.second(at: 59, unended: 61)

    let judgement = try judge("{name: e, latency: {during: calm, percentile: 99, below: 1s}}", on: run.timeline)

    #expect(judgement.verdict == .inconclusive, "\(judgement.finding)")
    #expect(judgement.reason?.hasPrefix("the end of 61 requests is not recorded") ?? false)
  }

  @Test("An observer that lost the cluster is not to be trusted, one that saw a change coarsely is")
  func lost() throws {
    let up = "{name: e, scaleUp: {after: surge.start, to: \">= 8\", of: wanted, within: 60s}}"
    var lost = TimelineBuilder()
    lost.deployment(sent: 0, received: 0, wanted: 3)
    lost.unchanged(sent: 100, received: 100)
    lost.gap(at: 101)
    lost.deployment(sent: 140, received: 140, wanted: 8)
    lost.unchanged(sent: 1140, received: 1140)
    var coarse = TimelineBuilder()
    coarse.deployment(sent: 0, received: 0, wanted: 3)
    coarse.unchanged(sent: 100, received: 100)
    coarse.deployment(sent: 140, received: 140, wanted: 8)
    coarse.unchanged(sent: 1140, received: 1140)

    let blind = try judge(up, on: lost.timeline)
    let blurred = try judge(up, on: coarse.timeline)
    let steady = try judge("{name: e, steadyReplicas: {during: surge, count: \">= 3\"}}", on: lost.timeline)

    #expect(blind.verdict == .inconclusive && blind.isUntrusted, "\(blind.finding)")
    #expect(blurred.verdict == .inconclusive && !blurred.isUntrusted, "\(blurred.finding)")
    #expect(steady.verdict == .inconclusive && steady.isUntrusted, "\(steady.finding)")
  }
}
