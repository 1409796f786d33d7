import AutoscalerModel
import KubernetesObjects
import Testing
import Units

@Suite("One whole sync")
struct ReconcileVectorTests {
  @Test("A sync agrees with Kubernetes", arguments: Vectors.cases(of: "reconcile"))
  func sync(_ vector: VectorCase) throws {
    let scene = try ReconcileScene(vector)

    let (decision, status) = scene.run()

    let expected = vector.expected
    #expect(status.desiredReplicas == expected["desiredReplicas"]?.int, "\(decision)")
    let written = decision.rescale != nil && decision.rescaleError == nil
    #expect(written == expected["scaleWritten"]?.bool, "\(decision)")
    if let changed = expected["statusWritten"]?.bool { #expect((status != scene.autoscaler.status) == changed) }
    let conditions = (status.conditions ?? []).map { "\($0.type) \($0.status) \($0.reason ?? "")" }
    let expectedConditions = (expected["conditions"]?.array ?? []).map {
      "\($0["type"]?.string ?? "") \($0["status"]?.string ?? "") \($0["reason"]?.string ?? "")"
    }
    #expect(conditions == expectedConditions)
    if let labels = expected["reconcile"] {
      #expect(decision.labels.action.rawValue == labels["action"]?.string)
      #expect(decision.labels.error.rawValue == labels["error"]?.string)
    }
    if let percent = expected["cpuUtilizationPercent"]?.int {
      #expect((status.currentMetrics ?? []).contains { $0.resource?.current.averageUtilization == percent })
    }
    check(decision.metricLabels, of: scene.autoscaler, against: expected["metricComputations"]?.object)
    try check(decision.events, against: expected["events"]?.array, isComplete: vector.file != "reconcile")
  }

  private func check(
    _ labels: [ReconcileLabels], of autoscaler: HorizontalPodAutoscaler, against expected: [String: JSONValue]?
  ) {
    guard let expected else { return }
    var byType: [String: ReconcileLabels] = [:]
    for (metric, label) in zip(autoscaler.spec.metricsOrDefault, labels) { byType[metric.type] = label }
    #expect(Set(byType.keys) == Set(expected.keys))
    for (type, label) in byType {
      #expect(label.action.rawValue == expected[type]?["action"]?.string, "\(type)")
      #expect(label.error.rawValue == expected[type]?["error"]?.string, "\(type)")
    }
  }

  /// - Parameter isComplete: whether the file lists every event, not only successful rescales.
  private func check(_ events: [AutoscalerEvent], against expected: [JSONValue]?, isComplete: Bool) throws {
    guard let expected else { return }
    let events = isComplete ? events : events.filter { $0.reason == "SuccessfulRescale" }
    try #require(events.map(\.reason) == expected.compactMap { $0["reason"]?.string })
    #expect(events.map(\.type) == expected.compactMap { $0["type"]?.string })
    for (event, wanted) in zip(events, expected) {
      guard let message = wanted["message"]?.string else { continue }
      // The files leave out the selector of an external metric, which the controller prints as "(nil)".
      #expect(event.message.replacing("(nil)", with: "") == message)
    }
  }
}

/// The cluster of one case: an HPA, its target, and what the metrics APIs answer.
struct ReconcileScene {
  var autoscaler: HorizontalPodAutoscaler
  private var controller: HPAController
  private let target: ScaleTarget
  private let pods: [ScaledPod]
  private let readings: [MetricReading]
  private let faults: JSONValue?

  init(_ vector: VectorCase) throws {
    let value = vector.value
    let hpa = try #require(value["hpa"])
    faults = value["faults"]
    let metrics = (hpa["metrics"]?.array ?? []).map(Self.metric)
    autoscaler = try Autoscalers.make(
      name: "test-hpa", minReplicas: hpa["minReplicas"]?.int, maxReplicas: try #require(hpa["maxReplicas"]?.int),
      metrics: metrics, behavior: VectorDecoding.behavior(hpa["behavior"]))
    target = ScaleTarget(
      specReplicas: try #require(value["target", "specReplicas"]?.int),
      statusReplicas: try #require(value["target", "statusReplicas"]?.int),
      selector: value["target", "selector"]?.string ?? "")
    autoscaler.status = try Self.status(hpa, replicas: target.specReplicas)
    let selector = LabelSelector(text: target.selector)
    pods = VectorDecoding.pods(value["pods"]).filter { $0.labels.isEmpty || selector?.matches($0.labels) ?? true }
    let answers = value["metricsApi"]
    let faults = self.faults
    readings = autoscaler.spec.metricsOrDefault.map { Self.reading(of: $0, answers: answers, faults: faults) }

    controller = HPAController(
      settings: VectorDecoding.settings(vector.controller, gates: value["featureGates"]))
    if let recommendations = VectorDecoding.recommendations(value["recommendations"]) {
      controller[history: autoscaler] = ScalingHistory(recommendations: recommendations)
    }
    for other in value["otherHpaSelectors"]?.array ?? [] {
      let labels = (other["matchLabels"]?.object ?? [:]).compactMapValues(\.string)
      controller.register(
        selector: LabelSelector(matchLabels: labels),
        of: try Autoscalers.make(name: other["hpa"]?.string ?? "", minReplicas: 1, maxReplicas: 2))
    }
  }

