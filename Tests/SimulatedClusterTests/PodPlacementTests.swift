import KubernetesObjects
import Testing
import Units

@testable import SimulatedCluster

@Suite("On which node a pod may run")
struct PodPlacementTests {
  /// Deployments by name and namespace, each of so many pods with these members of their specs, on three nodes.
  private func cluster(
    _ deployments: [(name: String, namespace: String, replicas: Int64, spec: JSONValue)], others: [JSONValue] = []
  ) throws -> ClusterSimulation {
    let objects: [JSONValue] = deployments.map { name, namespace, replicas, spec in
      var spec = spec
      if spec["containers"] == nil { spec["containers"] = [["name": "a", "image": "a:1"]] }
      return [
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": ["name": .string(name), "namespace": .string(namespace)],
        "spec": [
          "replicas": .integer(replicas), "selector": ["matchLabels": ["app": .string(name)]],
          "template": ["metadata": ["labels": ["app": .string(name), "track": "stable"]], "spec": spec],
        ],
      ]
    }
    var cluster = try ClusterSimulation(
      manifests: (others + objects).map { ClusterManifest(source: "a.yaml", object: $0) })
    cluster.advance(to: .seconds(60))
    return cluster
  }

  private func nodes(_ cluster: ClusterSimulation, _ name: String) -> [String?] {
    cluster.objects(.pod).compactMap(\.pod).filter { $0.metadata.labels?["app"] == name }.map(\.spec.nodeName)
  }

  private func refusal(_ cluster: ClusterSimulation) -> String? {
    cluster.events.last { $0.reason == "FailedScheduling" }?.message
  }

