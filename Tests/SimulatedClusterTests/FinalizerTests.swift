import KubernetesObjects
import Testing
import Units

@testable import SimulatedCluster

@Suite("Finalizers")
struct FinalizerTests {
  private static let template: JSONValue = [
    "metadata": ["labels": ["app": "a"]], "spec": ["containers": [["name": "a", "image": "a:1"]]],
  ]
  private static let workloadSpec: JSONValue = [
    "replicas": 1, "serviceName": "a", "selector": ["matchLabels": ["app": "a"]], "template": template,
  ]

  struct Kind: Sendable, CustomTestStringConvertible {
    let path: String
    var spec: JSONValue?
    var testDescription: String { path }
  }

  private static let apps = "/apis/apps/v1/namespaces/production"

  static let kinds = [
    Kind(path: "/api/v1/namespaces/production/configmaps"), Kind(path: "/api/v1/namespaces/production/secrets"),
    Kind(path: "/api/v1/namespaces/production/services", spec: ["ports": [["port": 80]]]),
    Kind(path: "/api/v1/namespaces/production/pods", spec: template["spec"]),
    Kind(
      path: "\(apps)/deployments",
      spec: ["replicas": 1, "selector": workloadSpec["selector"] ?? [:], "template": template]),
    Kind(
      path: "\(apps)/replicasets",
      spec: ["replicas": 1, "selector": workloadSpec["selector"] ?? [:], "template": template]),
    Kind(path: "\(apps)/statefulsets", spec: workloadSpec),
    Kind(
      path: "/apis/policy/v1/namespaces/production/poddisruptionbudgets",
      spec: ["minAvailable": 1, "selector": workloadSpec["selector"] ?? [:]]),
    Kind(
      path: "/apis/batch/v1/namespaces/production/jobs",
      spec: ["template": ["spec": ["restartPolicy": "Never", "containers": [["name": "a", "image": "a:1"]]]]]),
    Kind(path: "/apis/rbac.authorization.k8s.io/v1/namespaces/production/roles"),
  ]

  /// A cluster in which something has two finalizers.
  private func cluster(_ kind: Kind, _ finalizers: JSONValue = ["a.example.com/one", "a.example.com/two"]) throws
    -> ClusterSimulation
  {
    var cluster = try Workload().settledCluster()
    var object: JSONValue = ["metadata": ["name": "kept", "finalizers": finalizers]]
    object["spec"] = kind.spec
    let made = cluster.ask("POST", kind.path, body: object)
    #expect(made.status == 201, "\(made.body)")
    #expect(made.body["metadata", "finalizers"] == finalizers)
    cluster.advance(to: cluster.now + .seconds(20))
    return cluster
  }

  private func patch(_ cluster: inout ClusterSimulation, _ kind: Kind, _ finalizers: JSONValue) -> (
    status: Int, body: JSONValue
  ) {
    cluster.ask(
      "PATCH", "\(kind.path)/kept", type: "application/merge-patch+json",
      body: ["metadata": ["finalizers": finalizers]])
  }

  @Test("what has finalizers stays, marked, until the last of them is taken away", arguments: kinds)
  func keeps(kind: Kind) throws {
    var cluster = try cluster(kind)
    let before = cluster.resourceVersion

    let deleted = cluster.ask("DELETE", "\(kind.path)/kept")
    #expect(deleted.status == 200)
    #expect(deleted.body["metadata", "deletionTimestamp"] != nil && deleted.body["kind"] != "Status", "\(deleted.body)")
    cluster.advance(to: cluster.now + .seconds(120))
    let shown = cluster.ask("GET", "\(kind.path)/kept")
    #expect(shown.status == 200 && shown.body["metadata", "deletionTimestamp"] != nil)
    #expect(shown.body["metadata", "deletionGracePeriodSeconds"] == 0)
    #expect(cluster.ask("DELETE", "\(kind.path)/kept").status == 200)
    #expect(
      cluster.ask("GET", "\(kind.path)/kept").body["metadata", "resourceVersion"]
        == shown.body["metadata", "resourceVersion"])

