import Foundation
import KubernetesObjects
import Units

@testable import SimulatedCluster

/// Shopping carts that lie on a volume of each pod: StatefulSet, Service and Ingress.
struct Carts {
  static let namespace = "shop"
  static let path = "/apis/apps/v1/namespaces/shop/statefulsets/carts"

  var set: JSONValue
  var others: [JSONValue]

  init() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Resources/carts.json")
    let objects = try JSONValue(json: Data(contentsOf: file)).array ?? []
    set = objects.first ?? .null
    others = Array(objects.dropFirst())
  }

  /// With fields of the spec changed.
  init(_ changes: [(path: [String], value: JSONValue)]) throws {
    try self.init()
    for change in changes { set.setMember(change.value, at: ["spec"] + change.path) }
  }

  var manifests: [ClusterManifest] {
    ([set] + others).map { ClusterManifest(source: "carts.json", object: $0) }
  }

  func cluster(
    _ workload: SimulatedWorkload = SimulatedWorkload(), order: StatefulSetController = StatefulSetController(),
    settled: Duration = .seconds(60)
  ) throws -> ClusterSimulation {
    var cluster = try ClusterSimulation(
      manifests: manifests, workload: workload, timeScale: 1, epoch: KubernetesTime(seconds: 1_767_225_600),
      statefulSets: order)
    cluster.advance(to: settled)
    return cluster
  }
}

extension ClusterSimulation {
  var carts: StatefulSet? { object(.statefulSet, namespace: Carts.namespace, name: "carts")?.statefulSet }

  func cart(_ ordinal: Int) -> Pod? { object(.pod, namespace: Carts.namespace, name: "carts-\(ordinal)")?.pod }

  func claim(_ ordinal: Int) -> ClusterObject? {
    object(.persistentVolumeClaim, namespace: Carts.namespace, name: "data-carts-\(ordinal)")
  }

  @discardableResult
  mutating func patchCarts(_ spec: JSONValue) -> (status: Int, body: JSONValue) {
    ask("PATCH", Carts.path, type: "application/strategic-merge-patch+json", body: ["spec": spec])
  }

  mutating func setCartsImage(_ tag: String) {
    patchCarts([
      "template": [
        "spec": ["containers": [["name": "carts", "image": .string("registry.example.com/carts:\(tag)")]]]
      ]
    ])
  }

  /// The moments of the story of pods after a version: `made 0`, `ready 0`, `going 2`, `gone 2`.
  func cartsStory(after version: Int64 = 200) -> [String] {
    var story: [String] = []
    for change in changes(.pod, after: version) ?? [] {
      guard let pod = change.object.pod, let name = pod.metadata.name else { continue }
      let ordinal = name.replacing("carts-", with: "")
      let before = change.previous?.pod
      switch change.action {
      case .added: story.append("made \(ordinal)")
      case .deleted: story.append("gone \(ordinal)")
      case .modified:
        if pod.isReady, before?.isReady == false { story.append("ready \(ordinal)") }
        if pod.isTerminating, before?.isTerminating == false { story.append("going \(ordinal)") }
      }
    }
    return story
  }

  /// The fewest pods that the StatefulSet's own status has counted as available after a version.
  func fewestAvailableCarts(after version: Int64) -> Int? {
    (changes(.statefulSet, after: version) ?? []).compactMap { $0.object.statefulSet?.status?.availableReplicas }.min()
  }
}
