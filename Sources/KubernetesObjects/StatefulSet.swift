/// `apps/v1` StatefulSet, the fields that scaling and rollouts turn on.
package struct StatefulSet: KubernetesObject {
  package static let resource = ResourceType.statefulSets

  package var metadata: ObjectMetadata
  package var spec: Spec
  package var status: Status?

  package struct Spec: Sendable, Equatable, Codable {
    /// Missing in a manifest means 1; the API server fills it in.
    package var replicas: Int?
    package var selector: LabelSelector?
    package var template: PodTemplate
    package var serviceName: String?
    /// `OrderedReady` (the default) or `Parallel`.
    package var podManagementPolicy: String?
    package var updateStrategy: UpdateStrategy?
    package var minReadySeconds: Int?
    package var revisionHistoryLimit: Int?
    package var ordinals: Ordinals?
  }

  package struct UpdateStrategy: Sendable, Equatable, Codable {
    /// `RollingUpdate` (the default) or `OnDelete`.
    package var type: String?
    package var rollingUpdate: RollingUpdate?
  }

  package struct RollingUpdate: Sendable, Equatable, Codable {
    /// The lowest ordinal that is updated; missing means 0.
    package var partition: Int?
    /// Missing means 1.
    package var maxUnavailable: IntOrPercent?
  }

  package struct Ordinals: Sendable, Equatable, Codable {
    /// The ordinal of the first pod.
    package var start: Int?
  }

  package struct Status: Sendable, Equatable, Codable {
    package var observedGeneration: Int64?
    package var replicas: Int?
    package var readyReplicas: Int?
    package var availableReplicas: Int?
    package var currentReplicas: Int?
    package var updatedReplicas: Int?
    /// The names of the ControllerRevisions that pods had before the update and have after it.
    package var currentRevision: String?
    package var updateRevision: String?
    package var collisionCount: Int?
    package var conditions: [Condition]?

    package init() {}
  }

  /// The number of a pod by its name, `web-2`; `nil` where the name is not that of a pod of this StatefulSet.
  package static func ordinal(ofPodNamed name: String, of statefulSet: String) -> Int? {
    guard name.hasPrefix("\(statefulSet)-") else { return nil }
    let digits = name.dropFirst(statefulSet.count + 1)
    return digits.allSatisfy(\.isWholeNumber) ? Int(digits) : nil
  }

  /// The label by which the pods of one template are told from another's.
  package static let revisionLabel = "controller-revision-hash"
  /// The labels of a pod that bear its own name and its ordinal.
  package static let podNameLabel = "statefulset.kubernetes.io/pod-name"
  package static let podIndexLabel = "apps.kubernetes.io/pod-index"
}
