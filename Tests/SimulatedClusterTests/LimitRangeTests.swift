import KubernetesObjects
import Testing
import Units

@testable import SimulatedCluster

@Suite("LimitRanges")
struct LimitRangeTests {
  private static let path = "/api/v1/namespaces/production/limitranges"

  private static func range(_ items: JSONValue...) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "LimitRange", "metadata": ["name": "bounds", "namespace": "production"],
      "spec": ["limits": .array(items)],
    ]
  }

  /// The workload with a LimitRange, and with other resources for its container.
  private func cluster(_ item: JSONValue, resources: JSONValue?) throws -> ClusterSimulation {
    var workload = try Workload()
    guard var container = workload.deploymentObject["spec", "template", "spec", "containers"]?[0] else {
      throw ManifestProblem(source: "aspnetcore.json", message: "there is no container")
    }
    container["resources"] = resources
    workload.deploymentObject.setMember([container], at: ["spec", "template", "spec", "containers"])
    workload.others.append(Self.range(item))
    return try workload.settledCluster()
  }

  @Test(
    "What a container leaves out is filled in when its pod is made, and the pod says so; the template stays as it is")
  func defaults() throws {
    var cluster = try cluster(
      [
        "type": "Container", "default": ["cpu": "500m", "memory": "512Mi"],
        "defaultRequest": ["cpu": "0.2", "memory": "256Mi"],
      ], resources: ["requests": ["cpu": "250m"]])

    let pod = cluster.objects(.pod)[0].json()
    #expect(
      pod["spec", "containers"]?[0]?["resources"] == [
        "requests": ["cpu": "250m", "memory": "256Mi"], "limits": ["cpu": "500m", "memory": "512Mi"],
      ])
    #expect(
      pod["metadata", "annotations", "kubernetes.io/limit-ranger"]
        == "LimitRanger plugin set: memory request for container aspnetcore; cpu, memory limit for container aspnetcore"
    )
    #expect(
      cluster.ask("GET", "\(APITests.deployments)/\(Workload.deployment)").body[
        "spec", "template", "spec", "containers"]?[0]?["resources"] == ["requests": ["cpu": "250m"]])
    #expect(cluster.objects(.pod)[0].pod?.spec.containers?[0].resources?.limits?["cpu"]?.quantity.milli == 500)
  }

  @Test("A maximum is the default limit, a default limit the default request, and a minimum a default request too")
  func derived() throws {
    var cluster = try cluster(
      ["type": "Container", "max": ["cpu": "1"], "min": ["memory": "64Mi"]], resources: nil)
    #expect(
      cluster.ask("GET", "\(Self.path)/bounds").body["spec", "limits"] == [
        [
          "type": "Container", "max": ["cpu": "1"], "min": ["memory": "64Mi"], "default": ["cpu": "1"],
          "defaultRequest": ["cpu": "1", "memory": "64Mi"],
        ]
      ])
    #expect(
      cluster.objects(.pod)[0].json()["spec", "containers"]?[0]?["resources"] == [
        "requests": ["cpu": "1", "memory": "64Mi"], "limits": ["cpu": "1"],
      ])
  }

  @Test(
    "Pods beyond a bound are not made: an event and a condition say which, in the words of the API server",
    arguments: [
      (
        ["type": "Container", "min": ["memory": "512Mi"]],
        "minimum memory usage per Container is 512Mi, but request is 256Mi"
      ),
      (
        ["type": "Container", "max": ["cpu": "100m"]],
        "[maximum cpu usage per Container is 100m, but limit is 500m]"
      ),
      (
        ["type": "Container", "maxLimitRequestRatio": ["cpu": "1"]],
        "cpu max limit to request ratio per Container is 1, but provided ratio is 2.000000"
      ),
      (
        ["type": "Container", "max": ["memory": "128Mi"], "min": ["cpu": "300m"]],
        "[minimum cpu usage per Container is 300m, but request is 250m, maximum memory usage per Container is 128Mi, but limit is 512Mi]"
      ),
      (["type": "Pod", "max": ["memory": "300Mi"]], "maximum memory usage per Pod is 300Mi, but limit is 512Mi"),
      (
        ["type": "Pod", "min": ["ephemeral-storage": "1Gi"]],
        "minimum ephemeral-storage usage per Pod is 1Gi.  No request is specified"
      ),
      (
        ["type": "Pod", "max": ["ephemeral-storage": "1Gi"]],
        "maximum ephemeral-storage usage per Pod is 1Gi.  No limit is specified"
      ),
    ] as [(JSONValue, String)])
  func refused(item: JSONValue, problem: String) throws {
    let problem = problem.hasPrefix("[maximum cpu") ? String(problem.dropFirst().dropLast()) : problem
    var cluster = try cluster(
      item, resources: ["requests": ["cpu": "250m", "memory": "256Mi"], "limits": ["cpu": "500m", "memory": "512Mi"]])

    #expect(cluster.objects(.pod).isEmpty)
    let condition = cluster.objects(.replicaSet)[0].replicaSet?.status?.conditions?.first
    #expect(condition?.type == "ReplicaFailure" && condition?.reason == "FailedCreate")
    #expect(condition?.message?.hasSuffix("\" is forbidden: \(problem)") == true, "\(condition?.message ?? "")")
    #expect(cluster.deployment?.status?.conditions?.contains { $0.type == "ReplicaFailure" && $0.isTrue } == true)
    #expect(cluster.events.contains { $0.reason == "FailedCreate" && $0.message?.hasSuffix(problem) == true })

    let pod = cluster.ask(
      "POST", "/api/v1/namespaces/production/pods",
      body: [
        "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "by-hand"],
        "spec": [
          "containers": [
            [
              "name": "a", "image": "a:1",
              "resources": [
                "requests": ["cpu": "250m", "memory": "256Mi"], "limits": ["cpu": "500m", "memory": "512Mi"],
              ],
            ]
          ]
        ],
      ])
    #expect(pod.status == 403 && pod.body["reason"] == "Forbidden")
    #expect(pod.body["message"] == .string("pods \"by-hand\" is forbidden: \(problem)"))

    // Without the bound they are made at the next try.
    cluster.ask("DELETE", "\(Self.path)/bounds")
    cluster.advance(to: .seconds(240))
    #expect(cluster.deployment?.status?.readyReplicas == 3)
  }

  @Test("A request that a LimitRange gives is a request to the autoscaler")
  func autoscaling() throws {
    var without = try cluster(["type": "Pod"], resources: nil)
    var with = try cluster(["type": "Container", "defaultRequest": ["cpu": "250m"]], resources: nil)
    for cluster in [without, with] { #expect(cluster.objects(.pod).count == 3) }
    without.setOfferedRate(1_200, host: Workload.host)
    without.advance(to: .seconds(240))
    with.setOfferedRate(1_200, host: Workload.host)
    with.advance(to: .seconds(240))

    let unable = without.objects(.autoscaler)[0].autoscaler?.status?.conditions?.first { $0.type == "ScalingActive" }
    #expect(unable?.reason == "FailedGetResourceMetric")
    #expect((with.deployment?.spec.replicas ?? 0) > 3)
  }

  @Test("A quota counts what a LimitRange gives, and a claim has bounds of its own")
  func quotaAndClaims() throws {
    var workload = try Workload()
    workload.others.append(
      Self.range(
        ["type": "Container", "defaultRequest": ["ephemeral-storage": "1Gi"]],
        ["type": "PersistentVolumeClaim", "min": ["storage": "2Gi"], "max": ["storage": "4Gi"]]))
    var cluster = try workload.settledCluster()
    func claim(_ amount: String) -> JSONValue? {
      cluster.ask(
        "POST", "/api/v1/namespaces/production/persistentvolumeclaims",
        body: [
          "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": ["name": "data"],
          "spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": .string(amount)]]],
        ]
      ).body["message"]
    }
    #expect(
      claim("1Gi")
        == "persistentvolumeclaims \"data\" is forbidden: minimum storage usage per PersistentVolumeClaim is 2Gi, but request is 1Gi"
    )
    #expect(
      claim("5Gi")
        == "persistentvolumeclaims \"data\" is forbidden: maximum storage usage per PersistentVolumeClaim is 4Gi, but request is 5Gi"
    )
    #expect(claim("3Gi") == nil)
    #expect(
      cluster.objects(.pod)[0].json()["spec", "containers"]?[0]?["resources", "requests", "ephemeral-storage"] == "1Gi")
  }
}
