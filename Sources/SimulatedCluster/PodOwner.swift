import KubernetesObjects

/// What made a pod and keeps it: a ReplicaSet or a StatefulSet.
struct PodOwner: Hashable, Sendable {
  let kind: ClusterKind
  let key: ObjectKey

  /// What has to look when something happens to its pods.
  var reconciliation: Reconciliation? {
    switch kind {
    case .replicaSet: .replicaSet(key)
    case .statefulSet: .statefulSet(key)
    default: nil
    }
  }
}

extension ClusterObject {
  /// What made a pod.
  var owner: PodOwner? {
    let kinds: [ClusterKind] = [.replicaSet, .statefulSet]
    return kinds.lazy.compactMap { kind in
      self.metadata.controller(kind: kind.resource.kind).map {
        PodOwner(kind: kind, key: ObjectKey(namespace: self.key.namespace, name: $0.name))
      }
    }.first
  }
}
