import Arrivals
import Expectations
import Foundation
import Profiles
import RunTimeline
import TestRecordings
import Testing
import Units

/// What real controllers did, with a line of the recording lost that no gap tells of.
@Suite("Lost observations", .timeLimit(.minutes(30)))
struct LostObservationTests {
  private static let seeds = TestSeeds.ofLongTests

  @Test(
    "never turn a pass into a fail, and a fail into a pass only where nothing else shows it", arguments: Recordings.all,
    seeds)
  func lost(name: String, seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let phases = [("calm", 0.0), ("surge", 60), ("settle", 300)]
    let expectations = try ExpectationPanel.replicas.map { try expectation("{name: e, \($0)}") }
    let whole = try EditedObservations(name)
    let seen = judgeEach(expectations, on: try whole.timeline(phases: phases))
    for resource in ["horizontalpodautoscalers", "deployments", "replicasets", "pods"] {
      var edited = whole
      guard let lost = edited.dropOne(of: resource, &random) else { continue }

      let hidden = judgeEach(expectations, on: try edited.timeline(phases: phases))

      for (index, (seen, hidden)) in zip(seen, hidden).enumerated() where hidden.verdict != seen.verdict {
        // A count that a single status told is lost with it.
        guard hidden.verdict == .fail || (seen.verdict == .fail && resource != "deployments") else { continue }
        #expect(
          [seen.verdict, hidden.verdict].contains(.inconclusive),
          "seed \(seed), without \(resource) at \(lost): \(ExpectationPanel.replicas[index]): \(seen.finding) | \(hidden.finding)"
        )
      }
    }
  }

  @Test(
    "never turn a pass into a fail, where a watch said nothing for a while that no gap tells of",
    arguments: Recordings.all,
    seeds)
  func lostStretch(name: String, seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let phases = [("calm", 0.0), ("surge", 60), ("settle", 300)]
    let expectations = try ExpectationPanel.replicas.map { try expectation("{name: e, \($0)}") }
    let whole = try EditedObservations(name)
    let seen = judgeEach(expectations, on: try whole.timeline(phases: phases))
    // That an autoscaler wrote nothing while its metrics asked for another count is held against it.
    for resource in ["deployments", "replicasets", "pods"] {
      var edited = whole
      let lost = edited.dropStretch(of: resource, &random)

      let hidden = judgeEach(expectations, on: try edited.timeline(phases: phases))

      for (index, (seen, hidden)) in zip(seen, hidden).enumerated() where seen.verdict == .pass {
        #expect(
          hidden.verdict != .fail,
          "seed \(seed), without \(resource) \(lost): \(ExpectationPanel.replicas[index]): \(seen.finding) | \(hidden.finding)"
        )
      }
    }
  }
}
