extension RolloutArithmetic {
  /// A ReplicaSet when a Deployment is scaled in the middle of a rollout.
  package struct SharedSize: Sendable, Equatable {
    /// `spec.replicas`.
    package var replicas: Int
    /// The annotation `deployment.kubernetes.io/max-replicas`: ceiling of the Deployment when the ReplicaSet was last
    /// sized; `nil` when it has none.
    package var annotatedCeiling: Int?
    /// Seconds since any epoch; only the order counts.
    package var creationTime: Double

    package init(replicas: Int, annotatedCeiling: Int?, creationTime: Double) {
      self.replicas = replicas
      self.annotatedCeiling = annotatedCeiling
      self.creationTime = creationTime
    }
  }

  /// The sizes of all ReplicaSets after the Deployment's `spec.replicas` changed, in the order given
  /// (Kubernetes 1.36, pkg/controller/deployment/sync.go, `scale`).
  ///
  /// With one active ReplicaSet (or none, then `newest` is it), that one gets the whole count. With several, the difference to
  /// the new ceiling is spread by size; the largest gets what rounding leaves. The fences may be broken for a moment.
  ///
  /// - Parameter newest: the position of the ReplicaSet of the present template, if there is one.
  package static func scale(_ sets: [SharedSize], newest: Int?, fences: Fences) -> [Int] {
    var sizes = sets.map(\.replicas)
    let active = sets.indices.filter { sets[$0].replicas > 0 }
    if active.count <= 1 {
      if let only = active.first ?? newest { sizes[only] = fences.replicas }
      return sizes
    }
    let ceiling = fences.replicas > 0 ? fences.ceiling : 0
    let toAdd = ceiling - active.reduce(0) { $0 + sets[$1].replicas }
    let order = active.sorted { left, right in
      if sets[left].replicas != sets[right].replicas { return sets[left].replicas > sets[right].replicas }
      // Of equal ones, the newer grows first and the older shrinks first.
      return toAdd > 0
        ? sets[left].creationTime > sets[right].creationTime : sets[left].creationTime < sets[right].creationTime
    }
    var added = 0
    for index in order where toAdd != 0 {
      let share = proportion(of: sets[index], toAdd: toAdd, added: added, fences: fences)
      sizes[index] += share
      added += share
    }
    if toAdd != 0, let largest = order.first {
      sizes[largest] = max(0, sizes[largest] + toAdd - added)
    }
    return sizes
  }

  /// The share of one ReplicaSet, never more than what is left
  /// (Kubernetes 1.36, util/deployment_util.go, `GetReplicaSetProportion` and `getReplicaSetFraction`).
  private static func proportion(of set: SharedSize, toAdd: Int, added: Int, fences: Fences) -> Int {
    if set.replicas == 0 || toAdd == added { return 0 }
    let fraction: Int
    if fences.replicas == 0 {
      fraction = -set.replicas
    } else {
      let oldCeiling = set.annotatedCeiling.flatMap { $0 == 0 ? nil : $0 } ?? fences.ceiling
      let newSize = Double(set.replicas * fences.ceiling) / Double(oldCeiling)
      fraction = Int(clampingReplicas: newSize.rounded(.toNearestOrAwayFromZero)) - set.replicas
    }
    let allowed = toAdd - added
    return toAdd > 0 ? min(fraction, allowed) : max(fraction, allowed)
  }
}