  func run() -> (Decision, HorizontalPodAutoscaler.Status) {
    var controller = controller
    let now = VectorDecoding.now
    var decision: Decision
    if let text = faults?["scaleGetError"]?.string {
      decision = controller.sync(at: now, autoscaler: autoscaler, targetError: text)
    } else {
      decision = controller.sync(at: now, autoscaler: autoscaler, target: target, pods: pods, metrics: readings)
    }
    // The client tries a conflicting update up to five times.
    if decision.rescale != nil {
      if let text = faults?["scaleUpdateError"]?.string {
        decision.rescaleError = text
      } else if faults?["scaleUpdateConflicts"]?.int ?? 0 >= 5 {
        decision.rescaleError = "the object has been modified"
      } else {
        controller.recordRescale(decision, of: autoscaler, at: now)
      }
    }
    return (decision, decision.status(updating: autoscaler.status))
  }

  private static func status(_ hpa: JSONValue, replicas: Int) throws -> HorizontalPodAutoscaler.Status {
    var status = HorizontalPodAutoscaler.Status()
    status.currentReplicas = replicas
    status.desiredReplicas = replicas
    status.lastScaleTime = hpa["lastScaleAgeSeconds"]?.double.map(VectorDecoding.instant(ageSeconds:))
    let conditions = (hpa["initialConditions"]?.array ?? []).map {
      Condition(
        type: $0["type"]?.string ?? "", status: $0["status"]?.string ?? "", reason: $0["reason"]?.string,
        lastTransitionTime: VectorDecoding.now)
    }
    if !conditions.isEmpty { status.conditions = conditions }
    if let initial = hpa["initialStatus"], !initial.isNull { status = try initialStatus(initial, over: status) }
    return status
  }

  /// A complete stored status, for cases about writes that change nothing.
  private static func initialStatus(
    _ value: JSONValue, over status: HorizontalPodAutoscaler.Status
  ) throws -> HorizontalPodAutoscaler.Status {
    guard case .object(let members) = value else { throw VectorProblem("initialStatus is no object") }
    let known: Set<String> = [
      "currentReplicas", "desiredReplicas", "conditions", "currentMetrics", "lastScaleAgeSeconds", "lastScaleTime",
    ]
    guard known.isSuperset(of: members.keys) else {
      throw VectorProblem("initialStatus has fields that this test does not know: \(members.keys.sorted())")
    }
    var status = status
    if let current = value["currentReplicas"]?.int { status.currentReplicas = current }
    if let desired = value["desiredReplicas"]?.int { status.desiredReplicas = desired }
    if let age = value["lastScaleAgeSeconds"]?.double {
      status.lastScaleTime = VectorDecoding.instant(ageSeconds: age)
    }
    if let conditions = value["conditions"]?.array {
      status.conditions = conditions.map {
        Condition(
          type: $0["type"]?.string ?? "", status: $0["status"]?.string ?? "", reason: $0["reason"]?.string,
          message: $0["message"]?.string, lastTransitionTime: VectorDecoding.now)
      }
    }
    if let metrics = value["currentMetrics"], !metrics.isNull { status.currentMetrics = try metrics.decoded() }
    return status
  }

  private static func metric(_ value: JSONValue) -> MetricSpec {
    let type = value["type"]?.string ?? ""
    var metric = MetricSpec(type: type)
    let target = VectorDecoding.target(value["target"])
    let described = value["describedObject"].flatMap {
      try? $0.decoded(as: HorizontalPodAutoscaler.ScaleTargetReference.self)
    }
    let named = MetricSpec.NamedMetric(
      metric: MetricIdentifier(name: value["metricName"]?.string ?? ""), target: target, describedObject: described)
    let resource = MetricSpec.ResourceMetric(
      name: value["resource"]?.string ?? "", container: value["container"]?.string, target: target)
    switch type {
    case "Resource": metric.resource = resource
    case "ContainerResource": metric.containerResource = resource
    case "Pods": metric.pods = named
    case "Object": metric.object = named
    case "External": metric.external = named
    default: break
    }
    return metric
  }

  private static func reading(of metric: MetricSpec, answers: JSONValue?, faults: JSONValue?) -> MetricReading {
    switch metric.type {
    case "Pods":
      if let text = faults?["customMetricsError"]?.string { return .failed(text) }
      return .pods(VectorDecoding.samples(answers?["customPods"]))
    case "Object":
      if let text = faults?["customMetricsError"]?.string { return .failed(text) }
      return answers?["customObject", "valueMilli"]?.integer.map(MetricReading.object)
        ?? .failed("no metrics returned from custom metrics API")
    case "External":
      if let text = faults?["externalMetricsError"]?.string { return .failed(text) }
      return .external(milli: (answers?["external"]?.array ?? []).compactMap { $0["valueMilli"]?.integer })
    default:
      if let text = faults?["resourceMetricsError"]?.string { return .failed(text) }
      return .resource(VectorDecoding.usages(answers?["resource"]))
    }
  }
}

extension JSONValue {
  subscript(first: String, second: String) -> JSONValue? { self[first]?[second] }
}
