import KubernetesObjects
import Testing
import Units

@testable import SimulatedCluster

@Suite("ConfigMaps and Secrets of pods")
struct PodConfigurationTests {
  private static let maps = "/api/v1/namespaces/production/configmaps"

  private static func map(_ data: JSONValue, name: String = "settings") -> JSONValue {
    [
      "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name), "namespace": "production"],
      "data": data,
    ]
  }

  /// The workload without its autoscaler, with members added to its container and to its spec.
  private func cluster(
    container members: [String: JSONValue] = [:], spec: [String: JSONValue] = [:], others: [JSONValue] = [],
    checksum: String? = nil
  ) throws -> ClusterSimulation {
    var workload = try Workload()
    workload.others.removeLast()
    let path = ["spec", "template", "spec"]
    var container = workload.deploymentObject["spec", "template", "spec", "containers"]?[0] ?? [:]
    for (name, value) in members { container[name] = value }
    workload.deploymentObject.setMember([container], at: path + ["containers"])
    for (name, value) in spec { workload.deploymentObject.setMember(value, at: path + [name]) }
    if let checksum {
      workload.deploymentObject.setMember(
        .string(checksum), at: ["spec", "template", "metadata", "annotations", "checksum/config"])
    }
    workload.others += others
    return try workload.settledCluster()
  }

  private static let variables: [String: JSONValue] = ["envFrom": [["configMapRef": ["name": "settings"]]]]
  private static let mounted: [String: JSONValue] = ["volumeMounts": [["name": "config", "mountPath": "/etc/app"]]]
  private static let volume: [String: JSONValue] = [
    "volumes": [["name": "config", "configMap": ["name": "settings"]]]
  ]

  private func versions(_ cluster: ClusterSimulation) -> [Set<String?>] {
    let pods = cluster.objects(.pod).map { cluster.configuration(ofPod: $0.key.name, namespace: "production") }
    return (0..<(pods.first?.count ?? 0)).map { index in Set(pods.map { $0[index].resourceVersion }) }
  }

  private func change(_ value: String, in cluster: inout ClusterSimulation) -> String {
    cluster.ask(
      "PATCH", "\(Self.maps)/settings", type: "application/merge-patch+json", body: ["data": ["LEVEL": .string(value)]]
    ).body["metadata", "resourceVersion"]?.string ?? ""
  }

  @Test(
    "A pod that needs what is not there does not start, and says what it misses; it starts once that is there",
    arguments: [
      (["envFrom": [["configMapRef": ["name": "settings"]]]], "configmap \"settings\" not found"),
      (["envFrom": [["secretRef": ["name": "settings"]]]], "secret \"settings\" not found"),
      (
        [
          "env": [
            ["name": "A", "valueFrom": ["configMapKeyRef": ["name": "settings", "key": "LEVEL"]]]
          ]
        ], "configmap \"settings\" not found"
      ),
    ] as [([String: JSONValue], String)])
  func missingVariables(container: [String: JSONValue], problem: String) throws {
    var cluster = try cluster(container: container)
    let pods = cluster.objects(.pod).compactMap(\.pod)
    #expect(pods.count == 3 && pods.allSatisfy { $0.status?.phase == "Pending" })
    let waiting = pods.first?.status?.containerStatuses?.first?.state?.waiting
    #expect(waiting?.reason == "CreateContainerConfigError" && waiting?.message == problem)
    #expect(cluster.events.contains { $0.reason == "Failed" && $0.message == "Error: \(problem)" })

    let kind = problem.hasPrefix("secret") ? "Secret" : "ConfigMap"
    var object = Self.map(["LEVEL": "info"])
    object["kind"] = .string(kind)
    if kind == "Secret" { object["data"] = ["LEVEL": "aW5mbw=="] }
    let created = cluster.ask("POST", "/api/v1/namespaces/production/\(kind.lowercased())s", body: object)
    #expect(created.status == 201)
    cluster.advance(to: .seconds(100))
    #expect(cluster.deployment?.status?.readyReplicas == 3)
  }

