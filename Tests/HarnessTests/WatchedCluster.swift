import ApplicationNature
import AutoscalerModel
import Foundation
import KubernetesObjects
import RunTimeline
import Units

@testable import SimulatedCluster

/// What a run against a simulated cluster would have recorded of a StatefulSet, in virtual time.
struct WatchedCluster {
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
    description.application.start = .seconds(10)
    description.versions["broken"] = .broken
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

  private static let autoscaler: JSONValue = [
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
  ]

  /// A StatefulSet of three pods, and what it needs.
  static func carts() throws -> [JSONValue] {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../SimulatedClusterTests/Resources/carts.json").standardizedFileURL
    // With a drain, so that no pod goes at the very instant of the action.
    let text = try String(contentsOf: file, encoding: .utf8)
      .replacing("\"readinessProbe\"", with: #""lifecycle": {"preStop": {"sleep": {"seconds": 5}}}, "readinessProbe""#)
    return try JSONValue(json: Data(text.utf8)).array ?? []
  }

  /// The same with an autoscaler, watched while the load rises and falls.
  static func scaled(seed: UInt64) throws -> WatchedCluster {
    var watched = try WatchedCluster(carts() + [autoscaler], seed: seed, controller: StatefulSetController())
    watched.offer(200)
    watched.advance(to: 180)
    watched.offer(900)
    watched.advance(to: 400)
    watched.offer(30)
    watched.advance(to: 1_000)
    return watched
  }

  /// What a plain `list` and `watch` of the API would have written down.
  var watchLog: Data {
    func line(_ type: String, _ observation: Observation, object: String) -> String {
      #"{"t":\#(observation.received.seconds),"resource":"\#(observation.resource)","type":"\#(type)","object":\#(object)}"#
    }
    var lines = [#"{"t":0,"resource":"","type":"START","wall":\#(Double(cluster.epoch.microseconds) / 1e6)}"#]
    var listed: [String] = []
    for observation in observations {
      let object = observation.object.map { String(decoding: $0, as: UTF8.self) } ?? "{}"
      switch observation.kind {
      case .listed: listed.append(object)
      case .list:
        let items = listed.joined(separator: ",")
        let version = observation.resourceVersion ?? ""
        lines.append(
          line("LIST", observation, object: #"{"metadata":{"resourceVersion":"\#(version)"},"items":[\#(items)]}"#))
        listed = []
      case .added: lines.append(line("ADDED", observation, object: object))
      case .modified: lines.append(line("MODIFIED", observation, object: object))
      case .deleted: lines.append(line("DELETED", observation, object: object))
      case .bookmark, .gap: break
      }
    }
    return Data(lines.joined(separator: "\n").utf8)
  }
}
