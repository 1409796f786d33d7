import KubernetesObjects

/// The size of a workload, as its scale subresource shows it.
struct WorkloadScale {
  /// `spec.replicas`.
  let wanted: Int
  /// `status.replicas`.
  let current: Int
  let selector: LabelSelector?
}

extension ClusterObject {
  /// `nil` for what has no size.
  var scale: WorkloadScale? {
    switch content {
    case .deployment(let object):
      WorkloadScale(
        wanted: object.spec.replicas ?? 1, current: object.status?.replicas ?? 0, selector: object.spec.selector)
    case .replicaSet(let object):
      WorkloadScale(
        wanted: object.spec.replicas ?? 1, current: object.status?.replicas ?? 0, selector: object.spec.selector)
    case .statefulSet(let object):
      WorkloadScale(
        wanted: object.spec.replicas ?? 1, current: object.status?.replicas ?? 0, selector: object.spec.selector)
    default: nil
    }
  }

  mutating func setWanted(_ replicas: Int) {
    switch content {
    case .deployment(var object):
      object.spec.replicas = replicas
      content = .deployment(object)
    case .replicaSet(var object):
      object.spec.replicas = replicas
      content = .replicaSet(object)
    case .statefulSet(var object):
      object.spec.replicas = replicas
      content = .statefulSet(object)
    default: break
    }
  }
}
