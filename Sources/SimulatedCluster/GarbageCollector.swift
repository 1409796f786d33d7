import KubernetesObjects

/// Removes what an object owned, after the object is gone (Kubernetes 1.36, pkg/controller/garbagecollector).
enum GarbageCollector {
  /// Whether an object may have owned others.
  static func mayOwn(_ object: ClusterObject, in store: ObjectStore) -> Bool {
    switch object.kind {
    case .deployment, .replicaSet, .statefulSet, .job, .service: true
    // Of a pod only claims, by `persistentVolumeClaimRetentionPolicy.whenScaled`.
    case .pod:
      store.count(.persistentVolumeClaim) > 0
        && store.all(.persistentVolumeClaim, namespace: object.key.namespace)
          .contains { $0.isOwned(by: object.metadata.uid ?? "") }
    default: false
    }
  }

  /// Kinds whose objects may be owned.
  static let ownedKinds: [ClusterKind] = [
    .replicaSet, .controllerRevision, .persistentVolumeClaim, .endpointSlice, .pod,
  ]

  static func collect(ownerUID: String, in context: inout ControllerContext, pods: inout DataPlane) {
    for kind in ownedKinds where kind != .pod {
      for object in context.store.all(kind) where object.isOwned(by: ownerUID) { context.discard(kind, object.key) }
    }
    for pod in context.store.all(.pod) where pod.isOwned(by: ownerUID) {
      pods.deletePod(pod.key, gracePeriod: nil, in: &context)
    }
  }
}

extension ClusterObject {
  func isOwned(by uid: String) -> Bool {
    metadata.ownerReferences?.contains { $0.uid == uid } == true
  }
}
