import Foundation
import KubernetesObjects
import Testing

@testable import SimulatedCluster

@Suite("HorizontalPodAutoscalers in autoscaling/v1")
struct AutoscalerConversionTests {
  /// The same object, read from a real API server in both versions.
  private static func recorded() throws -> (version1: JSONValue, version2: JSONValue) {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Resources/autoscaler-in-two-versions.json")
    let object = try JSONValue(json: Data(contentsOf: file))
    return (try #require(object["v1"]), try #require(object["v2"]))
  }

  /// With the annotations that hold JSON as the JSON that they hold.
  private func opened(_ object: JSONValue) throws -> JSONValue {
    var result = object
    for (name, value) in object["metadata", "annotations"]?.object ?? [:] where name.hasPrefix("autoscaling.alpha") {
      let text = try #require(value.string)
      result.setMember(try JSONValue(json: Data(text.utf8)), at: ["metadata", "annotations", name])
    }
    return result
  }

  @Test("an object is shown as a real API server shows it, and read back as it was")
  func recordedObject() throws {
    let (version1, version2) = try Self.recorded()

    #expect(try opened(AutoscalerConversion.version1(of: version2)) == opened(version1))
    #expect(try AutoscalerConversion.version2(of: version1) == version2)
  }

  /// A metric of each type, with every way to write its target.
  private static let metrics: [JSONValue] = [
    ["type": "Resource", "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 70]]],
    ["type": "Resource", "resource": ["name": "cpu", "target": ["type": "AverageValue", "averageValue": "200m"]]],
    [
      "type": "Resource", "resource": ["name": "memory", "target": ["type": "Utilization", "averageUtilization": 60]],
    ],
    [
      "type": "ContainerResource",
      "containerResource": [
        "name": "cpu", "container": "web", "target": ["type": "Utilization", "averageUtilization": 50],
      ],
    ],
    [
      "type": "Pods",
      "pods": [
        "metric": ["name": "requests", "selector": ["matchLabels": ["a": "b"]]],
        "target": ["type": "AverageValue", "averageValue": "100"],
      ],
    ],
    [
      "type": "Object",
      "object": [
        "describedObject": ["kind": "Ingress", "name": "main", "apiVersion": "networking.k8s.io/v1"],
        "metric": ["name": "requests"], "target": ["type": "Value", "value": "2k"],
      ],
    ],
    [
      "type": "External",
      "external": [
        "metric": ["name": "queue", "selector": ["matchLabels": ["q": "1"]]],
        "target": ["type": "AverageValue", "averageValue": "30"],
      ],
    ],
  ]

  @Test("every type of metric keeps its fields on the way to version 1 and back", arguments: 0..<7)
  func metric(_ index: Int) throws {
    let object: JSONValue = [
      "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": ["name": "a"],
      "spec": [
        "scaleTargetRef": ["kind": "Deployment", "name": "web"], "minReplicas": 1, "maxReplicas": 5,
        "metrics": [Self.metrics[index]],
        "behavior": [
          "scaleUp": ["selectPolicy": "Min", "policies": [["type": "Pods", "value": 2, "periodSeconds": 60]]],
          "scaleDown": ["stabilizationWindowSeconds": 60, "tolerance": "50m"],
        ],
      ],
    ]

    let there = AutoscalerConversion.version1(of: object)
    let back = try AutoscalerConversion.version2(of: there)

    #expect(there["spec", "metrics"] == nil && there["spec", "behavior"] == nil)
    #expect((there["spec", "targetCPUUtilizationPercentage"] != nil) == (index == 0))
    #expect(back["spec"] == object["spec"])
    #expect(back["metadata"] == object["metadata"])
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
    var object = try Self.recorded().version1
    let cluster = try ClusterSimulation(
      manifests: [ClusterManifest(source: "a.yaml", object: object)], workload: SimulatedWorkload(), timeScale: 1)
    let kept = cluster.objects(.autoscaler).first?.autoscaler
    #expect(kept?.spec.metrics?.first?.resource?.target.averageUtilization == 70)
    #expect(kept?.spec.behavior?.scaleDown?.policies?.first?.value == 50)

    object.setMember("{", at: ["metadata", "annotations", "autoscaling.alpha.kubernetes.io/behavior"])
    #expect(throws: APIFailure.self) { try AutoscalerConversion.version2(of: object) }
  }
}
