import Arrivals
import Expectations
import Foundation
import Profiles
import TestRecordings
import Testing

@testable import Harness

/// The same run in virtual time, seen by watches that speak and by watches that hold back what they have to say.
@Suite("Watches that are silent for a while")
struct SilentWatchVerdictTests {
  private static let profile = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Profiles/surge-and-rollout.yaml").path

  private static let seeds = TestSeeds.first(8)

  /// Near the truth on both sides, so that what is dated wrongly by some seconds is answered wrongly.
  private static let expectations: String = {
    let counts = (6...11).flatMap { count in
      ["current", "available", "ready"].flatMap { of in
        ["<=", ">="].map { "steadyReplicas: {during: release, count: \"\($0) \(count)\", of: \(of)}" }
      }
    }
    let times = [5, 10, 15, 20, 25, 30, 40, 50, 60, 80].flatMap { seconds in
      [
        "rolloutCompletes: {action: release, within: \(seconds)s}",
        "scaleUp: {after: surge.start, to: \">= 8\", of: ready, within: \(seconds)s}",
        "scaleDown: {after: settle.start, notBefore: \(280 + seconds)s}",
        "scaleDown: {after: settle.start, to: 3, within: \(280 + 5 * seconds)s}",
      ]
    }
    let rest = ["availabilityFloor: {during: release}", "hpaConformance: {}", "withinCorridor: {}"]
    return (counts + times + rest).enumerated().map { "{name: e\($0), \($1)}" }.joined(separator: ", ")
  }()

  private func judgements(faults: String) throws -> [Judgement] {
    let loaded = try LoadedProfile(
      path: Self.profile,
      changes: ["expectations=[\(Self.expectations)]", "cluster.simulated.faults=[\(faults)]"], fixed: false)
    let run = try VirtualRun(loaded, version: ProgramVersion(commit: nil), environment: [:]).execute()
    #expect(run.faultProblems.isEmpty)
    return Judge.judge(loaded.profile.expectations, on: run.timeline)
  }

  @Test("never turn a pass into a fail, or a fail into a pass")
  func verdicts() throws {
    let seen = try judgements(faults: "")
    #expect(Set(seen.map(\.verdict)).isSuperset(of: [.pass, .fail]))
    let watched = ["deployments", "pods", "replicasets", "horizontalpodautoscalers", "endpointslices"]
    let moments = ["surge", "release", "release", "settle"]

    for seed in Self.seeds {
      var random = SplitMix64(seed: seed)
      let resources = watched.filter { _ in random.nextUnit() < 0.4 }
      let after = Int(60 * random.nextUnit())
      let length = 2 + Int(73 * random.nextUnit())
      let chosen = resources.isEmpty ? ["deployments"] : resources
      let fault =
        "{at: \(moments[Int(seed) % 4]) + \(after)s, for: \(length)s, "
        + "watchesSilent: {resources: [\(chosen.joined(separator: ", "))]}}"

      let hidden = try judgements(faults: fault)

      for (seen, hidden) in zip(seen, hidden) where ![seen.verdict, hidden.verdict].contains(.inconclusive) {
        #expect(hidden.verdict == seen.verdict, "seed \(seed), \(fault): \(seen.finding); \(hidden.finding)")
      }
    }
  }
}
