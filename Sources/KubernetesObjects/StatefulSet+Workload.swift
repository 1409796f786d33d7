extension StatefulSet: WorkloadObject {
  package static let shortNames = ["sts"]
  package static let podOwnership = PodOwnership.numbered
  package static let podHashLabel: String? = revisionLabel
  package static let countsTerminatingPods = true

  /// While pods are being replaced the controller names two revisions, and one when all are of it
  /// (Kubernetes 1.36, pkg/controller/statefulset/stateful_set_utils.go, `completeRollingUpdate`), unless a partition keeps
  /// some as they are, or pods are replaced by hand.
  package var workload: Workload {
    let replacement = replacement
    let namesOne = status?.currentRevision == status?.updateRevision
    return Workload(
      kind: .statefulSet, metadata: metadata, wanted: spec.replicas ?? 1, selector: spec.selector,
      template: spec.template, replacement: replacement, status: status.map(Workload.Status.init),
      revision: status?.updateRevision,
      isRevisionCurrent: namesOne || replacement == .byHand || replacement.kept(of: spec.replicas ?? 1) > 0)
  }

  private var replacement: PodReplacement {
    if spec.updateStrategy?.type == "OnDelete" { return .byHand }
    let update = spec.updateStrategy?.rollingUpdate
    return .ordered(partition: max(update?.partition ?? 0, 0), maxUnavailable: update?.maxUnavailable)
  }
}

extension Workload.Status {
  init(_ status: StatefulSet.Status) {
    self.init(
      observedGeneration: status.observedGeneration ?? 0, current: status.replicas ?? 0,
      updated: status.updatedReplicas ?? 0, ready: status.readyReplicas ?? 0,
      // Servers before 1.22 do not count it.
      available: status.availableReplicas ?? status.readyReplicas ?? 0, conditions: status.conditions ?? [])
  }
}
