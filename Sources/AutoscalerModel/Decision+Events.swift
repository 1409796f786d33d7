import KubernetesObjects

/// An event that the controller reports on the HPA object, as component `horizontal-pod-autoscaler`.
///
/// What an observer sees of them is less: the recorder throttles and merges
/// (client-go, tools/record/events_cache.go).
package struct AutoscalerEvent: Sendable, Equatable {
  /// `Normal` or `Warning`.
  package var type: String
  package var reason: String
  package var message: String

  package init(type: String, reason: String, message: String) {
    self.type = type
    self.reason = reason
    self.message = message
  }
}

/// A metric that failed, in the words of conditions and events.
package struct MetricFailure: Sendable, Equatable {
  /// Position in the spec.
  package let metric: Int
  /// `FailedGetResourceMetric` and its like, or `InvalidMetricSourceType`.
  package let reason: String
  package let message: String
  /// The message with the words that the sum of all failures puts before it.
  let outerMessage: String
}

extension Decision {
  /// What the controller reports after this sync, in order.
  package var events: [AutoscalerEvent] {
    func warning(_ reason: String, _ message: String) -> AutoscalerEvent {
      AutoscalerEvent(type: "Warning", reason: reason, message: message)
    }
    let failures = failures
    var events = failures.map { warning($0.reason, $0.message) }
    switch path {
    case .scaleUnreadable(let text):
      events.append(warning("FailedGetScale", text))
    case .selectorUnusable(let problem):
      events.append(warning(problem.eventReason, problem.message))
      events.append(warning("FailedComputeMetricsReplicas", problem.message))
    case .metricsFailed:
      let first = failures.first?.outerMessage ?? ""
      events.append(
        warning(
          "FailedComputeMetricsReplicas",
          "invalid metrics (\(failures.count) invalid out of \(plan.metrics.count)), first error is: \(first)"))
    case .disabled, .aboveMaxReplicas, .belowMinReplicas, .computed:
      if let event = rescaleEvent { events.append(event) }
    }
    return events
  }

  private var rescaleEvent: AutoscalerEvent? {
    guard let rescale else { return nil }
    let text = "New size: \(rescale); reason: \(rescaleReason)"
    if let rescaleError {
      return AutoscalerEvent(type: "Warning", reason: "FailedRescale", message: "\(text); error: \(rescaleError)")
    }
    return AutoscalerEvent(type: "Normal", reason: "SuccessfulRescale", message: text)
  }

  /// The reason of a rescale as events give it. It compares the raw recommendation with the current count, before windows
  /// and limits, so that it may contradict the direction, or be empty.
  package var rescaleReason: String {
    switch path {
    case .aboveMaxReplicas: return "Current number of replicas above Spec.MaxReplicas"
    case .belowMinReplicas: return "Current number of replicas below Spec.MinReplicas"
    default:
      guard let raw = rawRecommendation else { return "" }
      if raw > currentReplicas { return "\(leadingMetric.map { plan.metrics[$0].text } ?? "") above target" }
      return raw < currentReplicas ? "All metrics below target" : ""
    }
  }

  /// The metrics that failed, in the order of the spec.
  package var failures: [MetricFailure] {
    metrics.indices.compactMap { index in
      guard let problem = metrics[index].problem else { return nil }
      return plan.metrics[index].failure(of: problem, at: index)
    }
  }
}

extension PlannedMetric {
  /// The texts for a failure of this metric
  /// (Kubernetes 1.36, pkg/controller/podautoscaler/horizontal.go, `computeReplicasForMetric`).
  package func failure(of problem: MetricProblem, at index: Int) -> MetricFailure {
    let (reason, inner, outer) = words(for: problem)
    return MetricFailure(metric: index, reason: reason, message: inner, outerMessage: outer)
  }

  private func words(for problem: MetricProblem) -> (reason: String, inner: String, outer: String) {
    switch spec.type {
    case "Resource", "ContainerResource":
      let isContainer = spec.type == "ContainerResource"
      let metric = isContainer ? spec.containerResource : spec.resource
      let name = metric?.name ?? ""
      let reason = isContainer ? "FailedGetContainerResourceMetric" : "FailedGetResourceMetric"
      let subject = metric?.target.averageValue == nil ? "utilization" : "usage"
      var text = problem.description
      if problem.isFromMetricsAPI { text = "unable to get metrics for resource \(name): \(text)" }
      if !problem.isAboutSpec { text = "failed to get \(name) \(subject): \(text)" }
      let outer =
        isContainer
        ? "failed to get \(metric?.container ?? "") container metric value: \(text)"
        : "failed to get \(name) resource metric value: \(text)"
      return (reason, text, outer)
    case "Pods":
      let text = unableToGet(problem, spec.pods?.metric.name)
      return ("FailedGetPodsMetric", text, "failed to get pods metric value: \(text)")
    case "Object":
      var text = unableToGet(problem, spec.object?.metric.name)
      if problem.isFromMetricsAPI, let object = spec.object?.describedObject {
        text += " on \(object.kind) \(object.name)"
      }
      return ("FailedGetObjectMetric", text, "failed to get object metric value: \(text)")
    case "External":
      let name = spec.external?.metric.name ?? ""
      var text = problem.description
      if problem.isFromMetricsAPI {
        text = "unable to get external metric \(name)/\(spec.external?.metric.selector?.goText ?? "nil"): \(text)"
      }
      return ("FailedGetExternalMetric", text, "failed to get \(name) external metric value: \(text)")
    default:
      return ("InvalidMetricSourceType", problem.description, problem.description)
    }
  }

  private func unableToGet(_ problem: MetricProblem, _ name: String?) -> String {
    problem.isFromMetricsAPI ? "unable to get metric \(name ?? ""): \(problem)" : problem.description
  }
}

extension MetricProblem {
  /// Whether it arose when the metrics API was asked.
  fileprivate var isFromMetricsAPI: Bool {
    switch self {
    case .unavailable, .noResourceMetrics, .noCustomMetrics, .noExternalMetrics, .containerNotInMetrics, .noReading:
      true
    default: false
    }
  }

  /// Whether the spec itself is at fault.
  fileprivate var isAboutSpec: Bool {
    switch self {
    case .noResourceTarget, .noPodsTarget, .noObjectTarget, .noExternalTarget, .unknownType, .noSource: true
    default: false
    }
  }
}
