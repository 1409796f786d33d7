package import ApplicationNature
import Units

/// Something that goes wrong in a cluster at a time, for a while or for good.
package struct Fault: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    /// The applications of a version become others, or all of them.
    case application(ApplicationChange, version: String?)
    /// `metrics.k8s.io` answers 503.
    case resourceMetricsMissing
    /// A custom or external metric is not there.
    case metricMissing(String)
    /// Nothing is measured any more, and what was measured last goes on being shown.
    case metricsStale
    /// It takes so long until the Ingress acts on a change of endpoints. Cluster time.
    case endpointDelay(Duration)
    /// A machine is gone from the network, by its number from 1.
    case machineLost(Int)
    /// The controller manager is dead: no autoscaler, no rollout, no endpoints; what it remembered is forgotten.
    case controllersDown
    /// Somebody else writes to the cluster.
    case write(APIRequest)
  }

  package let kind: Kind
  /// Cluster time since the beginning of the load.
  package let begins: Duration
  /// Cluster time; `nil` for good.
  package let lasts: Duration?

  package init(_ kind: Kind, begins: Duration, lasts: Duration? = nil) {
    self.kind = kind
    self.begins = begins
    self.lasts = lasts
  }
}
