import Expectations
import LoadFacts
import RunTimeline
import Testing
import Units

/// A case of a stalled machine, drawn from a seed.
private struct Story: CustomStringConvertible {
  let machine: StalledMachine
  let description: String
  /// About how many seconds of the run the stall may bear on.
  let affected: Double

  init(seed: UInt64, service: (Int) -> StalledMachine.Service) {
    var random = SeededGenerator(seed: seed)
    let seconds = [10, 40, 120, 600].randomElement(using: &random) ?? 10
    let rate = [20, 60, 200].filter { $0 * seconds <= 36_000 }.randomElement(using: &random) ?? 20
    let length = [100, 300, 800, 1500, 3000].randomElement(using: &random) ?? 100
    let start = Int.random(in: 500_000..<(seconds - 4) * 1_000_000, using: &random)
    machine = StalledMachine(
      seconds: seconds, rate: rate, stall: start..<start + length * 1000, service: service(rate))
    affected = 3 + Double(length) / 1000 * Double(MachineDelay.recovery + 2)
    description = "seed \(seed): \(seconds) s at \(rate)/s, away for \(length) ms from \(Double(start) / 1e6) s on"
  }
}

private struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    return value ^ (value >> 31)
  }
}

@Suite("A machine that stands still for a moment")
struct StalledMachineTests {
  private static let latencies: [String] = ["due", "send"].flatMap { (from: String) -> [String] in
    ["95", "99", "99.9"].map { "{name: e, latency: {during: run, percentile: \($0), below: 250ms, from: \(from)}}" }
  }
  private static let shares: [String] = [
    "{name: e, errorBudget: {during: run, objective: 99%}}",
    "{name: e, errorBudget: {during: run, objective: 98%, confidence: 95%}}",
    "{name: e, throughput: {during: run, atLeast: 99%}}",
  ]

  /// Targets that are quick enough, also such as have little to spare, or take as long as is allowed.
  private static let quick: [(String, @Sendable (Int) -> StalledMachine.Service)] = [
    ("quick", { _ in StalledMachine.Service() }),
    ("slow now and then", { _ in StalledMachine.Service(delay: { $0 % 20 == 0 ? 230_000 : 5000 }) }),
    ("four fifths busy", { StalledMachine.Service(work: 800_000 / $0) }),
    ("almost busy", { StalledMachine.Service(work: 880_000 / $0) }),
    ("limited in its rate", { _ in StalledMachine.Service(burst: 5) }),
  ]

  @Test("makes no target fail that would have passed without it", arguments: 0..<5, 0..<UInt64(12))
  func unearned(target: Int, seed: UInt64) throws {
    let story = Story(seed: seed, service: Self.quick[target].1)
    for text in Self.latencies + Self.shares {
      let truth = try judge(text, on: story.machine.truth)
      try #require(truth.verdict == .pass || story.machine.seconds * story.machine.rate < 3000, "\(truth)")

      let judgement = try judge(text, on: story.machine.timeline)

      #expect(judgement.verdict != .fail, "\(Self.quick[target].0), \(story), \(text): \(judgement.finding)")
    }
  }

  @Test("does not excuse a target that is slow, or fails", arguments: 0..<3, 0..<UInt64(16))
  func earned(target: Int, seed: UInt64) throws {
    let services: [@Sendable (Int) -> StalledMachine.Service] = [
      { _ in StalledMachine.Service(delay: { _ in 400_000 }) },
      { _ in StalledMachine.Service(delay: { $0 % 8 == 0 ? 1_000_000 : 5000 }) },
      { _ in StalledMachine.Service(fails: { $0 % 4 == 0 }) },
    ]
    let story = Story(seed: seed, service: services[target])
    guard story.affected < 0.5 * Double(story.machine.seconds) else { return }
    for text in target == 2 ? Self.shares : Self.latencies {
      let truth = try judge(text, on: story.machine.truth)
      guard truth.verdict == .fail else { continue }

      let judgement = try judge(text, on: story.machine.timeline)

      #expect(
        judgement.verdict == .fail, "\(target), \(story), \(text): \(judgement.finding) \(judgement.reason ?? "")")
    }
  }

  @Test("leaves a verdict that says so, and what the percentile may be without it")
  func reason() throws {
    let machine = StalledMachine(seconds: 40, rate: 60, stall: 15_000_000..<15_800_000)

    let judgement = try judge(Self.latencies[1], on: machine.timeline)

    #expect(judgement.verdict == .inconclusive && judgement.isUntrusted)
    #expect(
      judgement.reason
        == "this machine was late: requests may have left up to 800ms late by its doing, and answers have "
        + "lain unread for up to 800ms, and without that p99 may lie below 250ms", "\(judgement)")
    #expect(judgement.evidence.contains { $0.text.hasSuffix("without that p99 is at least 300us") }, "\(judgement)")
  }

  @Test(
    "users that did not have their turns meanwhile are not missing",
    arguments: [("9.95/s", Verdict.inconclusive), ("12/s", .fail)])
  func users(rate: String, verdict: Verdict) throws {
    var run = TimelineBuilder()
    run.users = 10
    for second in 60..<300 where !(100..<103).contains(second) { run.second(at: Double(second), offered: 10) }
    for second in 60..<300 where !(101..<104).contains(second) {
      let isStalled = second == 100
      run.generator.append(
        GeneratorSample(
          start: .seconds(second), end: .seconds(isStalled ? 104 : second + 1),
          lateness: Lateness(p50: .zero, p99: .zero, maximum: .zero),
          machineLateness: Lateness(p50: .zero, p99: .zero, maximum: .zero), processCPU: 0, busiestWorkerCPU: 0,
          connectionsOpened: 0, inFlight: 1, queued: 0, longestPause: isStalled ? .seconds(3) : .zero))
    }

    let judgement = try judge("{name: e, throughput: {during: surge, atLeast: \(rate)}}", on: run.timeline)

    #expect(judgement.verdict == verdict, "\(judgement)")
    #expect(judgement.isUntrusted == (verdict == .inconclusive))
  }

  @Test(
    "failures that a server makes whose client does nothing for seconds are not charged to it",
    arguments: [
      ("reset before response", 3000, Verdict.inconclusive), ("reset before response", 900, .fail),
      ("500", 3000, .fail),
    ])
  func broken(outcome: String, pause: Int, verdict: Verdict) throws {
    var run = TimelineBuilder(endedAt: 60)
    for second in 0..<60 {
      run.second(at: Double(second), offered: second == 30 ? 0 : 100)
      run.generator.append(
        GeneratorSample(
          start: .seconds(second), end: .seconds(second + 1),
          lateness: Lateness(p50: .zero, p99: .zero, maximum: .zero),
          machineLateness: Lateness(p50: .zero, p99: .zero, maximum: .zero), processCPU: 0, busiestWorkerCPU: 0,
          connectionsOpened: 0, inFlight: 1, queued: 0, longestPause: .milliseconds(second == 30 ? pause : 0)))
    }
    run.load[30].offered = 100
    run.load[30].outcomes = [OutcomeTally(outcome: outcome, failed: true, completed: 100)]

    let judgement = try judge(Self.shares[0], on: run.timeline)

    #expect(judgement.verdict == verdict, "\(judgement)")
  }
}
