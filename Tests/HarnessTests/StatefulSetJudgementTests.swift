import AutoscalerModel
import Expectations
import Foundation
import KubernetesObjects
import Profiles
import RunTimeline
import Testing
import Units

@testable import SimulatedCluster

/// Does something else than Kubernetes with the pods of a StatefulSet.
private enum OrderMutation: String, CaseIterable, CustomTestStringConvertible {
  case replacesTwoAtATime = "replaces two pods at a time"
  case waitsForNoPod = "does not wait for the pods before"
  case replacesAllAtOnce = "replaces all pods at once"
  case makesNothingAnew = "does not make the pods anew that it deletes"
  case stopsHalfway = "stops half-way"

  var testDescription: String { rawValue }

  /// The expectation that it breaks.
  var breaks: String {
    switch self {
    case .replacesTwoAtATime, .waitsForNoPod, .replacesAllAtOnce: "capacity holds"
    case .makesNothingAnew, .stopsHalfway: "release completes"
    }
  }

  var controller: StatefulSetController {
    StatefulSetController { pods, rules in
      var rules = rules
      var pods = pods
      switch self {
      case .replacesTwoAtATime:
        rules.replacement = .ordered(partition: 0, maxUnavailable: .count(2))
        return StatefulSetOrder.plan(pods: pods, rules: rules)
      case .waitsForNoPod:
        for index in pods.indices where !pods[index].isTerminating {
          pods[index].isReady = true
          pods[index].isAvailable = true
        }
        return StatefulSetOrder.plan(pods: pods, rules: rules)
      case .replacesAllAtOnce:
        rules.replacement = .ordered(partition: 0, maxUnavailable: .percent(100))
        return StatefulSetOrder.plan(pods: pods, rules: rules)
      case .makesNothingAnew:
        var plan = StatefulSetOrder.plan(pods: pods, rules: rules)
        if rules.currentRevision != rules.updateRevision {
          plan.actions.removeAll { if case .create = $0 { true } else { false } }
        }
        return plan
      case .stopsHalfway:
        var plan = StatefulSetOrder.plan(pods: pods, rules: rules)
        plan.actions.removeAll { $0 == .replace(ordinal: 1) }
        return plan
      }
    }
  }
}

/// What a run against a simulated cluster would have recorded of a StatefulSet, in virtual time.
private struct WatchedCluster {
  private var cluster: ClusterSimulation
  private var observations: [Observation] = []
  private var seen: Int64 = 0
  /// When the watches were opened.
  private let opened = Duration.seconds(60) + .milliseconds(3)

  private static let resources: [(kind: ClusterKind, plural: String)] = [
    (.statefulSet, "statefulsets"), (.pod, "pods"), (.autoscaler, "horizontalpodautoscalers"), (.event, "events"),
  ]

  init(_ manifests: [JSONValue], seed: UInt64, controller: StatefulSetController) throws {
    var description = SimulatedWorkload()
    description.seed = seed
    // Longer than a drain takes.
    description.applicationStart = .seconds(10)
    description.brokenImages = ["registry.example.com/carts:broken"]
    cluster = try ClusterSimulation(
      manifests: manifests.map { ClusterManifest(source: "carts.json", object: $0) }, workload: description,
      timeScale: 1, epoch: KubernetesTime(seconds: 1_767_225_600), statefulSets: controller)
    cluster.advance(to: .seconds(60))
    list()
  }

  /// Everything as it is, as a list reads it.
  mutating func list() {
    let now = cluster.now
    for (kind, plural) in Self.resources {
      for object in cluster.objects(kind) { observe(object, .listed, plural, sent: now, at: now) }
      observations.append(
        Observation(
          sent: now, received: now + .milliseconds(2), resource: plural, kind: .list,
          resourceVersion: String(cluster.resourceVersion)))
    }
    seen = cluster.resourceVersion
  }

  private mutating func observe(
    _ object: ClusterObject, _ kind: Observation.Kind, _ plural: String, sent: Duration, at time: Duration
  ) {
    observations.append(
      Observation(
        sent: sent, received: time + .milliseconds(2), resource: plural, kind: kind, name: object.key.name,
        uid: object.metadata.uid, resourceVersion: object.metadata.resourceVersion, object: try? object.json().json()))
  }

