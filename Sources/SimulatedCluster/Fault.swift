package import ApplicationNature
package import KubernetesObjects
import Units

/// Something that goes wrong in a cluster at a time, for a while or for good.
package struct Fault: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    /// The applications of a version become others, or all of them.
    case application(ApplicationChange, version: String?)
    /// `metrics.k8s.io` answers 503.
    case resourceMetricsMissing
    /// `custom.metrics.k8s.io` or `external.metrics.k8s.io` does.
    case metricsAPIMissing(MetricsAPI)
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
    /// Part of the requests of clients to the API is answered with an error.
    case apiErrors(APIErrors)
    /// All open watches of some resources are cut, and again and again where an interval is given. Cluster time.
    case watchesDropped(ResourceChoice, every: Duration?)
    /// Nothing comes on the watches of some resources, neither on those that are open nor on those that are opened; what was
    /// held back comes when it is over.
    case watchesSilent(ResourceChoice)
    /// Somebody else writes to the cluster.
    case write(APIRequest)
  }

  /// What has to come true before a fault begins.
  package enum Trigger: Sendable, Equatable {
    /// A workload is in a way.
    case workload(WorkloadCondition, of: ClusterKind, namespace: String, name: String)
    /// Something that the cluster does not see, in words; whoever does says it by ``ClusterSimulation/meet(fault:)``.
    case told(String)

    /// As it is written.
    var words: String {
      switch self {
      case .workload(let condition, _, _, _): condition.description
      case .told(let words): words
      }
    }
  }

  package let kind: Kind
  /// Cluster time since the beginning of the load; with a trigger, that from which it is waited for.
  package let begins: Duration
  /// Cluster time; `nil` for good.
  package let lasts: Duration?
  /// At whose first instant it begins; `nil` for one that begins at its time.
  package let trigger: Trigger?
  /// What it is called where it is told that it did not come to pass.
  package let title: String

  package init(
    _ kind: Kind, begins: Duration, lasts: Duration? = nil, trigger: Trigger? = nil, title: String = ""
  ) {
    self.kind = kind
    self.begins = begins
    self.lasts = lasts
    self.trigger = trigger
    self.title = title
  }

  /// Whether it is over as soon as it has come to pass.
  package var isInstant: Bool {
    switch kind {
    case .write, .watchesDropped(_, every: nil): true
    default: false
    }
  }
}

/// What became of a fault.
package struct FaultCourse: Sendable, Equatable {
  /// Cluster time since the beginning of the load; `nil` for one that did not begin.
  package var began: Duration?
  /// The same; `nil` for one that goes on, or did not begin.
  package var ended: Duration?
  /// Why it did not come to pass as it was declared.
  package var problem: String?
}
