import Foundation
import KubernetesObjects
import Testing
import Units

@Suite("Older autoscalers are read as the API server converts them")
struct OlderAutoscalerTests {
  private static func object(_ text: String) throws -> JSONValue { try JSONValue(json: Data(text.utf8)) }

  private static let version1 = """
    {"apiVersion":"autoscaling/v1","kind":"HorizontalPodAutoscaler","metadata":{"name":"web","annotations":{
    "autoscaling.alpha.kubernetes.io/metrics":"[{\\"type\\":\\"Pods\\",\\"pods\\":{\\"metricName\\":\\"rps\\",\\"targetAverageValue\\":\\"1k\\"}}]",
    "autoscaling.alpha.kubernetes.io/behavior":"{\\"ScaleUp\\":null,\\"ScaleDown\\":{\\"StabilizationWindowSeconds\\":60,\\"Policies\\":[{\\"Type\\":\\"Pods\\",\\"Value\\":2,\\"PeriodSeconds\\":30}]}}",
    "autoscaling.alpha.kubernetes.io/conditions":"[{\\"type\\":\\"AbleToScale\\",\\"status\\":\\"True\\"}]",
    "team":"shop"}},
    "spec":{"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"web"},"minReplicas":2,"maxReplicas":8,
    "targetCPUUtilizationPercentage":50},
    "status":{"currentReplicas":3,"desiredReplicas":4,"currentCPUUtilizationPercentage":62}}
    """

  @Test("metrics, behavior, conditions and status")
  func version1() throws {
    let read: HorizontalPodAutoscaler = try Self.object(Self.version1).decoded()

    let metrics = try #require(read.spec.metrics)
    #expect(metrics.map(\.type) == ["Pods", "Resource"])
    #expect(metrics[0].pods?.metric.name == "rps")
    #expect(metrics[0].pods?.target.averageValue?.quantity.value == 1_000)
    #expect(metrics[1].resource?.target.averageUtilization == 50)
    #expect(read.spec.behavior?.scaleDown?.stabilizationWindowSeconds == 60)
    #expect(read.spec.behavior?.scaleDown?.policies?.first?.value == 2)
    #expect(read.status?.condition("AbleToScale")?.isTrue == true)
    #expect(read.status?.currentMetrics?.first?.resource?.current.averageUtilization == 62)
    #expect(read.metadata.annotations == ["team": "shop"])
  }

  @Test("items of a list too, which bear no apiVersion")
  func itemOfList() throws {
    var item = try Self.object(Self.version1)
    item["apiVersion"] = nil

    let read: HorizontalPodAutoscaler = try item.decoded()

    #expect(read.spec.metrics?.last?.resource?.target.averageUtilization == 50)
  }

  @Test("and the flat metrics of v2beta1")
  func beta1() throws {
    let read: HorizontalPodAutoscaler = try Self.object(
      """
      {"apiVersion":"autoscaling/v2beta1","metadata":{"name":"web"},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"web"},
      "maxReplicas":8,"metrics":[{"type":"Resource","resource":{"name":"cpu","targetAverageUtilization":55}},
      {"type":"Object","object":{"target":{"kind":"Service","name":"s"},"metricName":"hits","targetValue":"100"}}]}}
      """
    ).decoded()

    #expect(read.spec.metrics?[0].resource?.target == MetricTarget(type: "Utilization", averageUtilization: 55))
    #expect(read.spec.metrics?[1].object?.describedObject?.name == "s")
    #expect(read.spec.metrics?[1].object?.target.value?.quantity.value == 100)
  }

  @Test("while autoscaling/v2 stays as it is")
  func version2() throws {
    let object = try Self.object(
      """
      {"apiVersion":"autoscaling/v2","metadata":{"name":"web"},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"web"},"maxReplicas":8}}
      """)

    #expect(OlderAutoscaler.version2(of: object) == object)
  }
}
