package import KubernetesObjects

/// What of the cluster's doings is held up by faults.
struct Disturbances: Sendable {
  /// Faults that have begun and not ended, by their number.
  var current: Set<Int> = []
  /// Names of custom and external metrics.
  var missingMetrics: Set<String> = []
  var metricsAreStale = false
  var endpointDelay: Duration?
  /// Those whose conditions were not met yet.
  var awaited: [AwaitedFault] = []
  /// Those whose conditions were said to be met, by their number.
  var told: Set<Int> = []
  var watches = WatchTrouble()
  /// For what the API answers by chance, so that nothing else of the cluster changes with it.
  var random: SeededRandom
  /// Cluster time at which the load begins; what depends on run time does so from here. `nil` while no load is planned.
  var loadBegan: Duration?

  init(seed: UInt64) {
    random = SeededRandom(seed: seed ^ 0x5DEE_CE66_D1CE_4E5B)
  }
}

/// A fault whose condition is waited for.
struct AwaitedFault: Sendable {
  let index: Int
  /// What is watched; `nil` where others say that the condition is met.
  var watched: WatchedWorkload?

  struct WatchedWorkload: Sendable {
    let kind: ClusterKind
    let key: ObjectKey
    var watch: ConditionWatch
  }

  init(index: Int, trigger: Fault.Trigger) {
    self.index = index
    if case .workload(let condition, let kind, let namespace, let name) = trigger {
      watched = WatchedWorkload(
        kind: kind, key: ObjectKey(namespace: namespace, name: name), watch: ConditionWatch(condition))
    }
  }
}

extension ClusterObject {
  /// What a condition is about; `nil` for what is no workload that a run can watch.
  package var workload: Workload? {
    switch content {
    case .deployment(let object): object.workload
    case .statefulSet(let object): object.workload
    case .replicaSet(let object): object.workload
    default: nil
    }
  }
}
