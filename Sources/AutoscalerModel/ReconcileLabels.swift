/// What a sync counts as in the controller's own metrics, `reconciliations_total` and `metric_computation_total`
/// (Kubernetes 1.36, pkg/controller/podautoscaler/monitor/metrics.go).
package struct ReconcileLabels: Sendable, Equatable {
  package var action: Action
  package var error: ErrorLabel

  package enum Action: String, Sendable { case scaleUp = "scale_up", scaleDown = "scale_down", none }

  /// `spec` when the HPA itself is at fault, `internal` for anything else.
  package enum ErrorLabel: String, Sendable { case spec, `internal`, none }

  package init(action: Action, error: ErrorLabel) {
    self.action = action
    self.error = error
  }

  fileprivate init(from current: Int, to replicas: Int, error: ErrorLabel) {
    action = replicas > current ? .scaleUp : replicas < current ? .scaleDown : .none
    self.error = error
  }
}

extension Decision {
  /// The labels of the whole sync. A sync that scaled although a metric failed counts as an error too (since 1.27).
  package var labels: ReconcileLabels {
    switch path {
    case .scaleUnreadable, .selectorUnusable, .metricsFailed:
      return ReconcileLabels(action: .none, error: .internal)
    case .disabled, .aboveMaxReplicas, .belowMinReplicas, .computed:
      if rescale != nil, rescaleError != nil { return ReconcileLabels(action: .none, error: .internal) }
      let error: ReconcileLabels.ErrorLabel = failedMetrics > 0 && version >= .v1_27 ? .internal : .none
      return ReconcileLabels(from: currentReplicas, to: rescale ?? currentReplicas, error: error)
    }
  }

  /// The labels of each metric's computation, in the order of the spec; empty where none was computed.
  package var metricLabels: [ReconcileLabels] {
    metrics.map { outcome in
      switch outcome {
      case .proposed(let proposal):
        return ReconcileLabels(from: currentReplicas, to: proposal.replicas, error: .none)
      case .failed(.unknownType):
        return ReconcileLabels(action: .none, error: .spec)
      case .failed:
        return ReconcileLabels(action: .none, error: .internal)
      }
    }
  }
}
