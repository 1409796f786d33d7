import Arrivals
import Expectations
import LoadFacts
import Profiles
import RunTimeline
import Statistics
import TestRecordings
import Testing
import Units

/// What holds of verdicts whatever a recording shows.
@Suite("Laws of judging", .timeLimit(.minutes(60)))
struct LawTests {
  private static let seeds = TestSeeds.first(40)

  private static let phases = [("calm", 0.0), ("surge", 59.8551), ("settle", 300.0593)]
  private static let release = ActionSpan(
    name: "release", summary: "rollout", plannedAt: .seconds(180), sent: .seconds(179.866), answered: .seconds(179.95))

  @Test("what arrives later decides less, and never the opposite", arguments: seeds)
  func delays(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let name = try #require(Recordings.all.randomElement(using: &random))
    let panel = ExpectationPanel.replicas
    let whole = try EditedObservations(name)
    var late = whole
    late.delay(upTo: .seconds([0.5, 3, 20].randomElement(using: &random) ?? 3), &random)
    let expectations = try panel.map { try expectation("{name: e, \($0)}") }

    let seen = judgeEach(expectations, on: try whole.timeline(phases: Self.phases))
    let delayed = judgeEach(expectations, on: try late.timeline(phases: Self.phases))

    for (text, (seen, delayed)) in zip(panel, zip(seen, delayed)) {
      #expect(
        delayed.verdict == seen.verdict || delayed.verdict == .inconclusive || seen.verdict == .inconclusive,
        "seed \(seed), \(name): \(text): \(seen.finding) | \(delayed.finding)")
    }
  }

  /// Bounds of one kind, from the strictest to the laxest.
  private static func ladders(ofCluster random: inout SplitMix64) -> [[String]] {
    let window = ["calm", "surge", "settle", "run", "release"].randomElement(using: &random) ?? "run"
    let moment = ["surge.start", "settle.start", "run.start"].randomElement(using: &random) ?? "run.start"
    let of = ["wanted", "current", "ready", "available"].randomElement(using: &random) ?? "ready"
    let count = Int.random(in: 1...9, using: &random)
    let seconds = [1, 4, 9, 17, 30, 45, 61, 90, 140, 299, 301, 400, 700]
    return [
      seconds.map { "scaleUp: {after: \(moment), to: \">= \(count)\", of: \(of), within: \($0)s}" },
      (1...9).reversed().map { "scaleUp: {after: \(moment), to: \">= \($0)\", of: \(of), within: 60s}" },
      seconds.map { "scaleDown: {after: \(moment), to: \"<= \(count)\", of: \(of), within: \($0)s}" },
      seconds.reversed().map { "scaleDown: {after: \(moment), notBefore: \($0)s, of: \(of)}" },
      (1...9).reversed().map { "steadyReplicas: {during: \(window), count: \">= \($0)\", of: \(of)}" },
      (1...9).map { "steadyReplicas: {during: \(window), count: \"<= \($0)\", of: \(of)}" },
      seconds.prefix(5).map { "steadyReplicas: {during: surge, count: \">= \(count)\", of: \(of), settle: \($0)s}" },
      seconds.map { "rolloutCompletes: {action: release, within: \($0)s}" },
      seconds.map { "podStartup: {during: \(window), within: \($0)s}" },
      seconds.map { "scheduledWithin: {during: \(window), within: \($0)s}" },
      [30, 20, 10, 5, 2, 1].map { "gracefulExit: {during: \(window), spare: \($0)s}" },
      (0...5).map { "flapping: {during: \(window), reversals: \"<= \($0)\"}" },
      (0...5).map { "podsStayHealthy: {during: \(window), restarts: \($0)}" },
      (0...9).map { "surgeCeiling: {during: \(window), terminating: \($0)}" },
    ]
  }

  /// The same of percentiles, of which a higher one takes more requests.
  private static func percentiles(_ random: inout SplitMix64) -> [String] {
    let window = ["calm", "surge", "run", "release"].randomElement(using: &random) ?? "run"
    let part = ["", ", confidence: 95%"].randomElement(using: &random) ?? ""
    let bound = Int.random(in: 800...100_000, using: &random)
    return ["99.9", "99", "95", "90", "75", "50", "10"].map {
      "latency: {during: \(window), percentile: \($0), below: \(bound)us\(part)}"
    }
  }

  private static func ladders(ofLoad random: inout SplitMix64) -> [[String]] {
    let window = ["calm", "surge", "run", "release"].randomElement(using: &random) ?? "run"
    let route = [", route: home", ", route: order", ""].randomElement(using: &random) ?? ""
    let part = ["", ", confidence: 95%"].randomElement(using: &random) ?? ""
    let percentile = ["50", "90", "99"].randomElement(using: &random) ?? "99"
    let shares = ["99.9%", "99%", "97%", "90%", "80%", "60%"]
    return [
      [500, 900, 2000, 7000, 20_000, 50_000, 95_000, 200_000].map {
        "latency: {during: \(window), percentile: \(percentile), below: \($0)us\(part)\(route)}"
      },
      shares.map { "errorBudget: {during: \(window), objective: \($0)\(part)\(route)}" },
      ["0.00001%", "0.001%", "0.01%", "0.1%", "0.2%"].map {
        "budgetShare: {during: \(window), objective: 99%, atMost: \($0)\(route)}"
      },
      shares.map { "budgetShare: {during: \(window), objective: \($0), atMost: 0.001%\(route)}" },
      ["99.99%", "99.9%", "99%", "97%", "95%", "90%"].map { "burnRate: {objective: \($0)\(route)}" },
      shares.map { "goodSlices: {during: \(window), slices: 7s, objective: \($0), atLeast: 60%\(route)}" },
      shares.map { "goodSlices: {during: \(window), slices: 7s, objective: 97%, atLeast: \($0)\(route)}" },
      ["0.1%", "0.5%", "1%", "2%", "5%", "20%"].map {
        "notWorse: {during: surge, than: calm, margin: \($0)\(route)}"
      },
      shares.map { "throughput: {during: \(window), atLeast: \($0)\(route)}" },
      [150, 101, 100, 99, 80, 30, 1].map { "throughput: {during: \(window), atLeast: \($0)/s\(route)}" },
    ]
  }

  private static func hold(_ ladders: [[String]], on timeline: Timeline, _ place: String) throws {
    let judgements = Judge.judge(
      try ladders.flatMap { try $0.map { try expectation("{name: e, \($0)}") } }, on: timeline)
    var rest = judgements[...]
    for ladder in ladders {
      let rungs = rest.prefix(ladder.count)
      rest = rest.dropFirst(ladder.count)
      for (index, (strict, lax)) in zip(rungs, rungs.dropFirst()).enumerated() {
        #expect(
          strict.verdict.rank <= lax.verdict.rank,
          "\(place): \(ladder[index]): \(strict.finding) | \(ladder[index + 1]): \(lax.finding)")
      }
    }
  }

  @Test("a laxer bound of replicas is never met less surely", arguments: seeds)
  func strictnessOfReplicas(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let name = try #require(Recordings.all.randomElement(using: &random))
    var edited = try EditedObservations(name)
    switch Int.random(in: 0..<5, using: &random) {
    case 0: edited.drop(share: 0.1 * random.nextUnit(), &random)
    case 1: edited.delay(upTo: .seconds(5), &random)
    case 2: edited.duplicate(share: 0.1, &random)
    case 3: _ = edited.dropStretch(of: ["deployments", "pods"].randomElement(using: &random) ?? "pods", &random)
    default: break
    }
    let timeline = try edited.timeline(phases: Self.phases, actions: [Self.release])

    try Self.hold(Self.ladders(ofCluster: &random), on: timeline, "seed \(seed), \(name)")
  }

  @Test("a laxer bound of requests is never met less surely", arguments: seeds)
  func strictnessOfRequests(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let timeline = TimelineBuilder.random(&random).timeline

    try Self.hold(Self.ladders(ofLoad: &random), on: timeline, "seed \(seed)")
  }

  @Test("a lower percentile never fails where a higher one passes", arguments: seeds)
  func percentiles(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let timeline = TimelineBuilder.random(&random).timeline
    let texts = Self.percentiles(&random)

    let judgements = Judge.judge(try texts.map { try expectation("{name: e, \($0)}") }, on: timeline)

    let laxestFail = judgements.lastIndex { $0.verdict == .fail } ?? 0
    #expect(
      !judgements.prefix(laxestFail).contains { $0.verdict == .pass },
      "seed \(seed): \(zip(texts, judgements).map { "\($0): \($1.finding)" })")
  }

  @Test("a load interval told in two parts never decides less, nor the opposite", arguments: seeds)
  func splitting(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let run = TimelineBuilder.random(&random)
    var split = run
    // Nothing is due after the end.
    let end = Duration.seconds(run.endedAt ?? 0)
    split.load = run.load.flatMap { interval in
      Bool.random(using: &random) && interval.end <= end ? interval.split(&random) : [interval]
    }
    let panel = Self.ladders(ofLoad: &random).flatMap { $0 }
    let expectations = try panel.map { try expectation("{name: e, \($0)}") }

    let whole = Judge.judge(expectations, on: run.timeline)
    let parts = Judge.judge(expectations, on: split.timeline)

    for (text, (whole, parts)) in zip(panel, zip(whole, parts)) {
      #expect(
        whole.verdict == parts.verdict || whole.verdict == .inconclusive,
        "seed \(seed): \(text): \(whole.finding) | \(parts.finding)")
    }
  }
}

