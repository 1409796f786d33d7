import ClientRules
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
    watcher.list(&cluster)

    for second in 1...30 {
      cluster.advance(to: .seconds(second))
      watcher.collect(&cluster)
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

  private static func other(_ name: String, app: String) -> JSONValue {
    [
      "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": .string(name), "namespace": "shop"],
      "spec": [
        "replicas": 2, "selector": ["matchLabels": ["app": .string(app)]],
        "template": [
          "metadata": ["labels": ["app": .string(app)]],
          "spec": ["containers": [["name": "web", "image": "example.com/web:v1"]]],
        ],
      ],
    ]
  }

  private static func send(
    _ method: String, _ path: String, _ body: JSONValue? = nil, to cluster: inout ClusterSimulation
  ) {
    _ = cluster.respond(
      to: APIRequest(
        method: method, path: path,
        contentType: method == "PATCH" ? "application/merge-patch+json" : "application/json", body: body))
  }

  @Test("notes what belongs to its workload only, follows a pod whose labels change, and pods of another selector")
  func belonging() throws {
    var cluster = try Self.cluster()
    Self.send("POST", "/apis/apps/v1/namespaces/shop/deployments", Self.other("other", app: "other"), to: &cluster)
    cluster.advance(to: .seconds(60))
    var watcher = ClusterWatcher(
      of: [.deployments, .replicaSets, .pods, .services, .ingresses, .endpointSlices, .events],
      scope: ObservationScope(of: [WatchedWorkload(WorkloadReference(.deployment, "web"))]), namespace: "shop",
      latency: .milliseconds(5), origin: .seconds(60))
    watcher.list(&cluster)
    func names(_ plural: String) -> Set<String> {
      Set(watcher.observations.filter { $0.resource == plural }.compactMap(\.name))
    }
    #expect(names("deployments") == ["web"] && names("replicasets").count == 1 && names("pods").count == 4)
    let pod = try #require(names("pods").min())
    let path = "/api/v1/namespaces/shop/pods/\(pod)"
    Self.send("PATCH", path, ["metadata": ["labels": ["app": "looked-at"]]], to: &cluster)
    for second in 61...70 {
      cluster.advance(to: .seconds(second))
      watcher.collect(&cluster)
    }
    watcher.list(&cluster)
    #expect(!watcher.observations.contains { $0.name == pod && $0.kind == .deleted })
    #expect(watcher.observations.last { $0.name == pod }?.kind == .listed)
    Self.send("DELETE", path, to: &cluster)
    Self.send("DELETE", "/apis/apps/v1/namespaces/shop/deployments/other", to: &cluster)
    Self.send("DELETE", "/apis/apps/v1/namespaces/shop/deployments/web", to: &cluster)
    cluster.advance(to: .seconds(130))
    watcher.collect(&cluster)
    #expect(watcher.observations.contains { $0.name == pod && $0.kind == .deleted })
    #expect(!watcher.observations.contains { $0.kind == .gap })

    Self.send("POST", "/apis/apps/v1/namespaces/shop/deployments", Self.other("web", app: "web2"), to: &cluster)
    cluster.advance(to: .seconds(190))
    watcher.collect(&cluster)
    watcher.list(&cluster)
    #expect(names("pods").count >= 6 && names("pods").allSatisfy { $0.hasPrefix("web-") })
    #expect(!watcher.observations.contains { $0.kind == .gap })
  }

  @Test("notes in the order in which answers come, and the text of a version once")
  func order() throws {
    var cluster = try Self.cluster()
    var watcher = Self.watcher()
    watcher.list(&cluster)
    for second in 1...60 {
      cluster.advance(to: .seconds(second))
      if second % 10 == 0 { watcher.list(&cluster) } else { watcher.collect(&cluster) }
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
    watcher.list(&cluster)
    cluster.advance(to: .seconds(1))
    for count in 0..<30 {
      _ = cluster.respond(
        to: APIRequest(
          method: "PATCH", path: "/apis/apps/v1/namespaces/shop/deployments/web",
          contentType: "application/merge-patch+json",
          body: ["metadata": ["annotations": ["count": .string("\(count)")]]]))
    }

    watcher.collect(&cluster)
    cluster.advance(to: .seconds(2))
    watcher.collect(&cluster)

    let deployments = watcher.observations.filter { $0.resource == "deployments" }
    let gap = try #require(deployments.firstIndex { $0.kind == .gap })
    #expect(deployments[gap...].map(\.kind) == [.gap, .listed, .list])
  }

  /// What is noted of a workload that changes all the time while faults last.
  private func noted(_ faults: [Fault], seconds: Int = 120) throws -> (
    observations: [Observation], cluster: ClusterSimulation
  ) {
    var cluster = try Self.cluster()
    cluster.advance(to: .seconds(60))
    var watcher = ClusterWatcher(
      of: [.deployments, .pods], namespace: "shop", latency: .milliseconds(5), origin: .seconds(60))
    watcher.list(&cluster)
    cluster.plan(faults, loadBegins: .seconds(60))
    let step = Duration.milliseconds(10)
    var nextList = Duration.seconds(30)
    var nextWrite = Duration.seconds(1)
    var time = Duration.zero
    while time < .seconds(seconds) {
      time += step
      let due = watcher.nextDue ?? time
      if due < time, due > time - step {
        cluster.advance(to: .seconds(60) + due)
        watcher.collect(&cluster)
      }
      cluster.advance(to: .seconds(60) + time)
      if time >= nextWrite {
        nextWrite += .milliseconds(1_700)
        let replicas: Int64 = cluster.objects(.deployment).first?.deployment?.spec.replicas == 4 ? 6 : 4
        _ = cluster.respond(
          to: APIRequest(
            method: "PATCH", path: "/apis/apps/v1/namespaces/shop/deployments/web",
            contentType: "application/merge-patch+json", body: ["spec": ["replicas": .integer(replicas)]]))
      }
      if time >= nextList {
        nextList += .seconds(30)
        watcher.list(&cluster, provesWatches: true)
      } else {
        watcher.collect(&cluster)
      }
    }
    return (watcher.observations, cluster)
  }

  private func gaps(_ observations: [Observation], of resource: String) -> [Observation] {
    observations.filter { $0.kind == .gap && $0.resource == resource }
  }

  /// Each version once, none before the cluster had it, and in the order of the versions.
  private func expectWhole(
    _ observations: [Observation], _ cluster: ClusterSimulation, until end: Duration, _ comment: Comment
  ) throws {
    for kind in [ClusterKind.deployment, .pod] {
      let changes = try #require(cluster.changes(kind, after: 210)).filter {
        $0.time > .seconds(60) && $0.time < .seconds(60) + end
      }
      #expect(changes.count > 20)
      let events = observations.filter {
        $0.resource == kind.resource.plural && [.added, .modified, .deleted].contains($0.kind)
      }
      let versions = events.compactMap { $0.resourceVersion.flatMap { Int64($0) } }
      #expect(versions == versions.sorted() && Set(versions).count == versions.count, comment)
      let received = Dictionary(uniqueKeysWithValues: zip(versions, events.map(\.received)))
      for change in changes {
        let time = try #require(received[change.resourceVersion], comment)
        #expect(time >= change.time - .seconds(60) + .milliseconds(5), comment)
      }
    }
  }

  @Test("of watches that are cut: a gap when the end is heard, and all that came since when they are opened anew")
  func cut() throws {
    let (observations, cluster) = try noted([
      Fault(.watchesDropped(.all, every: .seconds(10)), begins: .seconds(5), lasts: .seconds(35))
    ])

    for resource in ["deployments", "pods"] {
      let gaps = gaps(observations, of: resource)
      #expect(gaps.map(\.received) == [5, 15, 25, 35].map { .seconds($0) + .milliseconds(5) })
      #expect(gaps.allSatisfy { $0.message?.hasPrefix("cannot watch /") == true })
      // Requested 50 ms after the end was heard, or 200 ms where nothing had come since the cut before.
      let opened = Set(observations.filter { $0.resource == resource && $0.kind == .modified }.map(\.sent))
      #expect(opened.contains(.seconds(5) + .milliseconds(55)))
    }
    try expectWhole(observations, cluster, until: .seconds(119), "cut")
  }

  @Test("of silent watches: nothing, until lists find them out; and what was held back when it is over")
  func silent() throws {
    let (observations, cluster) = try noted([
      Fault(.watchesSilent(ResourceChoice(["deployments"])), begins: .seconds(5), lasts: .seconds(60))
    ])

    let during = observations.filter {
      $0.resource == "deployments" && $0.received > .milliseconds(5_010) && $0.received < .seconds(65)
    }
    #expect(Set(during.map(\.kind)) == [.list, .listed, .gap])
    // Two lists, and two seconds after each the watch is given up.
    #expect(
      gaps(observations, of: "deployments").map(\.received) == [30, 60].map { .seconds($0 + 2) + .milliseconds(5) })
    #expect(gaps(observations, of: "pods").isEmpty)
    let late = observations.filter { $0.resource == "deployments" && $0.received == .milliseconds(65_005) }
    #expect(late.count > 20)
    try expectWhole(observations, cluster, until: .seconds(119), "silent")
  }

  @Test("of refused requests: a gap with the answer, and another try when the server asked for it")
  func refused() throws {
    let (observations, cluster) = try noted([
      Fault(.watchesDropped(.all, every: nil), begins: .seconds(2)),
      Fault(.apiErrors(APIErrors(.tooManyRequests, retryAfter: 3)), begins: .seconds(1), lasts: .seconds(39)),
    ])

    for resource in ["deployments", "pods"] {
      let gaps = gaps(observations, of: resource)
      #expect(gaps[0].message?.contains("the connection was closed") == true)
      let watches = gaps.filter { $0.message?.contains("cannot watch") == true && $0 != gaps[0] }
      #expect(watches.allSatisfy { $0.message?.contains("has received too many requests") == true })
      let waits = zip(watches, watches.dropFirst()).map { $1.received - $0.received }
      // Three seconds that the server asks for, then the longer ones of the observer's own.
      #expect(waits.first == .seconds(3) + .milliseconds(10))
      #expect(waits.allSatisfy { $0 >= .seconds(3) })
      #expect(gaps.contains { $0.message?.contains("cannot read") == true && $0.received == .milliseconds(30_005) })
    }
    try expectWhole(observations, cluster, until: .seconds(119), "refused")
  }
}
