import Expectations
import Foundation
import Profiles
import Testing

@testable import Harness

/// What failed requests have to do with, in worlds in which one cause is switched on.
@Suite("Attribution and the truth")
struct AttributionTruthTests {
  /// A world in which requests fail for one reason.
  private struct World: Sendable {
    let name: String
    /// `nil` where failures have to do with nothing that happens.
    let cause: Trigger?
    let change: LabelledWorld.Change
  }

  private static let worlds = [
    World(
      name: "pods that drop what they were sent when they are to go", cause: .termination,
      change: .init(fields: [
        "cluster.simulated.workload.keepsServing=0s", "cluster.simulated.workload.drains=false",
        "cluster.simulated.workload.endpointDelay=6s",
        "manifests.deployment.spec.template.spec.containers[0].lifecycle.preStop.sleep.seconds=1",
      ])),
    World(
      name: "pods that are ready before their program is", cause: .readiness,
      change: .init(fields: [
        "cluster.simulated.workload.start=8s", "cluster.simulated.manifests=[unprobed.yaml]",
      ])),
    World(
      name: "a node that is lost", cause: .node,
      change: .init(
        faults: ["{at: peak + 40s, nodeLost: 1}"], fields: ["cluster.simulated.nodes.count=3", "actions=[]"])),
    World(
      name: "pods that come too late for a peak", cause: .underCapacity,
      change: .init(fields: [
        "cluster.simulated.workload.start=40s", "load.phases.peak.rate=260/s", "actions=[]",
      ])),
    World(
      name: "failures at random", cause: nil,
      change: .init(
        faults: ["{at: run.start, application: {failing: 5%}}"],
        fields: ["manifests.deployment.spec.template.spec.containers[0].lifecycle.preStop.sleep.seconds=15"])),
  ]

  @Test("name the right cause or say that nothing tells, and never another one", arguments: worlds.indices)
  func truth(of index: Int) throws {
    let world = Self.worlds[index]
    let kind = LabelledWorld(expectation: "{during: run, objective: 90%}", fault: .init()) { _ in true }
    var found: [String: Int] = [:]
    var wrong: [String] = []
    for seed in UInt64(1)...20 {
      let played = try PlayedWorld(kind, .errorBudget, [world.change], seed: seed)
      let attribution = try #require(Attribution(played.timeline), "seed \(seed): nothing failed")
      let (word, isRight): (String, Bool) =
        switch attribution.cause {
        case .none: ("none", true)
        case .named(let trigger): (trigger.rawValue, trigger == world.cause)
        case .ambiguous(let triggers): ("ambiguous", world.cause.map(triggers.contains) ?? false)
        }
      found[word, default: 0] += 1
      let rows = attribution.rows.map {
        "\($0.trigger) \($0.failed) in \($0.shareText), \($0.pText), \($0.outcomes.joined(separator: " "))"
      }
      if !isRight { wrong.append("seed \(seed): \(word) of \(attribution.failed): \(rows.joined(separator: "; "))") }
    }
    print("\(world.name): \(found.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))")
    #expect(wrong.isEmpty, "\(world.name): \(wrong.joined(separator: "\n"))")
    // What is switched on is named, and not just never excluded.
    #expect(world.cause.map { found[$0.rawValue, default: 0] > 10 } ?? true, "\(world.name): \(found)")
  }

  @Test(
    "advise about the probe that took pods away, and not about more of them",
    arguments: [("liveness-kills-under-load", "livenessProbe"), ("slow-dependency", "readinessProbe")])
  func lostPods(incident: String, probe: String) throws {
    let loaded = try LoadedProfile(path: IncidentTests.folder.appending(path: incident + ".yaml").path, changes: [])
    let run = try VirtualRun(loaded, version: ProgramVersion(commit: nil), environment: [:]).execute()
    let attribution = try #require(Attribution(run.timeline))

    #expect(attribution.cause == .named(.underCapacity), "\(attribution.rows)")
    #expect(attribution.advice?.hasPrefix("change \(probe).") ?? false, "\(attribution.advice ?? "none")")
  }
}
