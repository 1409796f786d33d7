/// The part of `metadata` that we read (Kubernetes, `metav1.ObjectMeta`).
package struct ObjectMetadata: Sendable, Equatable, Codable {
  package var name: String?
  package var generateName: String?
  package var namespace: String?
  package var uid: String?
  package var resourceVersion: String?
  package var generation: Int64?
  package var creationTimestamp: KubernetesTime?
  /// When the object is gone at the latest: the time of the delete request plus the grace period.
  package var deletionTimestamp: KubernetesTime?
  package var deletionGracePeriodSeconds: Int64?
  package var labels: [String: String]?
  package var annotations: [String: String]?
  package var ownerReferences: [OwnerReference]?
  /// Who has something to do before the object goes.
  package var finalizers: [String]?
  package var managedFields: [ManagedFieldsEntry]?

  package init(name: String? = nil, namespace: String? = nil, uid: String? = nil, labels: [String: String]? = nil) {
    self.name = name
    self.namespace = namespace
    self.uid = uid
    self.labels = labels
  }

  /// When a graceful delete was asked for, to the second: `deletionTimestamp` less the grace period
  /// (Kubernetes, apiserver/pkg/registry/rest/delete.go sets it to now plus grace); `nil` also where the grace period is longer
  /// than 64 bits of microseconds.
  package var deleteRequested: KubernetesTime? {
    deletionTimestamp.flatMap {
      let (grace, isTooLong) = (deletionGracePeriodSeconds ?? 0).multipliedReportingOverflow(by: 1_000_000)
      let (asked, isBeyond) = $0.microseconds.subtractingReportingOverflow(grace)
      return isTooLong || isBeyond ? nil : KubernetesTime(microseconds: asked, hasFraction: $0.hasFraction)
    }
  }
}

/// Who owns an object: for a pod its ReplicaSet, for a ReplicaSet its Deployment.
package struct OwnerReference: Sendable, Equatable, Codable {
  package var apiVersion: String?
  package var kind: String
  package var name: String
  package var uid: String
  package var controller: Bool?
  package var blockOwnerDeletion: Bool?

  package init(apiVersion: String, kind: String, name: String, uid: String) {
    self.apiVersion = apiVersion
    self.kind = kind
    self.name = name
    self.uid = uid
    controller = true
    blockOwnerDeletion = true
  }
}

/// Who wrote some fields of an object last, and when; the list of fields itself is not kept.
package struct ManagedFieldsEntry: Sendable, Equatable, Codable {
  package var manager: String?
  package var operation: String?
  package var subresource: String?
  /// Missing for writes to the scale subresource.
  package var time: KubernetesTime?

  package init(manager: String, operation: String, subresource: String? = nil, time: KubernetesTime? = nil) {
    self.manager = manager
    self.operation = operation
    self.subresource = subresource
    self.time = time
  }
}

/// One entry of `status.conditions`, of whatever kind.
package struct Condition: Sendable, Equatable, Codable {
  package var type: String
  /// `True`, `False` or `Unknown`.
  package var status: String
  package var reason: String?
  package var message: String?
  /// Moves when `status` changes; a change of `reason` alone leaves it as it was.
  package var lastTransitionTime: KubernetesTime?
  /// Only on Deployments: moves with every progress.
  package var lastUpdateTime: KubernetesTime?

  package init(
    type: String, status: String, reason: String? = nil, message: String? = nil,
    lastTransitionTime: KubernetesTime? = nil, lastUpdateTime: KubernetesTime? = nil
  ) {
    self.type = type
    self.status = status
    self.reason = reason
    self.message = message
    self.lastTransitionTime = lastTransitionTime
    self.lastUpdateTime = lastUpdateTime
  }

  package var isTrue: Bool { status == "True" }
}
