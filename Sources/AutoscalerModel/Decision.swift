package import KubernetesObjects

/// What one sync of an HPA decided, and why.
///
/// The status, the events and the sentence are made from it on demand, so that a sync itself builds no text.
package struct Decision: Sendable {
  /// When the sync read its inputs.
  package let time: KubernetesTime
  package let plan: ScalingPlan
  package let version: KubernetesVersion
  package internal(set) var path: Path
  /// `spec.replicas` of the target when the sync began; 0 when it could not be read.
  package internal(set) var currentReplicas: Int
  /// The count after all windows and limits; on a failure the current count.
  package internal(set) var desiredReplicas: Int
  /// One for each metric of the plan, in order; empty where no metrics were computed.
  package internal(set) var metrics: [MetricOutcome] = []
  /// The position of the metric whose proposal is the raw recommendation.
  package internal(set) var leadingMetric: Int?
  /// The largest proposal, before windows and limits; `nil` where no metrics were computed.
  package internal(set) var rawRecommendation: Int?
  /// The raw recommendation after the stabilization windows.
  package internal(set) var stabilizedRecommendation: Int?
  package internal(set) var stabilizationDirection: Stabilization.Direction?
  /// What the step was cut by; ``ScalingLimit/desiredWithinRange`` if by nothing, `nil` where nothing was checked.
  package internal(set) var limit: ScalingLimit?
  /// The new state of the condition `ScaledToZero`.
  var scaledToZero = ScaledToZeroChange.keep
  /// Why the new count could not be written, in the API server's words. Set it when the write of ``rescale`` failed.
  package var rescaleError: String?

  /// The way that a sync took.
  package enum Path: Sendable, Equatable {
    /// The target or its scale could not be read.
    case scaleUnreadable(String)
    /// The target is at zero replicas, which switches scaling off.
    case disabled
    /// More than `maxReplicas`: corrected without reading metrics.
    case aboveMaxReplicas
    /// Fewer than `minReplicas`: corrected without reading metrics.
    case belowMinReplicas
    /// The target's selector is unusable.
    case selectorUnusable(SelectorProblem)
    /// All metrics failed, or some failed and the others would scale down.
    case metricsFailed
    /// Metrics, windows and limits decided.
    case computed
  }

  enum ScaledToZeroChange: Sendable, Equatable { case keep, remove, set(Bool) }

  /// The count to write to the target's scale; `nil` when nothing changes.
  package var rescale: Int? {
    switch path {
    case .aboveMaxReplicas, .belowMinReplicas: desiredReplicas
    case .computed: desiredReplicas == currentReplicas ? nil : desiredReplicas
    case .scaleUnreadable, .disabled, .selectorUnusable, .metricsFailed: nil
    }
  }

  /// How many metrics failed.
  package var failedMetrics: Int { metrics.count { $0.problem != nil } }
}

/// Why the selector of a target cannot be used
/// (Kubernetes 1.36, pkg/controller/podautoscaler/horizontal.go, `validateAndParseSelector`).
package enum SelectorProblem: Sendable, Equatable {
  case missing
  case unreadable(String)
  /// Names of all HPAs that select pods of this one, itself included.
  case ambiguous(selector: String, autoscalers: [String])

  /// The reason of the condition `ScalingActive`.
  package var conditionReason: String {
    switch self {
    case .missing, .unreadable: "InvalidSelector"
    case .ambiguous: "AmbiguousSelector"
    }
  }

  /// The reason of the warning event.
  package var eventReason: String {
    switch self {
    case .missing: "SelectorRequired"
    case .unreadable: "InvalidSelector"
    case .ambiguous: "AmbiguousSelector"
    }
  }

  package var message: String {
    switch self {
    case .missing: "selector is required"
    case .unreadable(let text):
      "couldn't convert selector into a corresponding internal selector object: unable to parse \"\(text)\""
    case .ambiguous(let selector, let autoscalers):
      "pods by selector \(selector) are controlled by multiple HPAs: [\(autoscalers.joined(separator: " "))]"
    }
  }

  package var conditionMessage: String {
    if case .missing = self { return "the HPA target's scale is missing a selector" }
    return message
  }
}
