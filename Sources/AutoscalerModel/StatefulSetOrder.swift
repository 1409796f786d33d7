/// In which order a StatefulSet with `podManagementPolicy: OrderedReady` touches its pods
/// (Kubernetes 1.36, pkg/controller/statefulset/stateful_set_control.go).
package enum StatefulSetOrder {
  /// A pod of a StatefulSet.
  package struct OrdinalPod: Sendable, Equatable {
    package var ordinal: Int
    /// Running, ready and for `minReadySeconds`.
    package var isAvailable: Bool
    package var isTerminating: Bool
    /// Whether it has the revision of the present template.
    package var isUpdated: Bool

    package init(ordinal: Int, isAvailable: Bool = true, isTerminating: Bool = false, isUpdated: Bool = true) {
      self.ordinal = ordinal
      self.isAvailable = isAvailable
      self.isTerminating = isTerminating
      self.isUpdated = isUpdated
    }
  }

  package enum Step: Sendable, Equatable {
    case create(ordinal: Int)
    case delete(ordinal: Int)
    /// Waiting for the pod of this ordinal.
    case wait(ordinal: Int)
    case none
  }

  /// The one step that may be next: fill gaps from the lowest ordinal up, each only when all before are available; remove
  /// surplus from the highest down, one at a time; then update from the highest down to the partition, one at a time
  /// (the gate `MaxUnavailableStatefulSet`, which allows more, is not modelled).
  ///
  /// A pod that is not available stops everything, even when it has an old revision that nobody wants: after a rollback,
  /// the broken pod has to be deleted by hand.
  package static func nextStep(pods: [OrdinalPod], replicas: Int, partition: Int = 0) -> Step {
    let byOrdinal = Dictionary(pods.map { ($0.ordinal, $0) }, uniquingKeysWith: { $1 })
    for ordinal in 0..<max(replicas, 0) {
      guard let pod = byOrdinal[ordinal] else { return .create(ordinal: ordinal) }
      if pod.isTerminating || !pod.isAvailable { return .wait(ordinal: ordinal) }
    }
    let surplus = pods.filter { $0.ordinal >= replicas }.sorted { $0.ordinal > $1.ordinal }
    if let terminating = surplus.first(where: \.isTerminating) { return .wait(ordinal: terminating.ordinal) }
    if let highest = surplus.first { return .delete(ordinal: highest.ordinal) }
    let outdated = stride(from: replicas - 1, through: max(partition, 0), by: -1).first {
      byOrdinal[$0]?.isUpdated == false
    }
    return outdated.map(Step.delete) ?? .none
  }
}