  @Test("A key that an object does not have is missing as the object is, unless it need not be there")
  func missingKeys() throws {
    func container(isOptional: Bool) -> [String: JSONValue] {
      let reference: JSONValue = ["name": "settings", "key": "LEVEL", "optional": .bool(isOptional)]
      return ["env": [["name": "A", "valueFrom": ["configMapKeyRef": reference]]]]
    }
    let without = try cluster(container: container(isOptional: false), others: [Self.map(["OTHER": "1"])])
    let optional = try cluster(container: container(isOptional: true), others: [Self.map(["OTHER": "1"])])
    #expect(
      without.objects(.pod)[0].pod?.status?.containerStatuses?.first?.state?.waiting?.message
        == "couldn't find key LEVEL in ConfigMap production/settings")
    #expect(optional.deployment?.status?.readyReplicas == 3)
  }

  @Test(
    "A volume that cannot be made keeps its pods in ContainerCreating, with events; one that nobody mounts does not")
  func missingVolume() throws {
    let broken = try cluster(container: Self.mounted, spec: Self.volume)
    #expect(
      broken.objects(.pod)[0].pod?.status?.containerStatuses?.first?.state?.waiting?.reason == "ContainerCreating")
    #expect(
      broken.events.contains {
        $0.reason == "FailedMount"
          && $0.message == "MountVolume.SetUp failed for volume \"config\" : configmap \"settings\" not found"
      })
    let unused = try cluster(spec: Self.volume)
    #expect(unused.deployment?.status?.readyReplicas == 3)
  }

  @Test(
    "A change without a checksum makes no rollout: variables stay, files follow within 90 s, and a restart takes all")
  func withoutChecksum() throws {
    var cluster = try cluster(
      container: Self.variables.merging(Self.mounted) { $1 }, spec: Self.volume, others: [Self.map(["LEVEL": "info"])])
    let old = versions(cluster)
    let new = change("debug", in: &cluster)
    cluster.advance(to: .seconds(75))
    let between = versions(cluster)
    cluster.advance(to: .seconds(155))
    let after = versions(cluster)
    #expect(cluster.objects(.replicaSet).count == 1)
    cluster.ask(
      "PATCH", "\(APITests.deployments)/\(Workload.deployment)", type: "application/merge-patch+json",
      body: ["spec": ["template": ["metadata": ["annotations": ["kubectl.kubernetes.io/restartedAt": "now"]]]]])
    cluster.advance(to: .seconds(300))

    #expect(old.count == 2 && old.allSatisfy { $0.count == 1 && $0 != [new] })
    #expect(between[1] == old[1])
    #expect(after == [[new], old[1]])
    #expect(versions(cluster) == [[new], [new]])
  }

  @Test("A change with its checksum in the template is a rollout, and no other pod is left")
  func withChecksum() throws {
    var cluster = try cluster(container: Self.variables, others: [Self.map(["LEVEL": "info"])], checksum: "1")
    let new = change("debug", in: &cluster)
    cluster.ask(
      "PATCH", "\(APITests.deployments)/\(Workload.deployment)", type: "application/merge-patch+json",
      body: ["spec": ["template": ["metadata": ["annotations": ["checksum/config": "2"]]]]])
    cluster.advance(to: .seconds(240))
    #expect(cluster.objects(.replicaSet).count == 2)
    #expect(versions(cluster) == [[new]])
  }

  @Test("Files that a container mounts by a subPath stay as they were")
  func subPath() throws {
    var cluster = try cluster(
      container: ["volumeMounts": [["name": "config", "mountPath": "/etc/app/level", "subPath": "LEVEL"]]],
      spec: Self.volume, others: [Self.map(["LEVEL": "info"])])
    let old = versions(cluster)
    _ = change("debug", in: &cluster)
    cluster.advance(to: .seconds(300))
    #expect(old.count == 1 && versions(cluster) == old)
  }
}
