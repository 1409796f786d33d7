import KubernetesObjects
import Testing
import Units

@testable import SimulatedCluster

@Suite("Pods that make room")
struct PreemptionTests {
  /// A pod of a priority that requests so many thousandths of a core, and is one of an application.
  struct Wanted {
    let name: String
    let priority: String
    let cpu: Int
    var app = "other"
  }

  private static let classes: [JSONValue] = [
    ("low", 10, nil), ("middle", 100, nil), ("high", 1_000, nil), ("shy", 1_000, "Never"),
  ].map {
    (name: String, value: Int64, policy: String?) in
    var object: JSONValue = [
      "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": ["name": .string(name)],
      "value": .integer(value),
    ]
    if let policy { object["preemptionPolicy"] = .string(policy) }
    return object
  }

  private func cluster(nodes: Int, cpu: Int64 = 1_000, _ others: [JSONValue] = []) throws -> ClusterSimulation {
    var nature = SimulatedWorkload()
    nature.machines = .init(count: nodes, capacity: MachineCapacity(cpu: cpu))
    let namespace: JSONValue = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "shop"]]
    var cluster = try ClusterSimulation(
      manifests: ([namespace] + Self.classes + others).map { ClusterManifest(source: "test", object: $0) },
      workload: nature)
    cluster.advance(to: .seconds(10))
    return cluster
  }

  private func make(_ pod: Wanted, in cluster: inout ClusterSimulation, for seconds: Int = 10) {
    let made = cluster.ask(
      "POST", "/api/v1/namespaces/shop/pods",
      body: [
        "metadata": ["name": .string(pod.name), "labels": ["app": .string(pod.app)]],
        "spec": [
          "priorityClassName": .string(pod.priority), "terminationGracePeriodSeconds": 5,
          "containers": [
            ["name": "a", "image": "a:1", "resources": ["requests": ["cpu": .string("\(pod.cpu)m")]]]
          ],
        ],
      ])
    #expect(made.status == 201, "\(made.body)")
    cluster.advance(to: cluster.now + .seconds(seconds))
  }

  private func pod(_ name: String, in cluster: ClusterSimulation) -> Pod? {
    cluster.object(.pod, namespace: "shop", name: name)?.pod
  }

  private func names(_ cluster: ClusterSimulation) -> Set<String> { Set(cluster.objects(.pod).map(\.key.name)) }

  @Test(
    "those of the least priority go first, as few as are enough, and of equals the newest",
    arguments: [
      // What is there on one node of 1000m, what comes, and who goes.
      ([Wanted(name: "a", priority: "low", cpu: 500), Wanted(name: "b", priority: "middle", cpu: 500)], 400, ["a"]),
      ([Wanted(name: "a", priority: "middle", cpu: 500), Wanted(name: "b", priority: "low", cpu: 500)], 400, ["b"]),
      ([Wanted(name: "a", priority: "low", cpu: 300), Wanted(name: "b", priority: "low", cpu: 600)], 400, ["b"]),
      ([Wanted(name: "a", priority: "low", cpu: 500), Wanted(name: "b", priority: "low", cpu: 500)], 400, ["b"]),
      ([Wanted(name: "a", priority: "low", cpu: 500), Wanted(name: "b", priority: "low", cpu: 500)], 900, ["a", "b"]),
      ([Wanted(name: "a", priority: "low", cpu: 400), Wanted(name: "b", priority: "high", cpu: 600)], 400, ["a"]),
      ([Wanted(name: "a", priority: "low", cpu: 400), Wanted(name: "b", priority: "high", cpu: 600)], 500, []),
      ([Wanted(name: "a", priority: "high", cpu: 1000)], 100, []),
      ([Wanted(name: "a", priority: "low", cpu: 600)], 400, []),
    ] as [([Wanted], Int, Set<String>)])
  func victims(there: [Wanted], cpu: Int, expected: Set<String>) throws {
    var cluster = try cluster(nodes: 1)
    for pod in there { make(pod, in: &cluster) }
    make(Wanted(name: "new", priority: "high", cpu: cpu), in: &cluster, for: 0)
    cluster.advance(to: cluster.now + .milliseconds(100))

    let fits = there.reduce(cpu) { $0 + $1.cpu } <= 1_000
    #expect(pod("new", in: cluster)?.status?.nominatedNodeName == (expected.isEmpty ? nil : "node-1"))
    cluster.advance(to: cluster.now + .seconds(30))
    #expect(names(cluster) == Set(there.map(\.name)).subtracting(expected).union(["new"]))
    #expect((pod("new", in: cluster)?.spec.nodeName == "node-1") == (fits || !expected.isEmpty))
    #expect(pod("new", in: cluster)?.status?.nominatedNodeName == nil)
    let told = cluster.events.filter { $0.reason == "Preempted" }
    #expect(Set(told.compactMap(\.involvedObject.name)) == expected)
  }

  @Test("who goes is told why, and has its grace; who comes waits for it at the node")
  func words() throws {
    var cluster = try cluster(nodes: 1)
    make(Wanted(name: "old", priority: "low", cpu: 800), in: &cluster)
    make(Wanted(name: "new", priority: "high", cpu: 800), in: &cluster, for: 0)
    cluster.advance(to: cluster.now + .milliseconds(100))

    let old = try #require(pod("old", in: cluster))
    let new = try #require(pod("new", in: cluster))
    #expect(old.isTerminating && old.metadata.deletionGracePeriodSeconds == 5)
    let condition = old.condition("DisruptionTarget")
    #expect(condition?.reason == "PreemptionByScheduler")
    #expect(condition?.message == "default-scheduler: preempting to accommodate a higher priority pod")
    #expect(
      cluster.events.first { $0.reason == "Preempted" }?.message
        == "Preempted by pod \(new.metadata.uid ?? "") on node node-1")
    #expect(new.condition("PodScheduled")?.message == "0/1 nodes are available: 1 Insufficient cpu.")
    #expect(new.spec.nodeName == nil && new.status?.nominatedNodeName == "node-1")
    let shown = cluster.ask("GET", "/api/v1/namespaces/shop/pods/new").body
    #expect(shown["status", "nominatedNodeName"] == "node-1")
  }

  @Test("a pod whose class never preempts waits, and says so")
  func never() throws {
    var cluster = try cluster(nodes: 1)
    make(Wanted(name: "old", priority: "low", cpu: 800), in: &cluster)
    make(Wanted(name: "new", priority: "shy", cpu: 800), in: &cluster)
    #expect(names(cluster) == ["old", "new"])
    #expect(
      pod("new", in: cluster)?.condition("PodScheduled")?.message
        == "0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to preemptionPolicy=Never.")
    #expect(pod("old", in: cluster)?.isTerminating == false)
  }

  @Test("the node is chosen where no budget is broken, then by the least important victims, then by their number")
  func nodes() throws {
    let budget: JSONValue = [
      "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": ["name": "b", "namespace": "shop"],
      "spec": ["minAvailable": 1, "selector": ["matchLabels": ["app": "kept"]]],
    ]
    for (there, expected) in [
      // Pods go to the node with the fewest, so one on each.
      (
        [Wanted(name: "a", priority: "low", cpu: 800, app: "kept"), Wanted(name: "b", priority: "middle", cpu: 800)],
        "b"
      ),
      ([Wanted(name: "a", priority: "middle", cpu: 800), Wanted(name: "b", priority: "low", cpu: 800)], "b"),
      ([Wanted(name: "a", priority: "low", cpu: 800), Wanted(name: "b", priority: "middle", cpu: 800)], "a"),
      ([Wanted(name: "a", priority: "low", cpu: 800), Wanted(name: "b", priority: "low", cpu: 800)], "b"),
    ] as [([Wanted], String)] {
      var cluster = try cluster(nodes: 2, [budget])
      for pod in there { make(pod, in: &cluster, for: 30) }
      make(Wanted(name: "new", priority: "high", cpu: 500), in: &cluster, for: 30)
      #expect(names(cluster) == Set(["a", "b", "new"]).subtracting([expected]), "\(there)")
    }
    var fewest = try cluster(nodes: 2)
    for pod in [
      Wanted(name: "a", priority: "low", cpu: 900), Wanted(name: "b", priority: "low", cpu: 450),
      Wanted(name: "c", priority: "low", cpu: 450),
    ] {
      make(pod, in: &fewest, for: 30)
    }
    make(Wanted(name: "new", priority: "high", cpu: 800), in: &fewest, for: 30)
    #expect(names(fewest) == ["b", "c", "new"])
  }

  @Test("a workload whose pods had to go waits with the new ones, and does not take the room back", arguments: 1...5)
  func workload(more: Int) throws {
    let deployment: JSONValue = [
      "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "low", "namespace": "shop"],
      "spec": [
        "replicas": 4, "selector": ["matchLabels": ["app": "low"]],
        "template": [
          "metadata": ["labels": ["app": "low"]],
          "spec": [
            "priorityClassName": "low", "terminationGracePeriodSeconds": 5,
            "containers": [["name": "a", "image": "a:1", "resources": ["requests": ["cpu": "500m"]]]],
          ],
        ],
      ],
    ]
    var cluster = try cluster(nodes: 2, [deployment])
    cluster.advance(to: cluster.now + .seconds(30))
    for number in 0..<3 {
      make(Wanted(name: "new-\(number)", priority: "high", cpu: 500 + more), in: &cluster, for: 1)
    }
    cluster.advance(to: cluster.now + .seconds(60))

    let high = (0..<3).compactMap { pod("new-\($0)", in: cluster)?.spec.nodeName }
    // Each node has room for one of these, and for none of the others beside it.
    #expect(high.count == 2)
    let low = cluster.objects(.pod).compactMap(\.pod).filter { $0.metadata.name?.hasPrefix("low-") == true }
    #expect(low.count == 4 && low.allSatisfy { $0.spec.nodeName == nil })
    #expect(cluster.events.count { $0.reason == "Preempted" } == 4)
  }
}