  @Test(
    "With fewer nodes than minDomains the least count is none, so that no node has more than maxSkew",
    arguments: [(nil, 6), (3, 6), (4, 3), (100, 3)] as [(Int64?, Int)])
  func minDomains(least: Int64?, placed: Int) throws {
    var constraint: JSONValue = [
      "maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "DoNotSchedule",
      "labelSelector": ["matchLabels": ["app": "a"]],
    ]
    constraint["minDomains"] = least.map { .integer($0) }
    let cluster = try cluster([("a", "one", 6, ["topologySpreadConstraints": [constraint]])])
    #expect(nodes(cluster, "a").compactMap(\.self).count == placed)
    #expect(
      (refusal(cluster)?.contains("3 node(s) didn't match pod topology spread constraints") ?? false) == (placed == 3))
  }

  @Test("A node with a taint counts in a spread, but where the taints are honored", arguments: ["Ignore", "Honor"])
  func taintsOfSpread(policy: String) throws {
    let constraint: JSONValue = [
      "maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "DoNotSchedule",
      "nodeTaintsPolicy": .string(policy), "labelSelector": ["matchLabels": ["app": "a"]],
    ]
    var cluster = try cluster([("a", "one", 0, ["topologySpreadConstraints": [constraint]])])
    for (path, body) in [
      ("/api/v1/nodes/node-3", ["spec": ["unschedulable": true]]),
      ("/apis/apps/v1/namespaces/one/deployments/a", ["spec": ["replicas": 4]]),
    ] as [(String, JSONValue)] {
      #expect(cluster.ask("PATCH", path, type: "application/merge-patch+json", body: body).status == 200)
    }
    cluster.advance(to: .seconds(90))
    #expect(nodes(cluster, "a").compactMap(\.self).count == (policy == "Honor" ? 4 : 2))
  }

  struct Apart: Sendable, CustomTestStringConvertible {
    let term: JSONValue
    /// Whether pods of the namespaces `one` and `two` are meant, said by a pod of `one`.
    let isOne: Bool
    let isTwo: Bool

    var testDescription: String { "\(term)" }
  }

  @Test(
    "Anti-affinity is about the namespaces that its term names, and about that of the pod where it names none",
    arguments: [
      Apart(term: [:], isOne: true, isTwo: false),
      Apart(term: ["namespaces": ["two"]], isOne: false, isTwo: true),
      Apart(term: ["namespaces": ["one", "two"]], isOne: true, isTwo: true),
      Apart(term: ["namespaceSelector": [:]], isOne: true, isTwo: true),
      Apart(term: ["namespaceSelector": ["matchLabels": ["team": "b"]]], isOne: false, isTwo: true),
      Apart(
        term: ["namespaces": ["one"], "namespaceSelector": ["matchLabels": ["team": "b"]]], isOne: true, isTwo: true),
      Apart(
        term: ["namespaceSelector": ["matchLabels": ["kubernetes.io/metadata.name": "two"]]], isOne: false, isTwo: true),
      Apart(term: ["namespaceSelector": ["matchLabels": ["team": "c"]]], isOne: false, isTwo: false),
      Apart(term: ["namespaceSelector": [:], "matchLabelKeys": ["track"]], isOne: true, isTwo: true),
      Apart(term: ["namespaceSelector": [:], "mismatchLabelKeys": ["track"]], isOne: false, isTwo: false),
    ], [true, false])
  func namespacesOfAntiAffinity(item: Apart, isFirst: Bool) throws {
    let namespaces: [JSONValue] = [("one", "a"), ("two", "b")].map { name, team in
      [
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": ["name": .string(name), "labels": ["team": .string(team)]],
      ]
    }
    for (namespace, isMeant) in [("one", item.isOne), ("two", item.isTwo)] {
      var term = item.term
      term["topologyKey"] = "kubernetes.io/hostname"
      term["labelSelector"] = ["matchLabels": ["app": "other"]]
      let rule: JSONValue = ["podAntiAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": [term]]]
      // The others are on every node, or the pod that wants them away is.
      var cluster = try cluster(
        [
          ("other", namespace, isFirst ? 0 : 3, [:]),
          ("apart", "one", isFirst ? 3 : 0, ["affinity": rule]),
        ], others: namespaces)
      let (name, place) = isFirst ? ("other", namespace) : ("apart", "one")
      cluster.ask(
        "PATCH", "/apis/apps/v1/namespaces/\(place)/deployments/\(name)", type: "application/merge-patch+json",
        body: ["spec": ["replicas": 1]])
      cluster.advance(to: .seconds(90))
      #expect(nodes(cluster, name) == [nil] || !isMeant, "\(namespace)")
      #expect(nodes(cluster, name) != [nil] || isMeant, "\(namespace)")
      let words = isFirst ? "satisfy existing pods anti-affinity rules" : "match pod anti-affinity rules"
      #expect((refusal(cluster)?.contains("3 node(s) didn't \(words)") ?? false) == isMeant)
    }
  }

  @Test(
    "Pods that take the same port of their node are on different ones",
    arguments: [
      (["hostPort": 80], ["hostPort": 80], true), (["hostPort": 80], ["hostPort": 81], false),
      (["hostPort": 80], ["hostPort": 80, "protocol": "UDP"], false),
      (["hostPort": 80, "hostIP": "10.0.0.1"], ["hostPort": 80, "hostIP": "10.0.0.2"], false),
      (["hostPort": 80, "hostIP": "10.0.0.1"], ["hostPort": 80], true), (["hostPort": 80], [:], false),
    ] as [(JSONValue, JSONValue, Bool)])
  func hostPorts(one: JSONValue, other: JSONValue, conflict: Bool) throws {
    func spec(_ port: JSONValue) -> JSONValue {
      var port = port
      port["containerPort"] = 8_080
      return ["containers": [["name": "a", "image": "a:1", "ports": [port]]]]
    }
    let cluster = try cluster([("a", "one", 3, spec(one)), ("b", "two", 1, spec(other))])
    #expect((nodes(cluster, "b") == [nil]) == conflict)
    #expect(
      (refusal(cluster)?.contains("3 node(s) didn't have free ports for the requested pod ports") ?? false) == conflict)
    let own = try self.cluster([("a", "one", 4, spec(["hostPort": 80]))])
    #expect(nodes(own, "a").compactMap(\.self).count == 3)
    let network = try self.cluster([
      ("a", "one", 4, ["hostNetwork": true, "containers": spec([:])["containers"] ?? []])
    ])
    #expect(nodes(network, "a").compactMap(\.self).count == 3)
  }

  @Test(
    "A cordoned node takes the pods that tolerate it",
    arguments: [
      ([:], false), (["operator": "Exists"], true),
      (["operator": "Exists", "effect": "NoExecute"], false),
      (["key": "node.kubernetes.io/unschedulable", "operator": "Exists", "effect": "NoSchedule"], true),
      (["key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"], true),
      (["key": "node.kubernetes.io/unschedulable", "value": "x", "effect": "NoSchedule"], false),
      (["key": "dedicated", "operator": "Exists"], false),
    ] as [(JSONValue, Bool)])
  func tolerations(toleration: JSONValue, isTolerated: Bool) throws {
    let tolerations: JSONValue = toleration == [:] ? [] : [toleration]
    var cluster = try cluster([("a", "one", 0, ["tolerations": tolerations])])
    for node in 1...3 {
      cluster.ask(
        "PATCH", "/api/v1/nodes/node-\(node)", type: "application/merge-patch+json",
        body: ["spec": ["unschedulable": true]])
    }
    cluster.ask(
      "PATCH", "/apis/apps/v1/namespaces/one/deployments/a", type: "application/merge-patch+json",
      body: ["spec": ["replicas": 1]])
    cluster.advance(to: .seconds(90))
    #expect((nodes(cluster, "a") != [nil]) == isTolerated)
    #expect((refusal(cluster)?.contains("3 node(s) were unschedulable") ?? false) != isTolerated)
  }

  @Test("A pod takes the room that it requests as a whole, and else what its containers do")
  func podResources() throws {
    func request(_ json: JSONValue) throws -> Int64 {
      let spec: PodSpec = try json.decoded()
      return PodRequest(spec).cpu
    }
    let container: JSONValue = ["name": "a", "resources": ["requests": ["cpu": "300m"]]]
    let silent: JSONValue = ["name": "b"]
    #expect(try request(["containers": [container, silent]]) == 300)
    #expect(try request(["containers": [container], "resources": ["requests": ["cpu": "2"]]]) == 2_000)
    #expect(try request(["containers": [container], "resources": ["limits": ["cpu": "2"]]]) == 300)
    #expect(try request(["containers": [silent], "resources": ["limits": ["cpu": "2"]]]) == 2_000)
  }
}
