import Arrivals
import Expectations
import Foundation
import RunTimeline
import Synchronization
import TestRecordings
import Testing
import Units

/// Bends what real controllers did, and damages what was recorded of them.
@Suite("Edited recordings of a real control plane")
struct EditedRecordingTests {
  private static let text = "{name: e, hpaConformance: {}}"

  /// A rescale by the autoscaler, and when the count changed again.
  private typealias Rescale = (change: ObservedChange, until: Duration)

  private static let rescales = Mutex<[String: [Rescale]]>([:])

  /// The rescales of a recording.
  private func rescales(_ name: String) throws -> [Rescale] {
    if let known = Self.rescales.withLock({ $0[name] }) { return known }
    let timeline = try Recordings.timeline(name)
    let changes = try #require(RunAnalysis(timeline).scaling).changes
    let found: [Rescale] = changes.indices.filter { changes[$0].author == .autoscaler }.map { index in
      let next = index + 1 < changes.count ? changes[index + 1].at.earliest : timeline.lastInstant
      return (changes[index], next)
    }
    Self.rescales.withLock { $0[name] = found }
    return found
  }

  private static let seeds = TestSeeds.ofLongTests

  private func verdict(_ edited: EditedObservations) throws -> Judgement {
    try judge(Self.text, on: edited.timeline())
  }

  @Test(
    "A rescale by one more or one less than was due never passes, with managed fields and without",
    arguments: Recordings.all, seeds)
  func divertedRescale(name: String, seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let found = try rescales(name)
    guard let (change, until) = found.randomElement(using: &random) else { return }
    let others = [change.to - 1, change.to + 1].filter { $0 > 0 && $0 != change.from }
    let other = try #require(others.randomElement(using: &random))
    var edited = try EditedObservations(name, until: min(until, change.at.latest + .seconds(12)))
    try edited.divert(change, to: other, until: until)
    if Bool.random(using: &random) { try edited.stripManagedFields() }

    let judged = try verdict(edited)

    #expect(
      judged.verdict != .pass,
      "seed \(seed): \(change.from) to \(other) where \(change.to) was due, \(change.at.latest.seconds) s: \(judged.finding)"
    )
  }

  @Test("A step is no evidence of the recommendations that it is judged by")
  func stepThatExplainsItself() throws {
    let name = "foreign-pod-in-selector"
    let (change, until) = try #require(rescales(name).first { $0.change.to == 5 })
    var edited = try EditedObservations(name, until: change.at.latest + .seconds(12))
    try edited.divert(change, to: 6, until: until)
    try edited.stripManagedFields()

    let judged = try verdict(edited)

    #expect(judged.verdict != .pass, "\(judged.finding)")
  }

  @Test("Without behavior a step to where neither the metrics nor the window points fails")
  func stepBetweenTwo() throws {
    let name = "no-behavior-surge-to-max"
    let (change, until) = try #require(rescales(name).first { $0.change.to == 3 })
    var edited = try EditedObservations(name, until: change.at.latest + .seconds(12))
    try edited.divert(change, to: 5, until: until)

    let judged = try verdict(edited)

    #expect(judged.verdict == .fail, "\(judged.finding)")
  }

  @Test(
    "Without managed fields a real controller never fails: what its writes cannot be dated by is doubt, no proof",
    arguments: Recordings.all)
  func undatedWrites(name: String) throws {
    var edited = try EditedObservations(name)
    try edited.stripManagedFields()
    let timeline = try edited.timeline()

    for text in [Self.text, "{name: e, withinCorridor: {}}"] {
      let judged = try judge(text, on: timeline)

      #expect(judged.verdict != .fail, "\(judged.finding)")
    }
  }

  @Test("Up to a rescale, and just after it, a real controller never fails", arguments: Recordings.all, seeds)
  func beginning(name: String, seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    guard let (change, _) = try rescales(name).randomElement(using: &random) else { return }
    let end = Bool.random(using: &random) ? change.at.earliest - .seconds(1) : change.at.latest + .seconds(1)

    let judged = try verdict(EditedObservations(name, until: end))

    #expect(judged.verdict != .fail, "seed \(seed), up to \(end.seconds) s: \(judged.finding)")
  }

  @Test("Where everything was watched, the controllers count the pods that were seen", arguments: Recordings.all)
  func countedPods(name: String) throws {
    let cluster = try #require(try Recordings.timeline(name).cluster)

    #expect(cluster.podsInDoubt.isEmpty, "\(cluster.observationGaps["pods"] ?? [])")
  }

  @Test(
    "One lost line of a pod never makes a real controller fail",
    arguments: ["controller-restarts", "surge-and-rollout"],
    seeds)
  func lostLine(name: String, seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let whole = try EditedObservations(name)
    for _ in 0..<3 {
      var edited = whole
      let lost = try #require(edited.dropOne(of: "pods", &random))

      let judged = try verdict(edited)

      #expect(judged.verdict != .fail, "seed \(seed), without the line of \(lost): \(judged.finding)")
    }
  }

  @Test(
    "Where a watch was silent and then brought all at once, a real controller does not fail",
    arguments: Recordings.all, ["deployments", "pods", "horizontalpodautoscalers"])
  func heldBack(name: String, resource: String) throws {
    for seed in Self.seeds {
      var random = SplitMix64(seed: seed)
      var edited = try EditedObservations(name)
      let silence = edited.holdBack(resource, &random)

      for text in [Self.text, "{name: e, withinCorridor: {}}"] {
        let judged = try judge(text, on: edited.timeline())

        #expect(judged.verdict != .fail, "seed \(seed), \(silence): \(judged.finding)")
      }
    }
  }

  /// Each recording and seed is damaged in a way of its own. Some were once answered wrongly: a lost line of a status, lines
  /// that stand at each other's times, and pods of which no version could be read.
  private static let damages: [(name: String, seed: UInt64)] =
    Recordings.all.flatMap { name in seeds.map { (name, $0) } }
    + [
      ("surge-and-rollout", 4), ("quota-blocked", 9), ("foreign-pod-in-selector", 23),
      ("release-overtaken-by-undo", 26), ("release-overtaken-by-undo", 35),
      ("quota-blocked", 37),
    ]

  @Test("However a recording is damaged, nothing breaks and a real controller does not fail", arguments: damages)
  func damaged(name: String, seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var edited = try EditedObservations(name)
    let share = 0.01 + 0.1 * random.nextUnit()
    let position = UInt64(Recordings.all.firstIndex(of: name) ?? 0)
    switch (position + seed * 2) % 5 {
    case 0: edited.drop(share: share, &random)
    case 1: edited.duplicate(share: share, &random)
    case 2: edited.swapNeighbours(share: share, &random)
    case 3: edited.damage(share: share, &random)
    default: try edited.stripManagedFields()
    }
    let timeline = try edited.timeline()

    let judged = try judge(Self.text, on: timeline)
    let corridor = try judge("{name: e, withinCorridor: {}}", on: timeline)
    _ = RunAnalysis(timeline).replay

    #expect(judged.verdict != .fail, "seed \(seed): \(judged.finding)")
    #expect(corridor.verdict != .fail, "seed \(seed): \(corridor.finding)")
  }
}
