/// `argoproj.io/v1alpha1` Rollout of Argo Rollouts, the fields that scaling and rollouts turn on
/// (argo-rollouts v1.8, pkg/apis/rollouts/v1alpha1/types.go).
package struct ArgoRollout: KubernetesObject {
  package static let resource = ResourceType(
    group: "argoproj.io", version: "v1alpha1", plural: "rollouts", kind: "Rollout")

  package var metadata: ObjectMetadata
  package var spec: Spec
  package var status: Status?

  package struct Spec: Sendable, Equatable, Codable {
    /// Missing means 1.
    package var replicas: Int?
    package var selector: LabelSelector?
    /// Missing where the pods are those of another object's template (`workloadRef`).
    package var template: PodTemplate?
    package var workloadRef: TemplateReference?
    package var strategy: Strategy?
  }

  package struct TemplateReference: Sendable, Equatable, Codable {
    package var kind: String?
    package var name: String?
  }

  package struct Strategy: Sendable, Equatable, Codable {
    package var canary: Canary?
    package var blueGreen: BlueGreen?
  }

  package struct Canary: Sendable, Equatable, Codable {
    /// Missing means 25 %.
    package var maxSurge: IntOrPercent?
    /// Missing means 25 %.
    package var maxUnavailable: IntOrPercent?
  }

  package struct BlueGreen: Sendable, Equatable, Codable {}

  package struct Status: Sendable, Equatable, Codable {
    /// A number as text.
    package var observedGeneration: String?
    package var replicas: Int?
    package var updatedReplicas: Int?
    package var readyReplicas: Int?
    package var availableReplicas: Int?
    /// The hash of the newest template.
    package var currentPodHash: String?
    /// The hash of the template that was last rolled out wholly.
    package var stableRS: String?
    package var conditions: [Condition]?
  }

  /// The label by which the pods of one template are told from another's
  /// (pkg/apis/rollouts/v1alpha1/types.go, `DefaultRolloutUniqueLabelKey`).
  package static let hashLabel = "rollouts-pod-template-hash"
}

extension ArgoRollout: WorkloadObject {
  package static let shortNames = ["ro"]
  package static let podOwnership = PodOwnership.byReplicaSets
  package static let podHashLabel: String? = hashLabel
  package static let mergesLists = false

  /// A rollout is complete when its controller calls the newest template the stable one, whatever steps, pauses and
  /// analyses lie between (rollout/sync.go, `isRolloutCompleted`); one that was aborted stays at the older one.
  package var workload: Workload {
    Workload(
      kind: .argoRollout, metadata: metadata, wanted: spec.replicas ?? 1, selector: spec.selector, template: template,
      replacement: replacement, status: status.map(Workload.Status.init), revision: status?.currentPodHash,
      isRevisionCurrent: status?.currentPodHash == status?.stableRS)
  }

  /// That of another object is not here; that it changed is told by its hash.
  private var template: PodTemplate {
    if let template = spec.template { return template }
    let hash = status?.currentPodHash.map { [Self.hashLabel: $0] }
    return PodTemplate(metadata: ObjectMetadata(labels: hash), spec: PodSpec())
  }

  /// Blue and green: all new pods come beside the old ones, which go when they are no longer sent to.
  private var replacement: PodReplacement {
    if spec.strategy?.blueGreen != nil { return .surging(maxSurge: .percent(100), maxUnavailable: .count(0)) }
    return .surging(maxSurge: spec.strategy?.canary?.maxSurge, maxUnavailable: spec.strategy?.canary?.maxUnavailable)
  }
}

extension Workload.Status {
  init(_ status: ArgoRollout.Status) {
    self.init(
      observedGeneration: status.observedGeneration.flatMap(Int64.init) ?? 0, current: status.replicas ?? 0,
      updated: status.updatedReplicas ?? 0, ready: status.readyReplicas ?? 0,
      available: status.availableReplicas ?? 0, conditions: status.conditions ?? [])
  }
}
