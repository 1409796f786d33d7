import KubernetesObjects
import Units

/// The ReplicaSet controller (Kubernetes 1.36, pkg/controller/replicaset/replica_set.go and replica_set_utils.go).
///
/// Reads ReplicaSets, their pods and the quotas; makes and deletes pods, and writes the status of ReplicaSets.
struct ReplicaSetController: Sendable {
  private static let name = "replicaset-controller"
  private var retries = RetryBackoff()

  mutating func reconcile(_ key: ObjectKey, in context: inout ControllerContext, pods: inout DataPlane) {
    guard let object = context.store[.replicaSet, key], let set = object.replicaSet else { return }
    let owned = pods.members(of: PodOwner(kind: .replicaSet, key: key))
    let active = owned.filter { pods.runtimes[$0].map { !$0.isTerminating } ?? false }
    let missing = (set.spec.replicas ?? 0) - active.count
    var failure: String?
    if missing > 0 {
      failure = createPods(missing, of: object, set, in: &context, pods: &pods)
    } else if missing < 0 {
      for pod in Self.victims(among: active, count: -missing, of: pods, at: context.now) {
        guard let victim = pods.runtimes[pod] else { continue }
        pods.deletePod(victim.key, gracePeriod: nil, in: &context)
        context.record(
          .normal, "SuccessfulDelete", "Deleted pod: \(victim.key.name)", about: .replicaSet, key,
          by: Self.name)
      }
    }
    updateStatus(
      of: object, set, active: active, terminating: owned.count - active.count, failure: failure, in: &context,
      pods: pods)
    guard failure != nil else {
      retries.succeeded(key)
      return
    }
    if let due = retries.next(of: key, at: context.now) { context.schedule(.reconcile(.replicaSet(key)), at: due) }
  }

  /// Makes pods, first one, then twice as many with every success, and stops at the first failure.
  ///
  /// - Returns: why a pod could not be made.
  private func createPods(
    _ count: Int, of object: ClusterObject, _ set: ReplicaSet, in context: inout ControllerContext,
    pods: inout DataPlane
  ) -> String? {
    for _ in 0..<min(count, 500) {
      let name = "\(object.key.name)-\(context.random.suffix())"
      if let refusal = context.store.quotaRefusal(
        of: .pod, name: name, namespace: object.key.namespace, set.spec.template.map { .pod($0.spec) })
      {
        context.record(
          .warning, "FailedCreate", "Error creating: \(refusal)", about: .replicaSet, object.key,
          by: Self.name)
        return refusal
      }
      guard let template = set.spec.template else { return nil }
      pods.createPod(
        NewPod(
          name: name, owner: PodOwner(kind: .replicaSet, key: object.key), ownerUID: object.metadata.uid ?? "",
          labels: template.metadata?.labels, template: template,
          spec: object.written["spec"]?["template"]?["spec"] ?? [:]), in: &context)
      context.record(
        .normal, "SuccessfulCreate", "Created pod: \(name)", about: .replicaSet, object.key,
        by: Self.name)
    }
    return nil
  }

  private func updateStatus(
    of object: ClusterObject, _ set: ReplicaSet, active: [PodID], terminating: Int, failure: String?,
    in context: inout ControllerContext, pods: DataPlane
  ) {
    var status = set.status ?? ReplicaSet.Status()
    let ready = active.filter { pods.runtimes[$0]?.isReady ?? false }
    status.replicas = active.count
    status.fullyLabeledReplicas = active.count
    status.readyReplicas = ready.count
    status.availableReplicas =
      ready.filter {
        pods.isAvailable($0, after: set.spec.minReadySeconds ?? 0, at: context.now)
      }.count
    status.terminatingReplicas = terminating
    status.observedGeneration = set.metadata.generation
    let current = status.conditions?.first { $0.type == "ReplicaFailure" }
    if let failure {
      if current == nil {
        status.conditions = [
          Condition(
            type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: failure,
            lastTransitionTime: context.date)
        ]
      }
    } else if current != nil, active.count == set.spec.replicas ?? 0 || !retries.isRetrying(object.key) {
      status.conditions = nil
    }
    guard status != set.status else { return }
    var set = set
    var object = object
    set.status = status
    object.content = .replicaSet(set)
    context.commitStatus(of: object)
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
