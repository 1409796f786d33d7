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
    /// All that is true to say; none where failures have to do with nothing that is observed.
    let causes: Set<Trigger>
    /// `@85` is 85 s in the world of the first seed, and a second later in that of each further one.
    let change: LabelledWorld.Change

    func change(seed: UInt64) -> LabelledWorld.Change {
      func shifted(_ text: String) -> String {
        text.replacing(/@([0-9]+)/) { "\((UInt64($0.output.1) ?? 0) + seed - 1)s" }
      }
      return .init(faults: change.faults.map(shifted), fields: change.fields.map(shifted))
    }
  }

  private static let undone =
    "actions=[{name: release, at: peak + 90s, rollout: {setImage: {web: \"registry.example.com/web:v2\"}}}, "
    + "{name: undo, at: peak + @115, rollout: {undo: true}}]"
  private static let unnamed = "target.servedBy={}"

  private static let worlds = [
    World(
      name: "pods that drop what they were sent when they are to go", causes: [.termination],
      change: .init(fields: [
        "cluster.simulated.workload.keepsServing=0s", "cluster.simulated.workload.drains=false",
        "cluster.simulated.workload.endpointDelay=6s",
        "manifests.deployment.spec.template.spec.containers[0].lifecycle.preStop.sleep.seconds=1",
      ])),
    World(
      name: "endpoints that come late", causes: [.termination],
      change: .init(faults: ["{at: peak + 88s, for: 60s, endpointDelay: 15s}"])),
    World(
      name: "pods that are ready before their program is", causes: [.readiness],
      change: .init(fields: [
        "cluster.simulated.workload.start=8s", "cluster.simulated.manifests=[unprobed.yaml]",
      ])),
    World(
      name: "a node that is lost", causes: [.node],
      change: .init(
        faults: ["{at: peak + 40s, nodeLost: 1}"], fields: ["cluster.simulated.nodes.count=3", "actions=[]"])),
    World(
      name: "pods that come too late for a peak", causes: [.underCapacity],
      change: .init(fields: [
        "cluster.simulated.workload.start=40s", "load.phases.peak.rate=260/s", "actions=[]",
      ])),
    World(
      name: "a version that fails", causes: [.version],
      change: .init(fields: ["cluster.simulated.versions={v2: {failing: 30%}}", undone])),
    World(
      name: "a version that fails, of which pods alone are told", causes: [.version],
      change: .init(fields: [
        "cluster.simulated.versions={v2: {failing: 30%}}", undone, "target.servedBy={pod: X-Pod}",
      ])),
    World(
      name: "a version that crashes", causes: [.crash, .underCapacity, .version],
      change: .init(fields: ["cluster.simulated.versions={v2: {crashesAfter: 8s}}", undone])),
    World(
      name: "a version that is slow at first", causes: [.readiness, .version],
      change: .init(fields: [
        "cluster.simulated.versions={v2: {warmUp: 10s, warmUpCost: 60}}",
        "cluster.simulated.workload.cpuPerRequest=1ms",
        "load.phases.calm.rate=200/s", "load.phases.peak.rate=200/s", "load.phases.rest.rate=200/s",
      ])),
    World(
      name: "a Service that somebody empties in a release", causes: [.noEndpoints],
      change: .init(faults: [
        "{at: peak + @85, write: {by: jane, patch: service/web, fields: {spec: {selector: {app: nothing}}}}}",
        "{at: peak + @93, write: {by: jane, patch: service/web, fields: {spec: {selector: {app: web}}}}}",
      ])),
    World(
      name: "failures at random", causes: [],
      change: .init(
        faults: ["{at: run.start, application: {failing: 5%}}"],
        fields: ["manifests.deployment.spec.template.spec.containers[0].lifecycle.preStop.sleep.seconds=15"])),
    World(
      name: "an application that fails in a release", causes: [],
      change: .init(faults: ["{at: peak + @85, for: 8s, application: {failing: 30%}}"])),
    World(
      name: "an application that fails in a release, of which nothing is told", causes: [],
      change: .init(faults: ["{at: peak + @85, for: 8s, application: {failing: 30%}}"], fields: [unnamed])),
    World(
      name: "an application that fails while pods are added", causes: [],
      change: .init(
        faults: ["{at: peak + @10, for: 8s, application: {failing: 30%}}"], fields: ["actions=[]"])),
    World(
      name: "an application that hangs in a release", causes: [],
      change: .init(faults: ["{at: peak + @85, for: 8s, application: {serviceTime: 6s}}"])),
  ]

  @Test("name the right cause or say that nothing tells, and never another one", arguments: worlds.indices)
  func truth(of index: Int) throws {
    let world = Self.worlds[index]
    let kind = LabelledWorld(expectation: "{during: run, objective: 90%}", fault: .init()) { _ in true }
    var found: [String: Int] = [:]
    var wrong: [String] = []
    for seed in UInt64(1)...20 {
      let played = try PlayedWorld(kind, .errorBudget, [world.change(seed: seed)], seed: seed)
      let attribution = try #require(Attribution(played.timeline), "seed \(seed): nothing failed")
      let (word, isRight): (String, Bool) =
        switch attribution.cause {
        case .none: ("none", true)
        case .named(let trigger): (trigger.rawValue, world.causes.contains(trigger))
        case .ambiguous(let triggers): ("ambiguous", !world.causes.isDisjoint(with: triggers))
        }
      found[word, default: 0] += 1
      let rows = attribution.rows.map {
        "\($0.trigger) \($0.failed) in \($0.shareText), \($0.pText), \($0.outcomes.joined(separator: " "))"
          + ($0.contradiction.map { ", but \($0.text)" } ?? "")
      }
      if !isRight { wrong.append("seed \(seed): \(word) of \(attribution.failed): \(rows.joined(separator: "; "))") }
    }
    print("\(world.name): \(found.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))")
    #expect(wrong.isEmpty, "\(world.name): \(wrong.joined(separator: "\n"))")
    // What is switched on is named, and not just never excluded.
    let named = world.causes.reduce(0) { $0 + found[$1.rawValue, default: 0] }
    #expect(world.causes.isEmpty || named > 10, "\(world.name): \(found)")
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
