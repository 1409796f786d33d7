import KubernetesObjects
import Testing
import Units

@testable import SimulatedCluster

@Suite("Nodes: room, loss and addition")
struct NodeTests {
  private func cluster(
    replicas: Int64, _ change: (inout SimulatedWorkload) -> Void
  ) throws -> ClusterSimulation {
    var description = SimulatedWorkload()
    change(&description)
    var workload = try Workload()
    workload.deploymentObject["spec"]?["replicas"] = .integer(replicas)
    workload.others.removeLast()
    var cluster = try ClusterSimulation(manifests: workload.manifests, workload: description)
    cluster.advance(to: .seconds(60))
    return cluster
  }

  private func pods(_ cluster: ClusterSimulation, on node: String? = nil) -> [Pod] {
    cluster.objects(.pod).compactMap(\.pod).filter { node == nil || $0.spec.nodeName == node }
  }

  @Test(
    "A pod that no node has room for is Pending, and says what there is too little of",
    arguments: [
      (MachineCapacity(cpu: 1_000), "Insufficient cpu"), (MachineCapacity(memory: 1 << 30), "Insufficient memory"),
      (MachineCapacity(pods: 4), "Too many pods"),
    ])
  func noRoom(capacity: MachineCapacity, reason: String) throws {
    // Four pods of 250m and 256 MiB each on each of two nodes.
    let cluster = try cluster(replicas: 10) { $0.machines = .init(count: 2, capacity: capacity) }

    let pending = pods(cluster).filter { $0.status?.phase == "Pending" }
    #expect(pending.count == 2 && cluster.deployment?.status?.readyReplicas == 8)
    for pod in pending {
      let scheduled = pod.condition("PodScheduled")
      #expect(scheduled?.status == "False" && scheduled?.reason == "Unschedulable")
      #expect(scheduled?.message?.hasPrefix("0/2 nodes are available: 2 \(reason).") == true)
    }
    #expect(cluster.events.contains { $0.reason == "FailedScheduling" })
    #expect(["node-1", "node-2"].allSatisfy { pods(cluster, on: $0).count == 4 })
  }

  private func scale(_ cluster: inout ClusterSimulation, to replicas: Int64) {
    cluster.ask(
      "PATCH", "/apis/apps/v1/namespaces/production/deployments/aspnetcore-deployment",
      type: "application/merge-patch+json", body: ["spec": ["replicas": .integer(replicas)]])
  }

  /// Three nodes for four pods each, twelve pods, and then three.
  private func emptied(
    least: Int = 1, _ change: (inout ClusterSimulation) -> Void = { _ in }
  ) throws -> ClusterSimulation {
    var cluster = try cluster(replicas: 12) {
      $0.machines = .init(count: 3, capacity: MachineCapacity(cpu: 1_000))
      $0.machines.removedAfter = .seconds(300)
      $0.machines.least = least
    }
    change(&cluster)
    scale(&cluster, to: 3)
    return cluster
  }

  private func nodes(_ cluster: ClusterSimulation) -> [String] { cluster.objects(.node).map(\.key.name) }

