/// How many replicas one metric asks for, and how that number came about
/// (Kubernetes 1.36, pkg/controller/podautoscaler/replica_calculator.go).
package struct MetricProposal: Sendable, Equatable {
  package var replicas: Int
  package var usage: MetricUsage
  package var basis: Basis
  package var pods: PodCounts

  /// What led to the number.
  package enum Basis: Sendable, Equatable {
    /// The ratio of usage to target is near enough to one: the count stays.
    case tolerance(ratio: Double)
    /// The ratio times the pods that count, rounded up.
    case ratio(Double)
    /// Pods without a sample or not ready were filled in, and the second ratio decided.
    case filled(first: Double, second: Double)
    /// Pods without a sample or not ready were filled in, and that left the count as it was.
    case damped(first: Double, second: Double)
  }

  /// How many of the pods fell into each group.
  package struct PodCounts: Sendable, Equatable {
    package var counted = 0
    package var unready = 0
    package var missing = 0
    package var ignored = 0

    package init() {}
  }
}

/// What a metric read, as the status reports it: values of the first pass, before any pod was filled in.
package struct MetricUsage: Sendable, Equatable {
  /// Per cent of the request, rounded down; only for utilization targets.
  package var utilization: Int?
  /// Thousandths: the average over the pods for average and utilization targets, else the total.
  package var milli: Int64

  package init(utilization: Int? = nil, milli: Int64) {
    self.utilization = utilization
    self.milli = milli
  }
}
