package import KubernetesObjects

/// The cluster that is watched: a context of the kubeconfig, or the embedded simulated one.
package struct ClusterReference: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    /// A kubeconfig context; `nil` is the current one.
    case context(String?)
    case simulated(Simulation)
  }

  package var kind: Kind
  /// `nil` takes the namespace of the context.
  package var namespace: String?
  package var workloads: WatchedWorkloads

  package init(kind: Kind, namespace: String?, workload: WorkloadReference, autoscaler: String?) {
    self.init(
      kind: kind, namespace: namespace, workloads: WatchedWorkloads(WatchedWorkload(workload, autoscaler: autoscaler)))
  }

  package init(kind: Kind, namespace: String?, workloads: WatchedWorkloads) {
    self.kind = kind
    self.namespace = namespace
    self.workloads = workloads
  }

  /// The workload, where there is one.
  package var workload: WorkloadReference { workloads.first.reference }

  package var autoscaler: String? {
    get { workloads.first.autoscaler }
    set { workloads.first.autoscaler = newValue }
  }
}
