import KubernetesObjects
import Units

// The ReplicaSet controller (Kubernetes 1.36, pkg/controller/replicaset/replica_set.go and replica_set_utils.go).
extension ClusterSimulation {
  mutating func reconcileReplicaSet(_ key: ObjectKey) {
    guard let object = store[.replicaSet, key], let set = object.replicaSet else { return }
    let owned = podsOfReplicaSet[key] ?? []
    let active = owned.filter { pods[$0].map { !$0.isTerminating } ?? false }
    let missing = (set.spec.replicas ?? 0) - active.count
    var failure: String?
    if missing > 0 {
      failure = createPods(missing, of: object, set)
    } else if missing < 0 {
      for pod in victims(among: active, count: -missing) {
        guard let victim = pods[pod] else { continue }
        deletePod(victim.key, gracePeriod: nil)
        record(
          .normal, "SuccessfulDelete", "Deleted pod: \(victim.key.name)", about: .replicaSet, key,
          by: "replicaset-controller")
      }
    }
    updateStatus(of: object, set, active: active, terminating: owned.count - active.count, failure: failure)
    retryCreation(of: key, failure: failure)
  }

  /// Makes pods, first one, then twice as many with every success, and stops at the first failure.
  ///
  /// - Returns: why a pod could not be made.
  private mutating func createPods(_ count: Int, of object: ClusterObject, _ set: ReplicaSet) -> String? {
    for _ in 0..<min(count, 500) {
      let name = "\(object.key.name)-\(random.suffix())"
      if let refusal = quotaRefusal(of: name, namespace: object.key.namespace, template: set.spec.template) {
        record(
          .warning, "FailedCreate", "Error creating: \(refusal)", about: .replicaSet, object.key,
          by: "replicaset-controller")
        return refusal
      }
      createPod(named: name, of: object, set)
      record(
        .normal, "SuccessfulCreate", "Created pod: \(name)", about: .replicaSet, object.key,
        by: "replicaset-controller")
    }
    return nil
  }

  /// After a failure the controller waits 5 ms, and twice as long with every further one, up to 1,000 s
  /// (client-go, util/workqueue/default_rate_limiters.go).
  private mutating func retryCreation(of key: ObjectKey, failure: String?) {
    guard failure != nil else {
      creationFailures[key] = nil
      return
    }
    let failures = creationFailures[key] ?? 0
    creationFailures[key] = failures + 1
    let delay = min(.milliseconds(5) * (1 << min(failures, 20)), Duration.seconds(1_000))
    queue.add(.reconcile(.replicaSet(key)), at: now + delay)
  }

  private mutating func updateStatus(
    of object: ClusterObject, _ set: ReplicaSet, active: [PodID], terminating: Int, failure: String?
  ) {
    var status = set.status ?? ReplicaSet.Status()
    let minimum = Duration.seconds(set.spec.minReadySeconds ?? 0)
    let ready = active.filter { pods[$0]?.isReady ?? false }
    status.replicas = active.count
    status.fullyLabeledReplicas = active.count
    status.readyReplicas = ready.count
    status.availableReplicas = ready.filter { pod in pods[pod]?.readyAt.map { $0 + minimum <= now } ?? false }.count
    status.terminatingReplicas = terminating
    status.observedGeneration = set.metadata.generation
    let current = status.conditions?.first { $0.type == "ReplicaFailure" }
    if let failure {
      if current == nil {
        status.conditions = [
          Condition(
            type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: failure,
            lastTransitionTime: date)
        ]
      }
    } else if current != nil, active.count == set.spec.replicas ?? 0 || creationFailures[object.key] == nil {
      status.conditions = nil
    }
    guard status != set.status else { return }
    var set = set
    var object = object
    set.status = status
    object.content = .replicaSet(set)
    object.recordWriter(Self.controllerManager, subresource: "status", at: date)
    commit(object)
  }

  /// The pods that go first when a ReplicaSet shrinks
  /// (Kubernetes 1.36, pkg/controller/controller_utils.go, `ActivePodsWithRanks`).
  func victims(among active: [PodID], count: Int) -> [PodID] {
    var onNode: [Int: Int] = [:]
    for pod in active { pods[pod]?.node.map { onNode[$0, default: 0] += 1 } }
    let ranked = active.compactMap { pods[$0] }.sorted { left, right in
      if (left.node == nil) != (right.node == nil) { return left.node == nil }
      if (left.startedAt == nil) != (right.startedAt == nil) { return left.startedAt == nil }
      if left.isReady != right.isReady { return !left.isReady }
      let crowds = (left.node.flatMap { onNode[$0] } ?? 0, right.node.flatMap { onNode[$0] } ?? 0)
      if crowds.0 != crowds.1 { return crowds.0 > crowds.1 }
      if left.isReady, let first = left.readyAt, let second = right.readyAt, first != second {
        let ages = (ageRank(since: first), ageRank(since: second))
        return ages.0 == ages.1 ? left.uid < right.uid : ages.0 < ages.1
      }
      let ages = (ageRank(since: left.createdAt), ageRank(since: right.createdAt))
      return ages.0 == ages.1 ? left.uid < right.uid : ages.0 < ages.1
    }
    return ranked.prefix(count).map(\.id)
  }

  /// Ages are compared by order of magnitude, so that the victims among equals are random.
  private func ageRank(since time: Duration) -> Int {
    let age = (now - time).nanoseconds
    return age > 0 ? Int64.bitWidth - 1 - age.leadingZeroBitCount : -1
  }
}