  @Test(
    "A node that is hardly used is emptied and taken away after its time, one at a time, and pods move with no one missing"
  )
  func takenAway() throws {
    var cluster = try emptied()
    cluster.advance(to: .seconds(340))
    #expect(nodes(cluster).count == 3, "not before their time")
    var fewest = 3
    for second in 341...1_500 {
      cluster.advance(to: .seconds(second))
      fewest = min(fewest, pods(cluster).count { !$0.isTerminating })
    }
    #expect(nodes(cluster).count == 1)
    #expect(pods(cluster, on: nodes(cluster)[0]).count == 3 && cluster.deployment?.status?.readyReplicas == 3)
    #expect(fewest >= 2, "an evicted pod is replaced at once")
    let words = Set(cluster.events.filter { $0.reason == "ScaleDown" }.compactMap(\.message))
    #expect(
      words == [
        "marked the node as toBeDeleted/unschedulable", "node removed by cluster autoscaler",
        "deleting pod for node scale down",
      ])
  }

  @Test("So many nodes stay in any case")
  func least() throws {
    var cluster = try emptied(least: 2)
    cluster.advance(to: .seconds(2_000))
    #expect(nodes(cluster).count == 2)
  }

  @Test(
    "A node stays while a budget lets no pod of it go, or a pod says that it must not be moved",
    arguments: [true, false])
  func held(byBudget: Bool) throws {
    var cluster = try emptied { cluster in
      if byBudget {
        cluster.ask(
          "POST", "/apis/policy/v1/namespaces/production/poddisruptionbudgets",
          body: [
            "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": ["name": "all"],
            "spec": ["maxUnavailable": 0, "selector": Self.selector],
          ])
      } else {
        for pod in pods(cluster) {
          cluster.ask(
            "PATCH", "/api/v1/namespaces/production/pods/\(pod.metadata.name ?? "")",
            type: "application/merge-patch+json",
            body: ["metadata": ["annotations": ["cluster-autoscaler.kubernetes.io/safe-to-evict": "false"]]])
        }
      }
    }
    cluster.advance(to: .seconds(2_000))
    let used = Set(pods(cluster).compactMap(\.spec.nodeName))
    #expect(Set(nodes(cluster)) == used && !cluster.events.contains { $0.message?.contains("deleting pod") == true })
  }

  @Test("A node that was taken away is added again when pods find no room")
  func cameBack() throws {
    var description = MachineCapacity()
    description.cpu = 1_000
    var cluster = try cluster(replicas: 3) {
      $0.machines = .init(count: 3, capacity: description, most: 3, addingTakes: .seconds(60))
      $0.machines.removedAfter = .seconds(300)
    }
    cluster.advance(to: .seconds(1_500))
    #expect(nodes(cluster).count == 1)
    scale(&cluster, to: 10)
    cluster.advance(to: .seconds(1_700))
    #expect(nodes(cluster).count == 3 && cluster.deployment?.status?.readyReplicas == 10)
  }

  private func apart(_ replicas: Int64, _ rules: JSONValue, nodes: Int = 3, most: Int = 0) throws -> ClusterSimulation {
    var description = SimulatedWorkload()
    description.machines = .init(
      count: nodes, capacity: MachineCapacity(cpu: 4_000), most: most, addingTakes: .seconds(60))
    var workload = try Workload()
    workload.deploymentObject["spec"]?["replicas"] = .integer(replicas)
    workload.deploymentObject["spec"]?["strategy"] = ["rollingUpdate": ["maxSurge": 1, "maxUnavailable": 0]]
    for (key, value) in rules.object ?? [:] {
      workload.deploymentObject["spec"]?["template"]?["spec"]?[key] = value
    }
    workload.others.removeLast()
    var cluster = try ClusterSimulation(manifests: workload.manifests, workload: description)
    cluster.advance(to: .seconds(60))
    return cluster
  }

  private static let selector: JSONValue = ["matchLabels": ["app": "aspnetcore"]]

  private static let antiAffinity: JSONValue = [
    "affinity": [
      "podAntiAffinity": [
        "requiredDuringSchedulingIgnoredDuringExecution": [
          ["topologyKey": "kubernetes.io/hostname", "labelSelector": selector]
        ]
      ]
    ]
  ]

  @Test(
    "Pods that must be apart get a node each, and wait where there is none; a rollout that needs one more stands still")
  func antiAffinity() throws {
    var cluster = try apart(3, Self.antiAffinity)
    #expect(Set(pods(cluster).map(\.spec.nodeName)) == ["node-1", "node-2", "node-3"])

    cluster.setImage("v2.0.0")
    cluster.advance(to: .seconds(200))
    let pending = pods(cluster).filter { $0.status?.phase == "Pending" }
    #expect(pending.count == 1 && cluster.deployment?.status?.availableReplicas == 3)
    #expect(
      pending.first?.condition("PodScheduled")?.message?
        .hasPrefix("0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules.") == true)
  }

  @Test("Nodes are added for pods that must be apart, one for each")
  func antiAffinityAddsNodes() throws {
    var cluster = try apart(5, Self.antiAffinity, most: 6)
    cluster.advance(to: .seconds(180))
    #expect(Set(pods(cluster).map(\.spec.nodeName)).count == 5)
    #expect(cluster.deployment?.status?.availableReplicas == 5)
  }

  @Test("Pods that are to be spread are never further out of balance than allowed, and wait rather", arguments: [1, 2])
  func spread(maxSkew: Int64) throws {
    let rules: JSONValue = [
      "topologySpreadConstraints": [
        [
          "maxSkew": .integer(maxSkew), "topologyKey": "kubernetes.io/hostname",
          "whenUnsatisfiable": "DoNotSchedule", "labelSelector": Self.selector,
        ]
      ]
    ]
    var cluster = try apart(6, rules)
    #expect(["node-1", "node-2", "node-3"].map { pods(cluster, on: $0).count } == [2, 2, 2])

    // No new pod fits on the lost node, whose pods count until they are deleted.
    cluster.plan([Fault(.machineLost(3), begins: .zero)], loadBegins: .seconds(60))
    cluster.advance(to: .seconds(600))
    let counts = ["node-1", "node-2"].map { pods(cluster, on: $0).count }
    #expect(counts == [2, 2], "terminating pods are not counted on the lost node")
    #expect(
      pods(cluster).contains {
        $0.condition("PodScheduled")?.message?.contains("2 node(s) didn't match pod topology spread constraints")
          == true
      })
  }

  @Test("Room that becomes free is taken by the pod that waits")
  func freed() throws {
    var cluster = try cluster(replicas: 5) { $0.machines = .init(count: 1, capacity: MachineCapacity(cpu: 1_000)) }
    #expect(cluster.deployment?.status?.readyReplicas == 4)
    let ready = try #require(pods(cluster).first { $0.isReady }?.metadata.name)
    // The one that takes its place, and the one that waited: one of them finds room.
    cluster.ask("DELETE", "/api/v1/namespaces/production/pods/\(ready)", body: ["gracePeriodSeconds": 0])
    cluster.advance(to: .seconds(100))
    #expect(cluster.deployment?.status?.readyReplicas == 4)
    #expect(pods(cluster).count { $0.status?.phase == "Pending" } == 1)
  }

  @Test(
    "Nodes are added for pods that find no room, as many as these need, after their delay, and not beyond the maximum")
  func added() throws {
    var cluster = try cluster(replicas: 12) {
      $0.machines = .init(count: 1, capacity: MachineCapacity(cpu: 1_000), most: 2, addingTakes: .seconds(90))
    }
    #expect(cluster.deployment?.status?.readyReplicas == 4)
    #expect(
      cluster.events.contains {
        $0.reason == "TriggeredScaleUp" && $0.message?.hasSuffix("[{nodes 1->2 (max: 2)}]") == true
      })
    #expect(
      cluster.events.contains {
        $0.reason == "NotTriggerScaleUp" && $0.message?.hasSuffix("max node group size reached") == true
      })
    cluster.advance(to: .seconds(98))
    #expect(cluster.deployment?.status?.readyReplicas == 4)
    cluster.advance(to: .seconds(125))
    #expect(cluster.deployment?.status?.readyReplicas == 8)
  }

  @Test(
    "Pods of a lost node answer nothing, are unready after 50 s and replaced after 300 s more, and stay until it is back"
  )
  func lost() throws {
    var cluster = try cluster(replicas: 3) { _ in }
    let lost = try #require(pods(cluster, on: "node-1").first?.metadata.name)
    cluster.plan([Fault(.machineLost(1), begins: .zero, lasts: .seconds(600))], loadBegins: .seconds(60))

    cluster.advance(to: .seconds(61))
    #expect((0..<3).contains { _ in isSent(to: lost, in: &cluster) })
    cluster.advance(to: .seconds(109))
    #expect(cluster.deployment?.status?.readyReplicas == 3)
    cluster.advance(to: .seconds(111))
    #expect(cluster.deployment?.status?.readyReplicas == 2)
    cluster.advance(to: .seconds(114))
    #expect(!(0..<6).contains { _ in isSent(to: lost, in: &cluster) })
    cluster.advance(to: .seconds(409))
    #expect(pods(cluster).count == 3)
    cluster.advance(to: .seconds(430))
    #expect(pods(cluster).count == 4 && cluster.deployment?.status?.readyReplicas == 3)
    #expect(pods(cluster).first { $0.metadata.name == lost }?.isTerminating == true)
    cluster.advance(to: .seconds(661))
    #expect(pods(cluster).count == 3)
  }

  /// Whether the next request goes to a pod that cannot be reached.
  private func isSent(to pod: String, in cluster: inout ClusterSimulation) -> Bool {
    guard case .forwarded(let request) = cluster.arrive(host: Workload.host, target: "/") else { return false }
    return cluster.answeringPod(request.pod).name == pod && request.isUnreachable
  }

  @Test("A node that is not there cannot be lost, which is told")
  func unknownNode() throws {
    var cluster = try cluster(replicas: 1) { _ in }
    cluster.plan([Fault(.machineLost(4), begins: .zero)], loadBegins: .seconds(60))
    cluster.advance(to: .seconds(61))
    #expect(cluster.faultProblems == ["there is no node 4 then that could be lost"])
  }

  @Test("A pod that tolerates an unreachable node for less time is replaced sooner")
  func toleration() throws {
    var workload = try Workload()
    workload.others.removeLast()
    workload.deploymentObject.setMember(
      [
        ["key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 20]
      ],
      at: ["spec", "template", "spec", "tolerations"])
    var cluster = try workload.settledCluster()
    cluster.plan([Fault(.machineLost(1), begins: .zero)], loadBegins: .seconds(60))
    cluster.advance(to: .seconds(60 + 50 + 20 + 20))
    #expect(cluster.objects(.pod).count == 4 && cluster.deployment?.status?.readyReplicas == 3)
  }
}
