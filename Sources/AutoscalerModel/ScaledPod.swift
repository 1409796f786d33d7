package import KubernetesObjects

/// A pod of the scaled workload with what the autoscaler reads of it.
package struct ScaledPod: Sendable, Equatable {
  package var name: String
  package var phase: Phase
  /// Whether `metadata.deletionTimestamp` is set.
  package var isTerminating: Bool
  package var startTime: KubernetesTime?
  /// The condition `Ready`; `nil` when the pod has none.
  package var ready: Readiness?
  package var containers: [ContainerRequests]
  package var initContainers: [ContainerRequests]
  /// `spec.resources.requests`: requests of the pod as a whole (Kubernetes 1.34 and later); empty when it has none.
  package var podRequests: ResourceAmounts
  /// `spec.overhead`.
  package var overhead: ResourceAmounts
  /// Only read where several HPAs share a namespace.
  package var labels: [String: String]

  package enum Phase: Sendable, Equatable {
    case pending, running, succeeded, failed, unknown

    package init(_ text: String?) {
      self =
        switch text {
        case "Pending": .pending
        case "Running": .running
        case "Succeeded": .succeeded
        case "Failed": .failed
        default: .unknown
        }
    }
  }

  package struct Readiness: Sendable, Equatable {
    package var status: Status
    package var lastTransitionTime: KubernetesTime

    package enum Status: Sendable, Equatable { case `true`, `false`, unknown }

    package init(status: Status, lastTransitionTime: KubernetesTime) {
      self.status = status
      self.lastTransitionTime = lastTransitionTime
    }
  }

  package struct ContainerRequests: Sendable, Equatable {
    package var name: String
    package var requests: ResourceAmounts
    /// An init container with `restartPolicy: Always`: a sidecar.
    package var isRestartable: Bool

    package init(name: String, requests: ResourceAmounts, isRestartable: Bool = false) {
      self.name = name
      self.requests = requests
      self.isRestartable = isRestartable
    }
  }

  package init(
    name: String, phase: Phase = .running, isTerminating: Bool = false, startTime: KubernetesTime? = nil,
    ready: Readiness? = nil, containers: [ContainerRequests] = [], initContainers: [ContainerRequests] = [],
    podRequests: ResourceAmounts = ResourceAmounts(), overhead: ResourceAmounts = ResourceAmounts(),
    labels: [String: String] = [:]
  ) {
    self.name = name
    self.phase = phase
    self.isTerminating = isTerminating
    self.startTime = startTime
    self.ready = ready
    self.containers = containers
    self.initContainers = initContainers
    self.podRequests = podRequests
    self.overhead = overhead
    self.labels = labels
  }

  /// The autoscaler's view of an observed pod.
  package init(_ pod: Pod) {
    func requests(_ container: Container) -> ContainerRequests {
      ContainerRequests(
        name: container.name, requests: ResourceAmounts(container.resources?.requests),
        isRestartable: container.restartPolicy == "Always")
    }
    self.init(
      name: pod.metadata.name ?? "", phase: Phase(pod.status?.phase), isTerminating: pod.isTerminating,
      startTime: pod.status?.startTime, ready: pod.condition("Ready").map(Readiness.init),
      containers: (pod.spec.containers ?? []).map(requests),
      initContainers: (pod.spec.initContainers ?? []).map(requests),
      podRequests: ResourceAmounts(pod.spec.resources?.requests), labels: pod.metadata.labels ?? [:])
  }
}

extension ScaledPod.Readiness {
  init(_ condition: Condition) {
    let status: Status =
      switch condition.status {
      case "True": .true
      case "False": .false
      default: .unknown
      }
    // A condition without a time flipped at Go's zero time: long before any pod started.
    self.init(
      status: status, lastTransitionTime: condition.lastTransitionTime ?? KubernetesTime(seconds: -62_135_596_800))
  }
}
