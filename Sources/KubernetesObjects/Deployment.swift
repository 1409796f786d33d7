/// `apps/v1` Deployment, the fields that scaling and rollouts turn on.
package struct Deployment: KubernetesObject {
  package static let resource = ResourceType.deployments

  package var metadata: ObjectMetadata
  package var spec: Spec
  package var status: Status?

  package struct Spec: Sendable, Equatable, Codable {
    /// Missing in a manifest means 1; the API server fills it in.
    package var replicas: Int?
    package var selector: LabelSelector?
    package var template: PodTemplate
    package var strategy: Strategy?
    package var minReadySeconds: Int?
    package var revisionHistoryLimit: Int?
    package var progressDeadlineSeconds: Int?
    package var paused: Bool?
  }

  package struct Strategy: Sendable, Equatable, Codable {
    /// `RollingUpdate` (the default) or `Recreate`.
    package var type: String?
    package var rollingUpdate: RollingUpdate?
  }

  package struct RollingUpdate: Sendable, Equatable, Codable {
    package var maxSurge: IntOrPercent?
    package var maxUnavailable: IntOrPercent?
  }

  package struct Status: Sendable, Equatable, Codable {
    package var observedGeneration: Int64?
    package var replicas: Int?
    package var updatedReplicas: Int?
    package var readyReplicas: Int?
    package var availableReplicas: Int?
    package var unavailableReplicas: Int?
    package var terminatingReplicas: Int?
    package var conditions: [Condition]?

    package init() {}

    package func condition(_ type: String) -> Condition? {
      conditions?.first { $0.type == type }
    }
  }
}

/// `apps/v1` ReplicaSet.
package struct ReplicaSet: KubernetesObject {
  package static let resource = ResourceType.replicaSets

  package var metadata: ObjectMetadata
  package var spec: Spec
  package var status: Status?

  package struct Spec: Sendable, Equatable, Codable {
    package var replicas: Int?
    package var selector: LabelSelector?
    package var template: PodTemplate?
    package var minReadySeconds: Int?
  }

  package struct Status: Sendable, Equatable, Codable {
    package var replicas: Int?
    package var fullyLabeledReplicas: Int?
    package var readyReplicas: Int?
    package var availableReplicas: Int?
    package var terminatingReplicas: Int?
    package var observedGeneration: Int64?
    package var conditions: [Condition]?

    package init() {}
  }

  /// The label by which the pods of one template are told from another's.
  package static let templateHashLabel = "pod-template-hash"
  package static let revisionAnnotation = "deployment.kubernetes.io/revision"
  package static let desiredReplicasAnnotation = "deployment.kubernetes.io/desired-replicas"
  package static let maxReplicasAnnotation = "deployment.kubernetes.io/max-replicas"
}
