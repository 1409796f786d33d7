import Foundation
import KubernetesObjects
import RunTimeline
import Testing
import Units

@testable import SimulatedCluster
@testable import SimulatedLoad

@Suite("Who watches a simulated cluster in virtual time")
struct ClusterWatcherTests {
  private static let workload = """
    {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "shop"},
     "spec": {"replicas": 4, "selector": {"matchLabels": {"app": "web"}},
      "template": {"metadata": {"labels": {"app": "web"}},
       "spec": {"containers": [{"name": "web", "image": "example.com/web:v1"}]}}}}
    """

  private static func cluster(keeping historyLimit: Int = 5_000) throws -> ClusterSimulation {
    try ClusterSimulation(
      manifests: [ClusterManifest(source: "web.yaml", object: JSONValue(json: Data(Self.workload.utf8)))],
      statefulSets: StatefulSetController(), historyLimit: historyLimit)
  }

  private static func watcher() -> ClusterWatcher {
    ClusterWatcher(
      of: [.deployments, .replicaSets, .pods, .events], namespace: "shop", latency: .milliseconds(5), origin: .zero)
  }

  @Test("notes every version that the cluster had, once, as long after it as an answer takes")
  func versions() throws {
    var cluster = try Self.cluster()
    var watcher = Self.watcher()
    watcher.list(cluster)

    for second in 1...30 {
      cluster.advance(to: .seconds(second))
      watcher.collect(cluster)
    }

    let changes = try [ClusterKind.deployment, .replicaSet, .pod, .event].flatMap { kind in
      try #require(cluster.changes(kind, after: 210)).map { (kind.resource.plural, $0) }
    }
    let events = watcher.observations.filter { $0.kind != .list && $0.kind != .listed }
    for (resource, change) in changes where change.time > .zero {
      let noted = events.filter {
        $0.resource == resource && $0.resourceVersion == String(change.resourceVersion)
      }
      #expect(noted.map(\.received) == [change.time + .milliseconds(5)])
      #expect(noted.allSatisfy { $0.object != nil && $0.uid == change.object.metadata.uid })
    }
    #expect(events.count > 20)
  }

  @Test("notes in the order in which answers come, and the text of a version once")
  func order() throws {
    var cluster = try Self.cluster()
    var watcher = Self.watcher()
    watcher.list(cluster)
    for second in 1...60 {
      cluster.advance(to: .seconds(second))
      if second % 10 == 0 { watcher.list(cluster) } else { watcher.collect(cluster) }
    }

    let received = watcher.observations.map(\.received)
    #expect(received == received.sorted())
    let texts = watcher.observations.filter { $0.object != nil }.map { "\($0.uid ?? "") \($0.resourceVersion ?? "")" }
    #expect(Set(texts).count == texts.count)
    #expect(watcher.observations.count { $0.kind == .list } == 4 * 7)
  }

  @Test("tells a gap where the cluster has forgotten what happened, and lists anew")
  func forgotten() throws {
    var cluster = try Self.cluster(keeping: 10)
    var watcher = Self.watcher()
    watcher.list(cluster)
    cluster.advance(to: .seconds(1))
    for count in 0..<30 {
      _ = cluster.respond(
        to: APIRequest(
          method: "PATCH", path: "/apis/apps/v1/namespaces/shop/deployments/web",
          contentType: "application/merge-patch+json",
          body: ["metadata": ["annotations": ["count": .string("\(count)")]]]))
    }

    watcher.collect(cluster)

    let deployments = watcher.observations.filter { $0.resource == "deployments" }
    let gap = try #require(deployments.firstIndex { $0.kind == .gap })
    #expect(deployments[gap...].map(\.kind) == [.gap, .listed, .list])
  }
}
