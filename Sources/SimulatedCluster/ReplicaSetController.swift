import KubernetesObjects
import Units

/// The ReplicaSet controller (Kubernetes 1.36, pkg/controller/replicaset/replica_set.go and replica_set_utils.go).
///
/// Reads ReplicaSets, their pods, the quotas and LimitRanges; makes and deletes pods, and writes the status of ReplicaSets.
/// Its requests take their turns by ``RequestRates``.
struct ReplicaSetController: Sendable {
  static let name = "replicaset-controller"
  private var retries = RetryBackoff()
  /// Syncs whose requests wait for their turn.
  private var syncs: [ObjectKey: ReplicaSetSync] = [:]

  mutating func reconcile(_ key: ObjectKey, in context: inout ControllerContext, pods: inout DataPlane) {
    guard syncs[key] == nil else {
      syncs[key]?.isAskedAgain = true
      return
    }
    guard let set = context.store[.replicaSet, key]?.replicaSet else { return }
    let owned = pods.members(of: PodOwner(kind: .replicaSet, key: key))
    let active = owned.filter { pods.runtimes[$0].map { !$0.isTerminating } ?? false }
    let ready = active.filter { pods.runtimes[$0]?.isReady ?? false }
    let seconds = set.spec.minReadySeconds ?? 0
    var sync = ReplicaSetSync(
      counts: .init(
        active: active.count, ready: ready.count,
        available: ready.count { pods.isAvailable($0, after: seconds, at: context.now) },
        terminating: owned.count - active.count))
    // One that is to go makes and ends nothing any more.
    let wanted = set.metadata.deletionTimestamp == nil ? set.spec.replicas ?? 0 : active.count
    sync.missing = min(max(wanted - active.count, 0), ReplicaSetSync.most)
    let excess = min(active.count - wanted, ReplicaSetSync.most)
    if excess > 0 {
      for pod in Self.victims(among: active, count: excess, of: pods, at: context.now) {
        sync.waiting.append((context.reserveRequest(.replicaSet), .delete(pod)))
      }
    }
    proceed(with: sync, of: key, in: &context, pods: &pods)
  }

  /// Goes on with a sync, as the turn of its next request has come.
  mutating func proceed(_ key: ObjectKey, in context: inout ControllerContext, pods: inout DataPlane) {
    guard let sync = syncs.removeValue(forKey: key) else { return }
    proceed(with: sync, of: key, in: &context, pods: &pods)
  }

  /// Sends what may be sent now, and waits with the rest, or ends the sync.
  private mutating func proceed(
    with sync: ReplicaSetSync, of key: ObjectKey, in context: inout ControllerContext, pods: inout DataPlane
  ) {
    var sync = sync
    while let object = context.store[.replicaSet, key], let set = object.replicaSet {
      if let next = sync.waiting.first {
        guard next.due <= context.now else {
          syncs[key] = sync
          context.schedule(.proceedReplicaSet(key), at: next.due)
          return
        }
        sync.waiting.removeFirst()
        send(next.request, of: object, set, &sync, in: &context, pods: &pods)
      } else if sync.missing > 0, sync.failure == nil {
        guard sync.isAnswered || !context.requestsTakeTurns else {
          sync.isAnswered = true
          syncs[key] = sync
          context.schedule(.proceedReplicaSet(key), after: ControllerContext.controlLatency)
          return
        }
        sync.isAnswered = false
        let count = min(sync.batch, sync.missing)
        for _ in 0..<count { sync.waiting.append((context.reserveRequest(.replicaSet), .create)) }
        sync.missing -= count
        sync.batch *= 2
      } else if !sync.hasCounted {
        sync.hasCounted = true
        let status = status(of: object, set, sync, at: context.date)
        if status != set.status { sync.waiting.append((context.reserveRequest(.replicaSet), .writeStatus(status))) }
      } else {
        break
      }
    }
    if sync.failure == nil {
      retries.forget(key)
    } else if let due = retries.next(of: key, at: context.now) {
      context.schedule(.reconcile(.replicaSet(key)), at: due)
    }
    if sync.isAskedAgain { context.requestReconciliation(.replicaSet(key)) }
  }

