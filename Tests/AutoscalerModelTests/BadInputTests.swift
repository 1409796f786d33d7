import AutoscalerModel
import KubernetesObjects
import Testing

/// What the API server and the controller say of an HPA that cannot work.
@Suite("HPAs that cannot work")
struct BadInputTests {
  private func decision(_ metric: MetricSpec, reading: MetricReading, requests: ResourceAmounts) throws -> Decision {
    var controller = HPAController()
    let longAgo = KubernetesTime(seconds: -10_000)
    let pod = ScaledPod(
      name: "web-1", startTime: longAgo, ready: .init(status: .true, lastTransitionTime: longAgo),
      containers: [.init(name: "app", requests: requests)])
    return controller.sync(
      at: KubernetesTime(seconds: 0),
      autoscaler: try Autoscalers.make(minReplicas: 1, maxReplicas: 9, metrics: [metric]),
      target: ScaleTarget(specReplicas: 1, statusReplicas: 1, selector: "app=web"), pods: [pod], metrics: [reading])
  }

  @Test("a metric type that nobody knows holds the count, by a reason of its own")
  func unknownType() throws {
    let decision = try decision(
      MetricSpec(type: "Weather"), reading: .failed("not asked"), requests: ResourceAmounts(cpu: 100))

    #expect(decision.desiredReplicas == 1)
    let condition = try #require(decision.status(updating: nil).condition("ScalingActive"))
    #expect(condition.status == "False")
    #expect(condition.reason == "InvalidMetricSourceType")
    #expect(
      condition.message
        == "the HPA was unable to compute the replica count: unknown metric source type \"Weather\"")
  }

  @Test("the API server refuses that type with the types that it knows")
  func unknownTypeRefused() throws {
    let autoscaler = try Autoscalers.make(minReplicas: 1, maxReplicas: 9, metrics: [MetricSpec(type: "Weather")])

    #expect(
      AutoscalerValidation.problems(in: autoscaler.spec).map(\.description) == [
        "spec.metrics[0].type: Unsupported value: \"Weather\": supported values: "
          + "\"ContainerResource\", \"External\", \"Object\", \"Pods\", \"Resource\""
      ])
  }

  @Test("a utilization of pods without a request names the container and the pod")
  func missingRequest() throws {
    let usage = PodUsage(
      pod: "web-1", timestamp: KubernetesTime(seconds: 0), window: .seconds(30),
      containers: [.init(name: "app", usage: ResourceAmounts(cpu: 50))])
    let decision = try decision(
      Autoscalers.cpu(utilization: 70), reading: .resource([usage]), requests: ResourceAmounts())

    let condition = try #require(decision.status(updating: nil).condition("ScalingActive"))
    #expect(condition.reason == "FailedGetResourceMetric")
    #expect(
      condition.message
        == "the HPA was unable to compute the replica count: failed to get cpu utilization: "
        + "missing request for cpu in container app of Pod web-1")
    #expect(decision.bindingTerm == .failedMetric(0))
  }

  @Test("a behavior outside of its bounds is refused field by field")
  func invalidBehavior() throws {
    let behavior = HorizontalPodAutoscaler.Behavior(
      scaleUp: .init(stabilizationWindowSeconds: 3601, selectPolicy: "Most", policies: []),
      scaleDown: .init(policies: [.init(type: "Pod", value: 0, periodSeconds: 1801)]))
    let autoscaler = try Autoscalers.make(minReplicas: 5, maxReplicas: 4, behavior: behavior)

    #expect(
      AutoscalerValidation.problems(in: autoscaler.spec).map(\.description) == [
        "spec.maxReplicas: Invalid value: 4: must be greater than or equal to `minReplicas`",
        "spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600",
        "spec.behavior.scaleUp.selectPolicy: Unsupported value: \"Most\": supported values: \"Disabled\", \"Max\", \"Min\"",
        "spec.behavior.scaleUp.policies: Required value: must specify at least one Policy",
        "spec.behavior.scaleDown.policies[0].type: Unsupported value: \"Pod\": supported values: \"Percent\", \"Pods\"",
        "spec.behavior.scaleDown.policies[0].value: Invalid value: 0: must be greater than zero",
        "spec.behavior.scaleDown.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800",
      ])
  }
}