extension Verdict {
  /// How good it is.
  fileprivate var rank: Int {
    switch self {
    case .fail: 0
    case .inconclusive: 1
    case .pass: 2
    }
  }
}

extension LoadInterval {
  /// The same requests, in two parts.
  fileprivate func split(_ random: inout SplitMix64) -> [LoadInterval] {
    let middle = start + (end - start) * (0.1 + 0.8 * random.nextUnit())
    var (first, second) = (self, self)
    (first.end, second.start) = (middle, middle)
    (first.offered, first.sent, first.dropped, first.outcomes) = (0, 0, 0, [])
    (second.offered, second.sent, second.dropped, second.outcomes) = (0, 0, 0, [])
    var unended = offered
    for outcome in outcomes {
      let part = Int.random(in: 0...outcome.completed, using: &random)
      unended -= outcome.completed
      for (count, isFirst) in [(part, true), (outcome.completed - part, false)] where count > 0 {
        var tally = outcome
        tally.completed = count
        (tally.fromDue, tally.fromSend) = (LatencyHistogram(), LatencyHistogram())
        // All took the same time.
        if let length = outcome.fromDue.maximum {
          for _ in 0..<count {
            tally.fromDue.record(microseconds: Int(length.microseconds))
            tally.fromSend.record(microseconds: Int(length.microseconds))
          }
        }
        if isFirst { first.outcomes.append(tally) } else { second.outcomes.append(tally) }
      }
    }
    let part = Int.random(in: 0...max(unended, 0), using: &random)
    first.count(unended: part)
    second.count(unended: max(unended, 0) - part)
    return [first, second]
  }

  private mutating func count(unended: Int) {
    dropped = outcomes.reduce(0) { $0 + ($1.outcome == OutcomeLabel.dropped ? $1.completed : 0) }
    offered = completed + unended
    sent = offered - dropped
  }
}
