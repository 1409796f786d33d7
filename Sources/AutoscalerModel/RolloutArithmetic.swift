package import KubernetesObjects

/// The arithmetic of a Deployment's rolling update
/// (Kubernetes 1.36, pkg/controller/deployment: rolling.go, sync.go, util/deployment_util.go).
package enum RolloutArithmetic {
  /// How far a rollout may go above and below the wanted count.
  package struct Fences: Sendable, Equatable {
    /// The wanted count, `spec.replicas`.
    package let replicas: Int
    package let surge: Int
    package let unavailable: Int

    /// At most this many pods at once, by the specs of all ReplicaSets.
    package var ceiling: Int { replicas + surge }
    /// At least this many available pods; also the bound of the condition `Available`.
    package var floor: Int { replicas - unavailable }
  }

  /// Kubernetes' default for both fences (pkg/apis/apps/v1/defaults.go).
  package static let defaultFence = IntOrPercent.percent(25)

  /// The fences over the current `spec.replicas`: a share of surge is rounded up, one of unavailability down.
  ///
  /// When both come out as nothing, one pod may be unavailable, so that the rollout can move; more than all pods never may.
  package static func resolve(
    maxSurge: IntOrPercent? = nil, maxUnavailable: IntOrPercent? = nil, replicas: Int
  ) -> Fences {
    let surge = (maxSurge ?? defaultFence).scaled(to: replicas, roundingUp: true)
    var unavailable = (maxUnavailable ?? defaultFence).scaled(to: replicas, roundingUp: false)
    if surge == 0, unavailable == 0 { unavailable = 1 }
    return Fences(replicas: replicas, surge: surge, unavailable: replicas == 0 ? 0 : min(unavailable, replicas))
  }

  /// The fences of a workload; where all old pods go before new ones come, or whenever somebody deletes them, there is no
  /// surge and no floor.
  ///
  /// Of a StatefulSet a share is rounded down, and one pod may always be unavailable
  /// (Kubernetes 1.36, pkg/controller/statefulset/stateful_set_utils.go, `getStatefulSetMaxUnavailable`).
  package static func fences(of workload: Workload) -> Fences {
    let replicas = workload.wanted
    return switch workload.replacement {
    case .recreating, .byHand: Fences(replicas: replicas, surge: 0, unavailable: replicas)
    case .surging(let maxSurge, let maxUnavailable):
      resolve(maxSurge: maxSurge, maxUnavailable: maxUnavailable, replicas: replicas)
    case .ordered(_, let maxUnavailable):
      Fences(
        replicas: replicas, surge: 0,
        unavailable: min(max((maxUnavailable ?? .count(1)).scaled(to: replicas, roundingUp: false), 1), replicas))
    }
  }

  /// A ReplicaSet as far as a rollout counts it.
  package struct ReplicaSetSize: Sendable, Equatable {
    /// `spec.replicas`.
    package var replicas: Int
    /// `status.availableReplicas`.
    package var available: Int

    package init(replicas: Int, available: Int) {
      self.replicas = replicas
      self.available = available
    }
  }

  /// What one sync of the Deployment controller does to the ReplicaSets of a rolling update.
  package enum Step: Sendable, Equatable {
    case scaleNew(to: Int)
    /// The new sizes of all old ReplicaSets, in the order in which they were given.
    case scaleOld(to: [Int])
    case none
  }

  /// The next step: the new ReplicaSet first, the old ones only when the new one stays; one of both in a sync.
  ///
  /// - Parameter old: the old ReplicaSets, the oldest first.
  package static func nextStep(new: ReplicaSetSize, old: [ReplicaSetSize], fences: Fences) -> Step {
    if let size = nextSize(ofNew: new, old: old, fences: fences) { return .scaleNew(to: size) }
    return nextSizes(ofOld: old, new: new, fences: fences).map(Step.scaleOld) ?? .none
  }

  /// The size that the new ReplicaSet gets, `nil` when it keeps its own. Terminating pods do not hold it back.
  package static func nextSize(ofNew new: ReplicaSetSize, old: [ReplicaSetSize], fences: Fences) -> Int? {
    if new.replicas == fences.replicas { return nil }
    if new.replicas > fences.replicas { return fences.replicas }
    let total = new.replicas + old.reduce(0) { $0 + $1.replicas }
    if total >= fences.ceiling { return nil }
    return new.replicas + min(fences.ceiling - total, fences.replicas - new.replicas)
  }

  /// The sizes that the old ReplicaSets get, `nil` when they keep their own.
  ///
  /// Replicas that are not available go first, since that lowers no availability; then available ones, as long as more
  /// than the floor remain. Pods of the new ReplicaSet that are not available count against both.
  package static func nextSizes(ofOld old: [ReplicaSetSize], new: ReplicaSetSize, fences: Fences) -> [Int]? {
    let total = new.replicas + old.reduce(0) { $0 + $1.replicas }
    if total == new.replicas { return nil }
    let removable = total - fences.floor - (new.replicas - new.available)
    if removable <= 0 { return nil }
    var sizes = old.map(\.replicas)

    var cleanedUp = 0
    for index in old.indices where cleanedUp < removable && sizes[index] > 0 {
      // More available than wanted: its status is of before it shrank, so that counting on it would go below the floor. The
      // controller gives up here and tries again (`cleanupUnhealthyReplicas`: "got invalid request to scale down").
      if sizes[index] < old[index].available { return sizes == old.map(\.replicas) ? nil : sizes }
      let count = min(removable - cleanedUp, sizes[index] - old[index].available)
      sizes[index] -= count
      cleanedUp += count
    }

    let available = new.available + old.reduce(0) { $0 + $1.available }
    var spare = available - fences.floor
    for index in old.indices where spare > 0 && sizes[index] > 0 {
      let count = min(sizes[index], spare)
      sizes[index] -= count
      spare -= count
    }
    return sizes == old.map(\.replicas) ? nil : sizes
  }
}

extension IntOrPercent {
  /// The count, or the share of a total
  /// (Kubernetes 1.36, apimachinery/pkg/util/intstr/intstr.go, `GetScaledValueFromIntOrPercent`).
  package func scaled(to total: Int, roundingUp: Bool) -> Int {
    switch self {
    case .count(let count): return count
    case .percent(let percent):
      let share = Double(percent) * Double(total) / 100
      return Int(clampingReplicas: share.rounded(roundingUp ? .up : .down))
    }
  }
}
