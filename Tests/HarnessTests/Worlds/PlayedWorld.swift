import Arrivals
import Expectations
import Foundation
import Profiles
import RunTimeline
import Testing
import Units

@testable import Harness

/// A labelled world that was played once: what was judged of it, and what was true.
struct PlayedWorld {
  let judgement: Judgement
  let isMet: Bool
  let timeline: Timeline

  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Resources/worlds")

  /// - Parameters:
  ///   - changes: what is so in it, one after the other.
  ///   - seed: of the arrivals, and of when things come about that nobody chooses.
  init(_ world: LabelledWorld, _ kind: Profiles.Expectation.KindName, _ changes: [LabelledWorld.Change], seed: UInt64)
    throws
  {
    var random = SplitMix64(seed: seed)
    let all = [world.setting] + changes
    let fields =
      [
        "load.seed=\(seed)", "load.arrivals=\(seed % 2 == 0 ? "uniform" : "poisson")",
        "cluster.simulated.workload.containerStart=\(800 + Int(1_500 * random.nextUnit()))ms",
        "cluster.simulated.faults=[\(all.flatMap(\.faults).joined(separator: ", "))]",
        "expectations=[{name: judged, \(kind.rawValue): \(world.expectation)}]",
      ] + all.flatMap(\.fields)
    let loaded = try LoadedProfile(
      path: Self.folder.appending(path: world.profile + ".yaml").path, changes: fields, fixed: false)
    let rhythm = VirtualRun.Rhythm(
      lead: .seconds(30 * random.nextUnit()), firstMeasurement: .seconds(1 + 14 * random.nextUnit()))
    let played = try VirtualRun(loaded, version: ProgramVersion(commit: nil), environment: [:], rhythm: rhythm)
      .play(keepsRequests: true)
    #expect(played.run.faultProblems.isEmpty, "seed \(seed)")
    timeline = played.run.timeline
    let judgements = Judge.judge(loaded.profile.expectations, on: timeline)
    judgement = try #require(judgements.first)
    isMet = try world.isMet(SimulatedTruth(played, of: loaded.profile))
  }
}
