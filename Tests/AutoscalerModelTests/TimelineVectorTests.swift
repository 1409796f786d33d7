import AutoscalerModel
import KubernetesObjects
import Testing
import Units

@Suite("Many syncs in a row")
struct TimelineVectorTests {
  @Test("A trace of syncs agrees with the algorithm", arguments: Vectors.cases(of: "derived-timelines"))
  func timeline(_ vector: VectorCase) throws {
    let hpa = try #require(vector.value["hpa"])
    let settings = VectorDecoding.settings(vector.controller, gates: vector.value["featureGates"])
    var autoscaler = try Autoscalers.make(
      minReplicas: hpa["minReplicas"]?.int, maxReplicas: try #require(hpa["maxReplicas"]?.int),
      metrics: [try Autoscalers.external()], behavior: VectorDecoding.behavior(hpa["behavior"]))
    var replicas = try #require(vector.value["initialReplicas"]?.int)
    var controller = HPAController(settings: settings)

    for step in vector.value["steps"]?.array ?? [] {
      let time = try #require(step["t"]?.double)
      let now = VectorDecoding.instant(ageSeconds: -time)
      if step["controllerRestartedBefore"]?.bool == true { controller = HPAController(settings: settings) }
      if let set = step["externallySetReplicas"]?.int { replicas = set }
      let raw = step["rawRecommendation"]?.int ?? 0

      // One unit of the metric for each wanted replica; a status of as many replicas makes the ratio one or not, and both
      // ways propose exactly the raw recommendation.
      let decision = controller.sync(
        at: now, autoscaler: autoscaler,
        target: ScaleTarget(specReplicas: replicas, statusReplicas: raw, selector: "app=web"), pods: [],
        metrics: [.external(milli: [Int64(raw) * 1000])])
      controller.recordRescale(decision, of: autoscaler, at: now)
      let status = decision.status(updating: autoscaler.status)
      autoscaler.status = status

      let expected = try #require(step["expected"])
      let place: Comment = "at \(time) s: \(decision.sentence)"
      #expect(decision.currentReplicas == expected["currentReplicas"]?.int, place)
      if let stabilized = expected["stabilized"]?.int {
        #expect(decision.stabilizedRecommendation == stabilized, place)
      }
      replicas = decision.rescale ?? replicas
      #expect(replicas == expected["newReplicas"]?.int, place)
      #expect(status.condition("AbleToScale")?.reason == expected["ableToScaleReason"]?.string, place)
      if let limited = expected["scalingLimited"], !limited.isNull {
        #expect(status.condition("ScalingLimited")?.status == limited["status"]?.string, place)
        #expect(status.condition("ScalingLimited")?.reason == limited["reason"]?.string, place)
      }
      if let reason = expected["rescaleReason"]?.string {
        #expect(decision.rescale != nil, place)
        #expect(decision.rescaleReason.replacing("external metric q(nil)", with: "METRIC") == reason, place)
      } else {
        #expect(decision.rescale == nil, place)
      }
    }
  }
}
