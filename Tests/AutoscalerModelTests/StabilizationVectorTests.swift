import AutoscalerModel
import KubernetesObjects
import Testing
import Units

@Suite("Windows, limits, and what is remembered")
struct StabilizationVectorTests {
  private static let now = VectorDecoding.now

  @Test("Stabilization without behavior", arguments: Vectors.cases(of: "stabilize-no-behavior"))
  func stabilizeWithoutBehavior(_ vector: VectorCase) throws {
    let settings = VectorDecoding.settings(vector.controller)
    var recommendations = VectorDecoding.recommendations(vector.value["recommendations"]) ?? []

    let stabilized = Stabilization.withoutBehavior(
      raw: try #require(vector.value["desiredReplicas"]?.int), window: settings.downscaleStabilization.microseconds,
      at: Self.now, recommendations: &recommendations)

    #expect(stabilized == vector.expected["stabilized"]?.int)
    #expect(recommendations.count == vector.expected["logLength"]?.int)
  }

  @Test("Stabilization with behavior", arguments: Vectors.cases(of: "stabilize-with-behavior"))
  func stabilizeWithBehavior(_ vector: VectorCase) throws {
    var recommendations = VectorDecoding.recommendations(vector.value["recommendations"]) ?? []

    let (stabilized, _) = Stabilization.withBehavior(
      raw: try #require(vector.value["desiredReplicas"]?.int),
      current: try #require(vector.value["currentReplicas"]?.int),
      scaleUpWindowSeconds: try #require(vector.value["scaleUpStabilizationSeconds"]?.int),
      scaleDownWindowSeconds: try #require(vector.value["scaleDownStabilizationSeconds"]?.int), at: Self.now,
      recommendations: &recommendations)

    #expect(stabilized == vector.expected["stabilized"]?.int)
    if let after = vector.expected["recommendationsAfter"]?.array {
      #expect(recommendations.map(\.replicas) == after.compactMap(\.int))
    }
  }

  @Test("Limits without behavior", arguments: Vectors.cases(of: "convert-no-behavior"))
  func limitWithoutBehavior(_ vector: VectorCase) throws {
    let settings = VectorDecoding.settings(vector.controller)

    let (replicas, limit) = StepLimit.withoutBehavior(
      current: try #require(vector.value["currentReplicas"]?.int),
      desired: try #require(vector.value["desiredReplicas"]?.int),
      minReplicas: try #require(vector.value["minReplicas"]?.int),
      maxReplicas: try #require(vector.value["maxReplicas"]?.int), factor: settings.scaleUpLimitFactor,
      minimum: settings.scaleUpLimitMinimum)

    #expect(replicas == vector.expected["replicas"]?.int)
    #expect(limit.rawValue == vector.expected["reason"]?.string)
  }

  @Test("Limits with behavior", arguments: Vectors.cases(of: "scaling-with-rules"))
  func limitWithBehavior(_ vector: VectorCase) throws {
    let behavior = try #require(VectorDecoding.behavior(vector.value["behavior"])).withDefaults()

    let (replicas, limit) = StepLimit.withBehavior(
      current: try #require(vector.value["currentReplicas"]?.int),
      desired: try #require(vector.value["desiredReplicas"]?.int),
      minReplicas: try #require(vector.value["minReplicas"]?.int),
      maxReplicas: try #require(vector.value["maxReplicas"]?.int),
      scaleUp: ScalingRules(completed: try #require(behavior.scaleUp), window: 0),
      scaleDown: ScalingRules(completed: try #require(behavior.scaleDown), window: 300),
      scaleUpEvents: VectorDecoding.events(vector.value["scaleUpEvents"]),
      scaleDownEvents: VectorDecoding.events(vector.value["scaleDownEvents"]), at: Self.now)

    #expect(replicas == vector.expected["replicas"]?.int)
    #expect(limit.rawValue == vector.expected["reason"]?.string)
  }

  @Test("What the policies of one direction allow", arguments: Vectors.cases(of: "policy-limit"))
  func policyLimit(_ vector: VectorCase) throws {
    let rules = ScalingRules(completed: try #require(VectorDecoding.rules(vector.value["rules"])), window: 0)

    let limit = StepLimit.policyLimit(
      scalingUp: vector.value["direction"]?.string == "up",
      current: try #require(vector.value["currentReplicas"]?.int), rules: rules,
      scaleUpEvents: VectorDecoding.events(vector.value["scaleUpEvents"]),
      scaleDownEvents: VectorDecoding.events(vector.value["scaleDownEvents"]), at: Self.now)

    #expect(limit == vector.expected["limit"]?.int)
  }

  @Test("Percentages are rounded as doubles are", arguments: Vectors.cases(of: "derived-percent-rounding"))
  func percentRounding(_ vector: VectorCase) throws {
    let percent = try #require(vector.value["percent"]?.int)
    let rules = ScalingRules(
      completed: .init(
        stabilizationWindowSeconds: 0, selectPolicy: "Max",
        policies: [.init(type: "Percent", value: percent, periodSeconds: 60)]), window: 0)

    let limit = StepLimit.policyLimit(
      scalingUp: vector.value["direction"]?.string == "up",
      current: try #require(vector.value["periodStartReplicas"]?.int), rules: rules, scaleUpEvents: [],
      scaleDownEvents: [], at: Self.now)

    #expect(limit == vector.expected["limit"]?.int)
  }

  @Test(
    "A rescale is recorded, in either direction", arguments: Vectors.cases(of: "store-scale-events"), [true, false])
  func storeScaleEvents(_ vector: VectorCase, scalingUp: Bool) throws {
    let before = VectorDecoding.events(vector.value["eventsBefore"])
    let change = try #require(vector.value["replicaChange"]?.int)
    var autoscaler = try Autoscalers.make(minReplicas: 1, maxReplicas: 1000)
    if let rules = VectorDecoding.rules(vector.value["rules"]) {
      autoscaler.spec.behavior = .init(scaleUp: rules, scaleDown: rules)
    }
    var controller = HPAController()
    var history = ScalingHistory(recommendations: [])
    if scalingUp { history.scaleUpEvents = before } else { history.scaleDownEvents = before }
    controller[history: autoscaler] = history
    if let period = vector.value["queryPeriodSeconds"]?.int {
      #expect(
        before.change(within: period, before: Self.now) == vector.expected["changeInPeriodBefore"]?.int)
    }

    controller.recordRescale(
      of: autoscaler, from: 100, to: scalingUp ? 100 + change : 100 - change, at: Self.now)

    let after = try #require(controller[history: autoscaler])
    let events = scalingUp ? after.scaleUpEvents : after.scaleDownEvents
    let expected = vector.expected["eventsAfter"]?.array ?? []
    #expect(events.map(\.change) == expected.compactMap { $0["change"]?.int })
    #expect(events.map(\.isOutdated) == expected.compactMap { $0["outdated"]?.bool })
    #expect((scalingUp ? after.scaleDownEvents : after.scaleUpEvents).isEmpty)
  }
}
