import Arrivals
import Expectations
import Foundation
import RunTimeline
import TestRecordings
import Testing
import Units

/// Bends what real controllers did, and damages what was recorded of them.
@Suite("Edited recordings of a real control plane")
struct EditedRecordingTests {
  private static let text = "{name: e, hpaConformance: {}}"

  /// The rescales of a recording, each with when the count changed again.
  private func rescales(_ name: String) throws -> [(change: ObservedChange, until: Duration)] {
    let timeline = try Recordings.timeline(name)
    let changes = try #require(ScalingRecord(timeline)).changes
    return changes.indices.filter { changes[$0].author == .autoscaler }.map { index in
      let next = index + 1 < changes.count ? changes[index + 1].at.earliest : timeline.lastInstant
      return (changes[index], next)
    }
  }

  @Test(
    "A rescale by one more or one less than was due never passes, with managed fields and without",
    arguments: Recordings.all)
  func divertedRescales(name: String) throws {
    for (change, until) in try rescales(name) {
      let end = min(until, change.at.latest + .seconds(12))
      for other in [change.to - 1, change.to + 1] where other > 0 && other != change.from {
        var edited = try EditedObservations(name, until: end)
        try edited.divert(change, to: other, until: until)
        let judged = try judge(Self.text, on: edited.timeline())
        try edited.stripManagedFields()
        let bare = try judge(Self.text, on: edited.timeline())

        let what = "\(change.from) to \(other) where \(change.to) was due, \(change.at.latest.seconds) s"
        #expect(judged.verdict != .pass, "\(what): \(judged.finding)")
        #expect(bare.verdict != .pass, "\(what), without managed fields: \(bare.finding)")
      }
    }
  }

  @Test("Up to each rescale, and just after it, a real controller never fails", arguments: Recordings.all)
  func beginnings(name: String) throws {
    for (change, _) in try rescales(name) {
      for end in [change.at.earliest - .seconds(1), change.at.latest + .seconds(1)] {
        let judged = try judge(Self.text, on: EditedObservations(name, until: end).timeline())

        #expect(judged.verdict != .fail, "up to \(end.seconds) s: \(judged.finding)")
      }
    }
  }

  /// Each recording and seed is damaged in a way of its own.
  @Test(
    "However a recording is damaged, nothing breaks and a real controller does not fail",
    arguments: Recordings.all, 0...1 as ClosedRange<UInt64>)
  func damaged(name: String, seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var edited = try EditedObservations(name)
    let share = 0.01 + 0.1 * random.nextUnit()
    let position = Recordings.all.firstIndex(of: name) ?? 0
    switch (position + Int(seed) * 2) % 5 {
    case 0: edited.drop(share: share, &random)
    case 1: edited.duplicate(share: share, &random)
    case 2: edited.swapNeighbours(share: share, &random)
    case 3: edited.damage(share: share, &random)
    default: try edited.stripManagedFields()
    }
    let timeline = try edited.timeline()

    let judged = try judge(Self.text, on: timeline)
    let corridor = try judge("{name: e, withinCorridor: {}}", on: timeline)
    _ = ScalingRecord(timeline).map { DecisionReplay($0) }

    #expect(judged.verdict != .fail, "seed \(seed): \(judged.finding)")
    #expect(corridor.verdict != .fail, "seed \(seed): \(corridor.finding)")
  }
}
