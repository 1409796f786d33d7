import AutoscalerModel
import KubernetesObjects

/// The StatefulSet controller (Kubernetes 1.36, pkg/controller/statefulset: stateful_set_control.go,
/// stateful_pod_control.go, stateful_set_utils.go).
///
/// Reads StatefulSets, their pods and the quotas; makes and deletes pods, makes claims and revisions, and writes the status
/// of StatefulSets. What it does next it is told by ``StatefulSetOrder``.
struct StatefulSetController: Sendable {
  static let name = "statefulset-controller"

  typealias Order =
    @Sendable ([StatefulSetOrder.OrdinalPod], StatefulSetOrder.Rules) -> StatefulSetOrder.Plan

  private let order: Order
  private var retries = RetryBackoff()

  /// - Parameter order: what a sync does, by the pods that there are.
  init(order: @escaping Order = { StatefulSetOrder.plan(pods: $0, rules: $1) }) {
    self.order = order
  }

  mutating func reconcile(_ key: ObjectKey, in context: inout ControllerContext, pods: inout DataPlane) {
    guard let object = context.store[.statefulSet, key], let set = object.statefulSet else { return }
    let revisions = StatefulSetRevisions(of: object, set, in: &context)
    let owner = PodOwner(kind: .statefulSet, key: key)
    let members = pods.members(of: owner).compactMap { Self.member($0, of: set, in: context, pods: pods) }
    let rules = StatefulSetOrder.Rules(
      ordinals: set.ordinals, isParallel: set.spec.podManagementPolicy == "Parallel",
      replacement: set.workload.replacement, currentRevision: revisions.current.name,
      updateRevision: revisions.update.name)
    var plan = order(members, rules)
    if set.metadata.deletionTimestamp != nil { plan.actions = [] }
    let claims = StatefulSetClaims(object, set)
    claims.adopt(of: members.map(\.ordinal), by: plan, ordinals: set.ordinals, in: &context)

    var failed = false
    for (index, action) in plan.actions.enumerated() {
      switch action {
      case .create(let ordinal):
        let revision = rules.revision(ofNew: ordinal) == revisions.update.name ? revisions.update : revisions.current
        failed = !create(ordinal, of: object, revision, claims: claims, in: &context, pods: &pods)
      case .remove(let ordinal), .replace(let ordinal):
        let name = set.podName(ordinal)
        pods.deletePod(ObjectKey(namespace: key.namespace, name: name), gracePeriod: nil, in: &context)
        record(.normal, "SuccessfulDelete", "delete Pod \(name) in StatefulSet \(key.name) successful", key, &context)
      }
      if failed {
        plan.actions.removeSubrange(index...)
        break
      }
    }
    let status = StatefulSetOrder.status(
      of: members, rules: rules, plan: plan, generation: set.metadata.generation,
      collisionCount: revisions.collisionCount)
    write(status, of: key, in: &context)
    revisions.forgetOldest(keeping: set.spec.revisionHistoryLimit ?? 10, usedBy: members, in: &context)
    guard failed else {
      retries.forget(key)
      return
    }
    if let due = retries.next(of: key, at: context.now) { context.schedule(.reconcile(.statefulSet(key)), at: due) }
  }

  private static func member(
    _ id: PodID, of set: StatefulSet, in context: ControllerContext, pods: DataPlane
  ) -> StatefulSetOrder.OrdinalPod? {
    guard let runtime = pods.runtimes[id], let pod = context.store[.pod, runtime.key]?.pod,
      let ordinal = StatefulSet.ordinal(ofPodNamed: runtime.key.name, of: set.metadata.name ?? "")
    else { return nil }
    return StatefulSetOrder.OrdinalPod(
      ordinal: ordinal, revision: pod.metadata.labels?[StatefulSet.revisionLabel] ?? "", isReady: runtime.isReady,
      isAvailable: pods.isAvailable(id, after: set.spec.minReadySeconds ?? 0, at: context.now),
      isTerminating: runtime.isTerminating, hasEnded: ["Failed", "Succeeded"].contains(pod.status?.phase))
  }

  /// Makes the pod of an ordinal, after its claims.
  ///
  /// - Returns: whether it was made; an event says why it was not.
  private func create(
    _ ordinal: Int, of object: ClusterObject, _ revision: StatefulSetRevisions.Revision, claims: StatefulSetClaims,
    in context: inout ControllerContext, pods: inout DataPlane
  ) -> Bool {
    guard let set = object.statefulSet, let template = revision.template else { return false }
    let name = set.podName(ordinal)
    // Whoever has the name keeps it, as a pod that the StatefulSet has let go does; no event tells of that.
    guard context.store[.pod, ObjectKey(namespace: object.key.namespace, name: name)] == nil else { return false }
    var spec = claims.mounted(in: revision.written["spec"] ?? [:], for: ordinal)
    spec["hostname"] = .string(name)
    if let service = set.spec.serviceName, !service.isEmpty { spec["subdomain"] = .string(service) }
    var pod = NewPod(
      name: name, owner: PodOwner(kind: .statefulSet, key: object.key), ownerUID: object.metadata.uid ?? "",
      labels: (template.metadata?.labels ?? [:]).merging([
        StatefulSet.revisionLabel: revision.name, StatefulSet.podNameLabel: name,
        StatefulSet.podIndexLabel: String(ordinal),
      ]) { $1 },
      template: template, spec: spec)
    if let refusal = claims.create(for: ordinal, in: &context) ?? context.admit(&pod) {
      record(
        .warning, "FailedCreate", "create Pod \(name) in StatefulSet \(object.key.name) failed error: \(refusal)",
        object.key, &context)
      return false
    }
    pods.createPod(pod, in: &context)
    record(
      .normal, "SuccessfulCreate", "create Pod \(name) in StatefulSet \(object.key.name) successful", object.key,
      &context)
    return true
  }

  private func write(_ status: StatefulSet.Status, of key: ObjectKey, in context: inout ControllerContext) {
    guard var object = context.store[.statefulSet, key], var set = object.statefulSet, set.status != status else {
      return
    }
    set.status = status
    object.content = .statefulSet(set)
    context.commitStatus(of: object)
  }

  private func record(
    _ severity: EventSeverity, _ reason: String, _ text: String, _ key: ObjectKey, _ context: inout ControllerContext
  ) {
    context.record(severity, reason, text, about: .statefulSet, key, by: Self.name)
  }
}

extension StatefulSet {
  /// The ordinals that its pods should have.
  var ordinals: Range<Int> {
    let start = max(spec.ordinals?.start ?? 0, 0)
    return start..<start + max(spec.replicas ?? 1, 0)
  }

  func podName(_ ordinal: Int) -> String { "\(metadata.name ?? "")-\(ordinal)" }
}