    let more = patch(&cluster, kind, ["a.example.com/one", "a.example.com/two", "b/c"])
    #expect(more.status == 422)
    #expect(
      more.body["message"]?.string?.hasSuffix(
        "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new "
          + "finalizers []string{\"b/c\"}") == true, "\(more.body)")
    #expect(patch(&cluster, kind, ["a.example.com/two"]).status == 200)
    #expect(cluster.ask("GET", "\(kind.path)/kept").status == 200)
    let last = patch(&cluster, kind, .null)
    #expect(last.status == 200 && last.body["metadata", "finalizers"] == nil)
    #expect(cluster.ask("GET", "\(kind.path)/kept").status == 404)

    let stored = try #require(
      ClusterKind.allCases.first { kind.path.hasSuffix("/\($0.resource.plural)") && $0.isNamespaced })
    let actions = (cluster.changes(stored, after: before) ?? []).filter { $0.object.key.name == "kept" }.map(\.action)
    #expect(actions.last == .deleted && actions.dropLast().allSatisfy { $0 == .modified })
  }

  @Test("finalizers that are taken away before keep nothing", arguments: kinds)
  func takenBefore(kind: Kind) throws {
    var cluster = try cluster(kind)
    #expect(patch(&cluster, kind, []).status == 200)
    #expect(cluster.ask("DELETE", "\(kind.path)/kept").status == 200)
    cluster.advance(to: cluster.now + .seconds(60))
    #expect(cluster.ask("GET", "\(kind.path)/kept").status == 404)
  }

  @Test("a pod that finalizers keep has ended, and its ReplicaSet has made another one")
  func pod() throws {
    var cluster = try Workload().settledCluster()
    let name = try #require(cluster.objects(.pod).first?.key.name)
    let path = "/api/v1/namespaces/production/pods/\(name)"
    cluster.ask(
      "PATCH", path, type: "application/merge-patch+json", body: ["metadata": ["finalizers": ["a.example.com/one"]]])
    cluster.ask("DELETE", path)
    cluster.advance(to: cluster.now + .seconds(60))

    let pods = cluster.objects(.pod)
    #expect(pods.count == 4)
    #expect(cluster.deployment?.status?.readyReplicas == 3 && cluster.deployment?.status?.replicas == 3)
    let kept = cluster.ask("GET", path).body
    #expect(kept["status", "phase"] == "Succeeded")
    #expect(kept["status", "containerStatuses"]?[0]?["state", "terminated"] != nil)
    #expect((0..<6).allSatisfy { _ in cluster.arrive(host: Workload.host, target: "/") != .refused })
    cluster.ask("PATCH", path, type: "application/merge-patch+json", body: ["metadata": ["finalizers": .null]])
    #expect(cluster.objects(.pod).count == 3)
  }

  @Test(
    "a workload that finalizers keep does nothing any more, and its pods go after it, unless they are orphaned",
    arguments: ["Background", "Orphan"])
  func workload(policy: String) throws {
    var cluster = try Workload().settledCluster()
    cluster.ask("DELETE", "/apis/autoscaling/v2/namespaces/production/horizontalpodautoscalers/aspnetcore-hpa")
    let path = "\(Self.apps)/deployments/\(Workload.deployment)"
    func merge(_ body: JSONValue) { cluster.ask("PATCH", path, type: "application/merge-patch+json", body: body) }
    merge(["metadata": ["finalizers": ["a.example.com/one"]]])
    let deleted = cluster.ask("DELETE", path, body: ["propagationPolicy": .string(policy)])
    #expect(deleted.body["metadata", "deletionTimestamp"] != nil)
    merge(["spec": ["replicas": 7]])
    cluster.setImage("v2.0.0")
    cluster.advance(to: cluster.now + .seconds(120))
    #expect(cluster.objects(.pod).count == 3 && cluster.objects(.replicaSet).count == 1)
    #expect(cluster.deployment?.status?.readyReplicas == 3)

    merge(["metadata": ["finalizers": policy == "Orphan" ? ["orphan"] : .null]])
    #expect(cluster.deployment == nil)
    cluster.advance(to: cluster.now + .seconds(120))
    #expect(cluster.objects(.pod).count == (policy == "Orphan" ? 3 : 0))
  }
}