  private func send(
    _ request: ReplicaSetSync.Request, of object: ClusterObject, _ set: ReplicaSet, _ sync: inout ReplicaSetSync,
    in context: inout ControllerContext, pods: inout DataPlane
  ) {
    switch request {
    case .create:
      guard let refusal = createPod(of: object, set, in: &context, pods: &pods) else { return }
      sync.failure = sync.failure ?? refusal
    case .delete(let pod):
      // It may have gone by itself in the meantime.
      guard let victim = pods.runtimes[pod] else { return }
      pods.deletePod(victim.key, gracePeriod: nil, in: &context)
      context.record(
        .normal, "SuccessfulDelete", "Deleted pod: \(victim.key.name)", about: .replicaSet, object.key, by: Self.name)
    case .writeStatus(let status):
      var set = set
      var object = object
      set.status = status
      object.content = .replicaSet(set)
      context.commitStatus(of: object)
    }
  }

  /// - Returns: why the pod could not be made.
  private func createPod(
    of object: ClusterObject, _ set: ReplicaSet, in context: inout ControllerContext, pods: inout DataPlane
  ) -> String? {
    let name = "\(object.key.name)-\(context.random.suffix())"
    guard let template = set.spec.template else { return nil }
    var pod = NewPod(
      name: name, owner: PodOwner(kind: .replicaSet, key: object.key), ownerUID: object.metadata.uid ?? "",
      labels: template.metadata?.labels, template: template,
      spec: object.written["spec"]?["template"]?["spec"] ?? [:])
    if let refusal = context.admit(&pod) {
      context.record(
        .warning, "FailedCreate", "Error creating: \(refusal)", about: .replicaSet, object.key, by: Self.name)
      return refusal
    }
    pods.createPod(pod, in: &context)
    context.record(
      .normal, "SuccessfulCreate", "Created pod: \(name)", about: .replicaSet, object.key, by: Self.name)
    return nil
  }

  private func status(
    of object: ClusterObject, _ set: ReplicaSet, _ sync: ReplicaSetSync, at date: KubernetesTime
  ) -> ReplicaSet.Status {
    var status = set.status ?? ReplicaSet.Status()
    status.replicas = sync.counts.active
    status.fullyLabeledReplicas = sync.counts.active
    status.readyReplicas = sync.counts.ready
    status.availableReplicas = sync.counts.available
    status.terminatingReplicas = sync.counts.terminating
    status.observedGeneration = set.metadata.generation
    let current = status.conditions?.first { $0.type == "ReplicaFailure" }
    if let failure = sync.failure {
      if current == nil {
        status.conditions = [
          Condition(
            type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: failure, lastTransitionTime: date)
        ]
      }
    } else if current != nil, sync.counts.active == set.spec.replicas ?? 0 || !retries.isRetrying(object.key) {
      status.conditions = nil
    }
    return status
  }

  /// The pods that go first when a ReplicaSet shrinks
  /// (Kubernetes 1.36, pkg/controller/controller_utils.go, `ActivePodsWithRanks`).
  private static func victims(among active: [PodID], count: Int, of pods: DataPlane, at now: Duration) -> [PodID] {
    var onNode: [Int: Int] = [:]
    for pod in active { pods.runtimes[pod]?.node.map { onNode[$0, default: 0] += 1 } }
    let ranked = active.compactMap { pods.runtimes[$0] }.sorted { left, right in
      if (left.node == nil) != (right.node == nil) { return left.node == nil }
      if (left.startedAt == nil) != (right.startedAt == nil) { return left.startedAt == nil }
      if left.isReady != right.isReady { return !left.isReady }
      let crowds = (left.node.flatMap { onNode[$0] } ?? 0, right.node.flatMap { onNode[$0] } ?? 0)
      if crowds.0 != crowds.1 { return crowds.0 > crowds.1 }
      if left.isReady, let first = left.readyAt, let second = right.readyAt, first != second {
        let ages = (ageRank(since: first, at: now), ageRank(since: second, at: now))
        return ages.0 == ages.1 ? left.uid < right.uid : ages.0 < ages.1
      }
      let ages = (ageRank(since: left.createdAt, at: now), ageRank(since: right.createdAt, at: now))
      return ages.0 == ages.1 ? left.uid < right.uid : ages.0 < ages.1
    }
    return ranked.prefix(count).map(\.id)
  }

  /// Ages are compared by order of magnitude, so that the victims among equals are random.
  private static func ageRank(since time: Duration, at now: Duration) -> Int {
    let age = (now - time).nanoseconds
    return age > 0 ? Int64.bitWidth - 1 - age.leadingZeroBitCount : -1
  }
}
