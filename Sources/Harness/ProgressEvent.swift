/// Something that happened during a run, for whoever looks on.
struct ProgressEvent: Sendable, Equatable {
  enum Kind: String, Sendable, Equatable {
    /// The number of replicas that the workload asks for has changed.
    case rescale
    /// An Event that a component of the cluster reported about the Deployment or its ReplicaSets.
    case rollout
    /// An Event about a pod.
    case pod
    /// An Event about anything else, for instance the autoscaler.
    case cluster
    /// Something that the run itself did to the cluster.
    case action
    /// Why the load is being ended early.
    case stop
  }

  /// Run time at which it was seen.
  var at: Duration
  var kind: Kind
  /// What it is about: `Pod/web-7d4b9`; `nil` for the run itself.
  var subject: String?
  /// The reason of a cluster's Event: `SuccessfulRescale`.
  var reason: String?
  var message: String
}