  mutating func advance(to seconds: Int) {
    cluster.advance(to: .seconds(seconds))
    let changes = Self.resources.flatMap { kind, plural in
      (cluster.changes(kind, after: seen) ?? []).map { (plural, $0) }
    }
    for (plural, change) in changes.sorted(by: { $0.1.resourceVersion < $1.1.resourceVersion }) {
      let kind: Observation.Kind =
        switch change.action {
        case .added: .added
        case .modified: .modified
        case .deleted: .deleted
        }
      observe(change.object, kind, plural, sent: opened, at: change.time)
    }
    seen = cluster.resourceVersion
  }

  mutating func offer(_ rate: Double) {
    cluster.setOfferedRate(rate, host: "carts.example.com")
  }

  /// - Returns: the generation of the StatefulSet that was written.
  mutating func setImage(_ tag: String) -> Int64? {
    let image = JSONValue.string("registry.example.com/carts:\(tag)")
    let request = APIRequest(
      method: "PATCH", path: "/apis/apps/v1/namespaces/shop/statefulsets/carts",
      contentType: "application/strategic-merge-patch+json", userAgent: "scaleproof",
      body: ["spec": ["template": ["spec": ["containers": [["name": "carts", "image": image]]]]]])
    guard case .object(_, let answer) = cluster.respond(to: request) else { return nil }
    return answer["metadata", "generation"]?.int.map { Int64($0) }
  }

  /// - Parameter phases: names with their starts in seconds; each lasts until the next.
  func timeline(release: ActionSpan?, phases: [(String, Int)], hpa: String? = nil) -> Timeline {
    let ends = phases.dropFirst().map { Duration.seconds($0.1) } + [cluster.now]
    return Timeline(
      run: RunDescription(
        name: "carts", toolVersion: "test", profileText: "", startedAt: cluster.epoch, endedAt: cluster.now,
        endReason: .completed,
        cluster: ClusterDescription(
          context: "test", namespace: "shop", workload: WorkloadReference(.statefulSet, "carts"), autoscaler: hpa)),
      phases: zip(phases, ends).map { phase, end in
        PhaseSpan(
          name: phase.0, plannedStart: .seconds(phase.1), plannedEnd: end, startRate: 0, endRate: 0,
          start: .seconds(phase.1), end: end)
      },
      actions: release.map { [$0] } ?? [], observations: observations,
      clock: ServerClock(runStart: cluster.epoch, offset: .zero ... .zero))
  }
}

