import KubernetesObjects
import Testing
import Units

@testable import SimulatedCluster

@Suite("Nodes over the API")
struct NodeObjectTests {
  private static let path = "/api/v1/nodes"

  private func cordon(_ name: String, _ value: JSONValue, in cluster: inout ClusterSimulation) -> Int {
    cluster.ask(
      "PATCH", "\(Self.path)/\(name)", type: "application/strategic-merge-patch+json",
      body: ["spec": ["unschedulable": value]]
    ).status
  }

  private func condition(_ node: JSONValue) -> JSONValue? {
    node["status", "conditions"]?.array?.first { $0["type"] == "Ready" }
  }

  @Test("Each machine is a node with what it has for pods; one that joins is there from then on")
  func shown() throws {
    var description = SimulatedWorkload()
    description.machines = .init(
      count: 1, capacity: MachineCapacity(cpu: 1_000, memory: 4 << 30, pods: 20), most: 2, addingTakes: .seconds(30))
    var workload = try Workload()
    workload.deploymentObject["spec"]?["replicas"] = 6
    workload.others.removeLast()
    var cluster = try workload.settledCluster(description)
    cluster.advance(to: .seconds(90))

    let nodes = cluster.ask("GET", Self.path).body["items"]?.array ?? []
    #expect(nodes.compactMap { $0["metadata", "name"] } == ["node-1", "node-2"])
    for node in nodes {
      #expect(node["status", "allocatable"] == ["cpu": "1", "memory": "4294967296", "pods": "20"])
      #expect(condition(node)?["status"] == "True")
    }
    #expect(Set(nodes.compactMap { $0["metadata", "uid"]?.string }).count == 2)
  }

  @Test("A cordoned node gets no more pods, and keeps those that it has; uncordoned it is one as the others")
  func cordoned() throws {
    var description = SimulatedWorkload()
    description.machines.count = 2
    var workload = try Workload()
    workload.others.removeLast()
    var cluster = try workload.settledCluster(description)
    func pods(on node: String) -> Int { cluster.objects(.pod).count { $0.pod?.spec.nodeName == node } }
    let kept = pods(on: "node-1")

    #expect(cordon("node-1", true, in: &cluster) == 200)
    cluster.advance(to: .seconds(61))
    let node = cluster.ask("GET", "\(Self.path)/node-1").body
    #expect(node["spec", "taints"]?[0]?["key"] == "node.kubernetes.io/unschedulable")
    cluster.ask(
      "PATCH", "/apis/apps/v1/namespaces/production/deployments/\(Workload.deployment)",
      type: "application/merge-patch+json", body: ["spec": ["replicas": 9]])
    cluster.advance(to: .seconds(90))
    #expect(pods(on: "node-1") == kept && pods(on: "node-2") == 9 - kept)

    #expect(cordon("node-2", true, in: &cluster) == 200)
    cluster.ask("DELETE", "/api/v1/namespaces/production/pods/\(cluster.objects(.pod)[0].key.name)")
    cluster.advance(to: .seconds(120))
    let pending = cluster.objects(.pod).compactMap(\.pod).first { $0.status?.phase == "Pending" }
    #expect(
      pending?.condition("PodScheduled")?.message?.hasPrefix("0/2 nodes are available: 2 node(s) were unschedulable.")
        == true)

    #expect(cordon("node-1", .null, in: &cluster) == 200)
    cluster.advance(to: .seconds(140))
    #expect(cluster.deployment?.status?.readyReplicas == 9)
    #expect(cluster.ask("GET", "\(Self.path)/node-1").body["spec", "taints"] == nil)
    #expect(
      cluster.events.filter { $0.involvedObject.kind == "Node" }.map(\.reason).sorted { ($0 ?? "") < ($1 ?? "") }
        == ["NodeNotSchedulable", "NodeNotSchedulable", "NodeSchedulable"])
  }

  @Test("A lost node is Unknown and tainted once it has not been heard of, and Ready again when it is back")
  func lost() throws {
    var cluster = try Workload().settledCluster()
    cluster.plan([Fault(.machineLost(1), begins: .zero, lasts: .seconds(100))], loadBegins: .seconds(60))
    cluster.advance(to: .seconds(100))
    #expect(condition(cluster.ask("GET", "\(Self.path)/node-1").body)?["status"] == "True")
    cluster.advance(to: .seconds(120))
    let lost = cluster.ask("GET", "\(Self.path)/node-1").body
    #expect(condition(lost)?["status"] == "Unknown" && condition(lost)?["reason"] == "NodeStatusUnknown")
    #expect(lost["spec", "taints"]?.array?.compactMap { $0["effect"] } == ["NoSchedule", "NoExecute"])
    cluster.advance(to: .seconds(170))
    let found = cluster.ask("GET", "\(Self.path)/node-1").body
    #expect(condition(found)?["status"] == "True" && found["spec", "taints"] == nil)
  }

  @Test("What would come to nothing is refused: taints, and making or deleting nodes")
  func refused() throws {
    var cluster = try Workload().settledCluster()
    let taint = cluster.ask(
      "PATCH", "\(Self.path)/node-1", type: "application/strategic-merge-patch+json",
      body: ["spec": ["taints": [["key": "a", "value": "b", "effect": "NoSchedule"]]]])
    let deleted = cluster.ask("DELETE", "\(Self.path)/node-1")
    let made = cluster.ask(
      "POST", Self.path, body: ["apiVersion": "v1", "kind": "Node", "metadata": ["name": "node-9"]])
    #expect([taint, deleted, made].map(\.status) == [400, 400, 400])
    #expect(taint.body["message"]?.string?.contains("kubectl cordon") == true)
  }
}
