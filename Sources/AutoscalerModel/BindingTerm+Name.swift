extension BindingTerm {
  /// The term in the words of the documentation: `step limit`, `maxReplicas`.
  package var name: String {
    switch self {
    case .metric: "metric"
    case .tolerance: "tolerance"
    case .unreadyDamping: "unready damping"
    case .stepLimit: "step limit"
    case .disabledDirection: "disabled direction"
    case .stabilizationWindow(.scaleUp): "scaleUp window"
    case .stabilizationWindow(.scaleDown): "scaleDown window"
    case .minReplicas: "minReplicas"
    case .maxReplicas: "maxReplicas"
    case .failedMetric: "failed metric"
    case .selector: "selector"
    case .zeroReplicas: "zero replicas"
    case .scaleUnreadable: "target unreadable"
    }
  }
}
