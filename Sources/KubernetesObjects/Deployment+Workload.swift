extension Deployment: WorkloadObject {
  package static let shortNames = ["deploy"]
  package static let podOwnership = PodOwnership.byReplicaSets
  package static let podHashLabel: String? = ReplicaSet.templateHashLabel

  /// Whether its rollout is complete is told by the counts alone
  /// (Kubernetes 1.36, pkg/controller/deployment/util/deployment_util.go, `DeploymentComplete`).
  package var workload: Workload {
    Workload(
      kind: .deployment, metadata: metadata, wanted: spec.replicas ?? 1, selector: spec.selector,
      template: spec.template,
      replacement: replacement, status: status.map(Workload.Status.init),
      revision: metadata.annotations?[ReplicaSet.revisionAnnotation], isRevisionCurrent: true)
  }

  private var replacement: PodReplacement {
    if spec.strategy?.type == "Recreate" { return .recreating }
    let update = spec.strategy?.rollingUpdate
    return .surging(maxSurge: update?.maxSurge, maxUnavailable: update?.maxUnavailable)
  }
}

extension Workload.Status {
  init(_ status: Deployment.Status) {
    self.init(
      observedGeneration: status.observedGeneration ?? 0, current: status.replicas ?? 0,
      updated: status.updatedReplicas ?? 0, ready: status.readyReplicas ?? 0, available: status.availableReplicas ?? 0,
      conditions: status.conditions ?? [])
  }
}
