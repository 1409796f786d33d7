/// What decided the outcome of a sync, a notion of ours: of all that the controller looks at, the last thing that moved or held the count.
package enum BindingTerm: Sendable, Equatable {
  /// The proposal of a metric, by its position in the spec.
  case metric(Int)
  /// Every usable metric is near its target; the position is that of the leading one.
  case tolerance(metric: Int)
  /// Pods that are not ready or have no sample were filled in, and that decided or held the count.
  case unreadyDamping(metric: Int)
  /// A policy of `spec.behavior`, or the built-in limit without it.
  case stepLimit
  /// `selectPolicy: Disabled` in the direction of the change.
  case disabledDirection
  case stabilizationWindow(Stabilization.Direction)
  case minReplicas
  case maxReplicas
  /// A metric that failed kept the count, by its position in the spec.
  case failedMetric(Int)
  case selector
  /// The workload is at zero replicas, which switches scaling off.
  case zeroReplicas
  /// The target could not be read.
  case scaleUnreadable
}

extension Decision {
  package var bindingTerm: BindingTerm {
    switch path {
    case .scaleUnreadable: return .scaleUnreadable
    case .disabled: return .zeroReplicas
    case .aboveMaxReplicas: return .maxReplicas
    case .belowMinReplicas: return .minReplicas
    case .selectorUnusable: return .selector
    case .metricsFailed: return .failedMetric(metrics.firstIndex { $0.problem != nil } ?? 0)
    case .computed: break
    }
    switch limit {
    case .tooManyReplicas: return .maxReplicas
    case .tooFewReplicas: return .minReplicas
    case .scaleUpLimit: return plan.behavior?.scaleUp.selectPolicy == .disabled ? .disabledDirection : .stepLimit
    case .scaleDownLimit: return plan.behavior?.scaleDown.selectPolicy == .disabled ? .disabledDirection : .stepLimit
    case .desiredWithinRange, nil: break
    }
    if stabilizedRecommendation != rawRecommendation { return .stabilizationWindow(windowAtWork) }
    return metricTerm
  }

  /// What decided the raw recommendation, windows and limits aside.
  package var metricTerm: BindingTerm {
    let metric = leadingMetric ?? 0
    guard metrics.indices.contains(metric), let proposal = metrics[metric].proposal else { return .metric(metric) }
    switch proposal.basis {
    case .tolerance: return .tolerance(metric: metric)
    case .damped: return .unreadyDamping(metric: metric)
    case .filled, .ratio: return .metric(metric)
    }
  }

  /// The window that held or softened: the one against the way in which the raw recommendation would have gone.
  private var windowAtWork: Stabilization.Direction {
    plan.behavior == nil ? .scaleDown : stabilizationDirection ?? .scaleDown
  }
}
