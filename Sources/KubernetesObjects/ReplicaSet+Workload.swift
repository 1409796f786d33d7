/// A ReplicaSet by itself, or one that something else than a Deployment looks after: it keeps a count of pods, and replaces
/// none of them when its template changes.
extension ReplicaSet: WorkloadObject {
  package static let shortNames = ["rs"]
  package static let podOwnership = PodOwnership.direct
  package static let rollsOut = false

  package var workload: Workload {
    Workload(
      kind: .replicaSet, metadata: metadata, wanted: spec.replicas ?? 1, selector: spec.selector,
      // The API server refuses one without a template.
      template: spec.template ?? PodTemplate(spec: PodSpec()), replacement: .byHand,
      status: status.map(Workload.Status.init), revision: metadata.annotations?[Self.revisionAnnotation],
      isRevisionCurrent: true)
  }
}

extension Workload.Status {
  /// Which pods are of the newest template nobody counts, only which ones bear its labels.
  init(_ status: ReplicaSet.Status) {
    self.init(
      observedGeneration: status.observedGeneration ?? 0, current: status.replicas ?? 0,
      updated: status.fullyLabeledReplicas ?? 0, ready: status.readyReplicas ?? 0,
      available: status.availableReplicas ?? 0, conditions: status.conditions ?? [])
  }
}
