import Foundation
import KubernetesObjects
import Testing

@testable import SimulatedCluster

@Suite("HorizontalPodAutoscalers in autoscaling/v1")
struct AutoscalerVersion1Tests {
  private static func version1() throws -> JSONValue {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "KubernetesObjectsTests/Resources/autoscaler-in-two-versions.json")
    return try #require(JSONValue(json: Data(contentsOf: file))["v1"])
  }

  @Test("lists and watches of version 1 hold objects of version 1, and what is written there is kept in version 2")
  func requests() throws {
    var cluster = try Workload().settledCluster()
    let path = "/apis/autoscaling/v1/namespaces/production/horizontalpodautoscalers"

    let list = cluster.ask("GET", path).body
    #expect(list["apiVersion"] == "autoscaling/v1")
    #expect(list["items"]?[0]?["spec", "targetCPUUtilizationPercentage"] == 70)
    let (status, changed) = cluster.ask(
      "PATCH", "\(path)/aspnetcore-hpa", type: "application/merge-patch+json",
      body: ["spec": ["targetCPUUtilizationPercentage": 50]])
    #expect(status == 200 && changed["spec", "targetCPUUtilizationPercentage"] == 50)
    let kept = cluster.ask("GET", APITests.autoscaler).body
    #expect(kept["spec", "metrics"]?[0]?["resource", "target", "averageUtilization"] == 50)
    #expect(kept["spec", "behavior", "scaleDown", "stabilizationWindowSeconds"] == 300)
    #expect(kept["metadata", "annotations"] == nil)

    let request = APIRequest(method: "GET", path: path, query: ["watch": "1"])
    guard case .watch(var stream) = cluster.respond(to: request) else { throw APITests.Missing() }
    #expect(cluster.events(for: &stream).first?["object", "apiVersion"] == "autoscaling/v1")
    #expect(
      cluster.ask("GET", "/apis/autoscaling/v2beta2/namespaces/production/horizontalpodautoscalers").status == 404)
  }

  @Test("a manifest in version 1 is a manifest like others, and an annotation that is no JSON is refused")
  func manifests() throws {
    var object = try Self.version1()
    let cluster = try ClusterSimulation(
      manifests: [ClusterManifest(source: "a.yaml", object: object)], workload: SimulatedWorkload(), timeScale: 1)
    let kept = cluster.objects(.autoscaler).first?.autoscaler
    #expect(kept?.spec.metrics?.first?.resource?.target.averageUtilization == 70)
    #expect(kept?.spec.behavior?.scaleDown?.policies?.first?.value == 50)

    object.setMember("{", at: ["metadata", "annotations", "autoscaling.alpha.kubernetes.io/behavior"])
    #expect(throws: APIFailure.self) { try ObjectForm.autoscalingVersion1.kept(object) }
  }
}