@Suite("StatefulSets of the simulated cluster, judged")
struct StatefulSetJudgementTests {
  private static func manifests() throws -> [JSONValue] {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../SimulatedClusterTests/Resources/carts.json").standardizedFileURL
    // With a drain, so that no pod goes at the very instant of the action.
    let text = try String(contentsOf: file, encoding: .utf8)
      .replacing("\"readinessProbe\"", with: #""lifecycle": {"preStop": {"sleep": {"seconds": 5}}}, "readinessProbe""#)
    return try JSONValue(json: Data(text.utf8)).array ?? []
  }

  private static func expectations(_ lines: String) throws -> [Profiles.Expectation] {
    try ProfileReader.read(
      text: """
        apiVersion: scaleproof/v1
        kind: Profile
        metadata: {name: carts}
        target: {url: "http://carts.example.com"}
        cluster: {context: test, namespace: shop, workload: statefulset/carts, hpa: carts}
        requests: [{name: home, path: /}]
        load:
          phases:
            - {name: steady, for: 120s, rate: 1/s}
            - {name: surge, for: 220s, rate: 1/s}
            - {name: settle, for: 600s, rate: 1/s}
        actions: [{name: release, at: steady + 20s, rollout: {restart: true}}]
        expectations:
        \(lines)
        """, source: "carts.yaml"
    ).expectations
  }

  /// The verdicts on a rollout, which an undo takes back after a while if one is asked for.
  private func verdicts(
    _ controller: StatefulSetController, seed: UInt64, image: String = "v2", undoneAt: Int? = nil
  ) throws -> [String: Judgement] {
    var watched = try WatchedCluster(Self.manifests(), seed: seed, controller: controller)
    watched.advance(to: 80)
    let generation = watched.setImage(image)
    let release = ActionSpan(
      name: "release", summary: "rollout", plannedAt: .seconds(80), sent: .seconds(80),
      answered: .seconds(80) + .milliseconds(1), generation: generation)
    if let undoneAt {
      watched.advance(to: undoneAt)
      _ = watched.setImage("v1")
    }
    watched.advance(to: 500)
    watched.list()
    let judgements = Judge.judge(
      try Self.expectations(
        """
          - {name: release completes, rolloutCompletes: {action: release, within: 120s}}
          - {name: capacity holds, availabilityFloor: {during: release}}
        """), on: watched.timeline(release: release, phases: [("steady", 60)]))
    return Dictionary(judgements.map { ($0.name, $0) }) { $1 }
  }

  @Test("a rollout in order passes", arguments: 1...10 as ClosedRange<UInt64>)
  func inOrder(seed: UInt64) throws {
    for (name, judgement) in try verdicts(StatefulSetController(), seed: seed) {
      #expect(judgement.verdict == .pass, "\(name): \(judgement.finding)")
    }
  }

  @Test(
    "a controller that does something else fails where an expectation is about it", arguments: OrderMutation.allCases)
  fileprivate func mutated(_ mutation: OrderMutation) throws {
    for seed in UInt64(1)...5 {
      let judgement = try #require(verdicts(mutation.controller, seed: seed)[mutation.breaks])
      #expect(judgement.verdict == .fail, "seed \(seed): \(judgement.finding)")
    }
  }

  @Test(
    "a release that never becomes ready fails, also after an undo that OrderedReady does not carry out",
    arguments: [nil, 300])
  func broken(undoneAt: Int?) throws {
    let judgement = try #require(
      verdicts(StatefulSetController(), seed: 1, image: "broken", undoneAt: undoneAt)["release completes"])

    #expect(judgement.verdict == .fail)
    #expect(judgement.finding.contains("1 of 3 updated, 2 available"), "\(judgement.finding)")
    #expect(judgement.evidence.contains { $0.text == "pod carts-2 never became ready" }, "\(judgement.evidence)")
  }

  @Test(
    "an HPA that scales a StatefulSet conforms, stays in its corridor and is in time",
    arguments: 1...5 as ClosedRange<UInt64>)
  func autoscaled(seed: UInt64) throws {
    var manifests = try Self.manifests()
    manifests.append([
      "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
      "metadata": ["name": "carts", "namespace": "shop"],
      "spec": [
        "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "StatefulSet", "name": "carts"], "minReplicas": 3,
        "maxReplicas": 6,
        "metrics": [
          [
            "type": "Resource",
            "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 70]],
          ]
        ],
        "behavior": [
          "scaleUp": ["stabilizationWindowSeconds": 0], "scaleDown": ["stabilizationWindowSeconds": 300],
        ],
      ],
    ])
    var watched = try WatchedCluster(manifests, seed: seed, controller: StatefulSetController())
    watched.offer(200)
    watched.advance(to: 180)
    watched.offer(900)
    watched.advance(to: 400)
    watched.offer(30)
    watched.advance(to: 1_000)
    watched.list()

    let judgements = Judge.judge(
      try Self.expectations(
        """
          - {name: out, scaleUp: {after: surge.start, to: 6, of: ready, within: 120s}}
          - {name: back, scaleDown: {after: settle.start, notBefore: 270s, to: 3, within: 400s}}
          - {name: conforms, hpaConformance: {}}
          - {name: corridor, withinCorridor: {}}
        """),
      on: watched.timeline(
        release: nil, phases: [("steady", 60), ("surge", 180), ("settle", 400)], hpa: "carts"))

    for judgement in judgements { #expect(judgement.verdict == .pass, "\(judgement.name): \(judgement.finding)") }
  }
}
