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

  /// The embedded cluster: manifests and what the real thing would have decided by its nature.
  package struct Simulation: Sendable, Equatable {
    /// Files or folders, as written, relative to the profile.
    package var manifests: [String]
    /// Run time that passes in one second of wall time.
    package var timeScale: Double
    /// CPU that one request costs a pod, and how long it takes without load.
    package var cpuPerRequest: Duration
    package var serviceTime: Duration
    package var imagePull: Duration
    package var containerStart: Duration
    /// From the termination of a pod to the moment the Ingress stops sending to it.
    package var endpointDelay: Duration
    /// How long a container answers after it was told to stop.
    package var keepsServing: Duration
    package var metricsResolution: Duration
    package var metricsWindow: Duration
  }
}
