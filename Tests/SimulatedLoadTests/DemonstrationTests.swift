import Arrivals
import Foundation
import LoadFacts
import Profiles
import SimulatedCluster
import SimulatedLoad
import Statistics
import Testing
import Units

@testable import Harness
@testable import LoadDriving
@testable import LoadGeneration

/// The load of a profile over its simulated cluster, on a clock that jumps.
private struct LoadAlone {
  /// By phase and outcome.
  var counts: [String: [String: Int]] = [:]
  var lateness = Duration.zero
  var clockAtEnd: Int64 = 0

  init(profile path: String) throws {
    let loaded = try LoadedProfile(path: path, changes: [])
    let profile = loaded.profile
    guard case .simulated(let simulation)? = profile.cluster?.kind else { throw Problem.notSimulated }
    let timeScale = simulation.timeScale
    var cluster = try ClusterSimulation(
      manifests: loaded.manifests, workload: SimulatedWorld.workload(simulation, seed: profile.load.seed),
      timeScale: timeScale)
    // As long as a run lets the workload come up.
    cluster.advance(to: .seconds(60))
    let planning = LoadPlanning(profile: profile, files: loaded.files, timeScale: timeScale, environment: [:])
    let plan = try planning.plan(connectTo: nil)
    let rotations = try plan.rotations()
    let addresses = RequestAddresses(plan: plan)

    var whole = LoadSnapshot()
    let target = ClusterTarget(cluster, requests: ClusterTarget.ReadRequests(addresses))
    var worker = LoadWorker(
      plan.share(of: 0, rotations: rotations, start: 0), over: VirtualTransport(to: target)
    ) { report in
      whole.merge(report.counts(plan.naming, during: .zero..<(.zero)) { "endpoint \($0)" })
      return Ledger()
    }
    worker.run()

    clockAtEnd = worker.transport.now
    lateness = whole.generator.first?.lateness.maximum ?? .zero
    for tally in whole.intervals {
      let phase = profile.load.plannedPhases.last { $0.start <= tally.start }?.name ?? ""
      for outcome in tally.outcomes { counts[phase, default: [:]][outcome.outcome, default: 0] += outcome.completed }
    }
  }

  private enum Problem: Error { case notSimulated }
}

@Suite("The load of the demonstration, in virtual time", .serialized)
struct DemonstrationTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  @Test("has per phase and outcome the counts of a run in real time, exactly when they are due")
  func counts() throws {
    let resources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Resources")
    let real = try JSONDecoder().decode(
      [String: [String: Int]].self,
      from: Data(contentsOf: resources.appending(path: "surge-and-rollout.load-alone.json")))

    let profile = Self.root.appending(path: "Profiles/surge-and-rollout.yaml").path
    let run = try LoadAlone(profile: profile)

    #expect(run.counts == real)
    #expect(run.clockAtEnd > 56_900_000_000)
    // No machine is in the way.
    #expect(run.lateness == .zero)
  }
}
