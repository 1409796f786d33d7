import Arrivals
import LoadFacts
import RandomFacts
import Statistics
import Testing

@Suite("Facts of a load that several tell in parts")
struct MergeTests {
  @Test(
    "add up to the same bytes as when one has counted all, in whatever parts, order and groups",
    arguments: 1...60 as ClosedRange<UInt64>)
  func exact(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let (parts, whole) = LoadSnapshot.randomParts(&random)

    var merged = LoadSnapshot.merging(parts, &random)

    #expect(merged.text == whole.text, "seed \(seed)")
    #expect(merged == whole, "seed \(seed)")
    merged.merge(LoadSnapshot())
    #expect(merged == whole, "seed \(seed)")
  }

  @Test(
    "of several sources stand side by side, and each is what that source told", arguments: 1...20 as ClosedRange<UInt64>
  )
  func sources(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let parts = ["", "load-1", "load-2"].map { source in
      LoadSnapshot(counting: (0..<40).map { _ in NotedRequest.random(&random, sources: [source]) })
    }

    let merged = LoadSnapshot.merging(parts, &random)

    for (source, part) in zip(["", "load-1", "load-2"], parts) {
      #expect(merged.intervals.filter { $0.source == source } == part.intervals, "seed \(seed)")
      #expect(merged.generator.filter { $0.source == source } == part.generator, "seed \(seed)")
      #expect(merged.connections.filter { $0.source == source } == part.connections, "seed \(seed)")
      #expect(merged.failures.filter { $0.source == source } == part.failures, "seed \(seed)")
    }
  }

  @Test("that leave something out add up alike in any order and groups", arguments: 1...200 as ClosedRange<UInt64>)
  func gaps(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let samples = (0..<3).map { _ in sample(&random) }
    let intervals = (0..<3).map { _ in interval(&random) }

    func sum<Fact: MergeableFact>(_ facts: [Fact]) -> Fact {
      var sum = facts[0]
      for fact in facts.dropFirst() { sum.merge(fact) }
      return sum
    }
    func sums<Fact: MergeableFact>(_ facts: [Fact]) -> [Fact] {
      let (a, b, c) = (facts[0], facts[1], facts[2])
      return [sum([a, b, c]), sum([c, b, a]), sum([b, a, c]), sum([a, sum([b, c])]), sum([sum([c, a]), b])]
    }
    #expect(sums(samples).allSatisfy { $0 == sums(samples)[0] }, "seed \(seed): \(samples)")
    #expect(sums(intervals).allSatisfy { $0 == sums(intervals)[0] }, "seed \(seed): \(intervals)")
  }

  private func sample(_ random: inout SplitMix64) -> GeneratorSample {
    func number() -> Int { Int.random(in: 0...5, using: &random) }
    func perhaps<Value>(_ value: Value) -> Value? { Bool.random(using: &random) ? value : nil }
    func lateness() -> Lateness {
      Bool.random(using: &random)
        ? Lateness(LatencyHistogram(of: (0..<number()).map { _ in number() * 999 }))
        : Lateness(p50: .microseconds(number()), p99: .milliseconds(number()), maximum: .milliseconds(number()))
    }
    return GeneratorSample(
      start: .zero, end: .seconds(number()), lateness: lateness(), machineLateness: perhaps(lateness()),
      processCPU: Double(number()) / 7, busiestWorkerCPU: Double(number()) / 7, connectionsOpened: number(),
      inFlight: number(), queued: number(), steal: perhaps(Double(number()) / 7),
      runQueueDelay: perhaps(Double(number()) / 7), openConnections: perhaps(number()),
      ephemeralPortsUsed: perhaps(number()), ephemeralPorts: perhaps(5 + number()),
      longestPause: perhaps(.seconds(number())), places: perhaps(number()), placesHeldSince: perhaps(.seconds(number()))
    )
  }

  private func interval(_ random: inout SplitMix64) -> LoadInterval {
    func number() -> Int { Int.random(in: 0...5, using: &random) }
    let labels = ["200", "503", "unfinished"].filter { _ in Bool.random(using: &random) }
    return LoadInterval(
      start: .zero, end: .seconds(number()), route: "list", offered: number(), sent: number(), late: number(),
      lateByMachine: Bool.random(using: &random) ? number() : nil,
      outcomes: labels.flatMap { label in
        [nil, "v1"].filter { _ in Bool.random(using: &random) }.map { version in
          OutcomeTally(
            outcome: label, failed: label != "200", version: version, completed: number(), bytes: number(),
            fromDue: LatencyHistogram(of: (0..<number()).map { _ in number() * 999 }))
        }
      })
  }

  @Test("say what is not recorded: one part that does not tell leaves the whole unknown, and no figure is made up")
  func notRecorded() {
    var told = LoadInterval(
      start: .zero, end: .seconds(1), route: "a", offered: 5, sent: 5, late: 2, lateByMachine: 2, outcomes: [])
    told.merge(LoadInterval(start: .zero, end: .seconds(1), route: "a", offered: 1, sent: 1, late: 1, outcomes: []))
    #expect(told.late == 3 && told.lateByMachine == nil)

    var lateness = Lateness(LatencyHistogram(of: [1_000, 2_000]))
    #expect(lateness.hasValues)
    lateness.merge(Lateness(p50: .milliseconds(1), p99: .milliseconds(7), maximum: .milliseconds(9)))
    #expect(!lateness.hasValues && lateness.p99 == .milliseconds(7) && lateness.maximum == .milliseconds(9))
  }

  @Test("about local ports are those of the machine that has fewest left")
  func ports() {
    func sample(_ used: Int?, _ all: Int?) -> GeneratorSample {
      GeneratorSample(
        start: .zero, end: .seconds(1), lateness: Lateness(), ephemeralPortsUsed: used, ephemeralPorts: all)
    }
    var sum = sample(9_000, 64_000)
    sum.merge(sample(nil, 28_000))
    sum.merge(sample(27_000, 28_000))
    sum.merge(sample(27_000, 64_000))
    #expect(sum.ephemeralPortsUsed == 27_000 && sum.ephemeralPorts == 28_000)
  }

  @Test("keep the earliest failures of each outcome where there are more than wanted")
  func limit() {
    let failures = (0..<20).map { number in
      FailedRequest(
        due: .seconds(20 - number), sent: nil, completed: .seconds(20 - number), route: "a",
        outcome: number % 2 == 0 ? "503" : "dns")
    }
    let limited = LoadSnapshot(failures: failures).limited(failuresOfAnOutcome: 3)
    #expect(limited.failures.map(\.due) == [1, 2, 3, 4, 5, 6].map { .seconds($0) })
  }
}
