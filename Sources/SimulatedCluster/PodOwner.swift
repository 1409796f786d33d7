import KubernetesObjects

/// What keeps a pod, and mostly has made it: a ReplicaSet, a StatefulSet or a Job.
struct PodOwner: Hashable, Sendable {
  let kind: ClusterKind
  let key: ObjectKey

  /// What has to look when something happens to its pods.
  var reconciliation: Reconciliation? {
    switch kind {
    case .replicaSet: .replicaSet(key)
    case .statefulSet: .statefulSet(key)
    case .job: .job(key)
    default: nil
    }
  }
}

extension ClusterObject {
  /// What controls a pod.
  var owner: PodOwner? {
    let kinds: [ClusterKind] = [.replicaSet, .statefulSet, .job]
    return kinds.lazy.compactMap { kind in
      self.metadata.controller(kind: kind.resource.kind).map {
        PodOwner(kind: kind, key: ObjectKey(namespace: self.key.namespace, name: $0.name))
      }
    }.first
  }
}
