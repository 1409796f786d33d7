import AutoscalerModel
import KubernetesObjects

/// A ReplicaSet of a Deployment under the controller's hands.
struct OwnedReplicaSet {
  var object: ClusterObject
  var set: ReplicaSet

  var key: ObjectKey { object.key }
  var name: String { self.set.metadata.name ?? "" }
  var replicas: Int { self.set.spec.replicas ?? 0 }
  var available: Int { self.set.status?.availableReplicas ?? 0 }
  var isActive: Bool { replicas > 0 }
  var size: RolloutArithmetic.ReplicaSetSize { .init(replicas: replicas, available: available) }

  func number(_ annotation: String) -> Int? { set.metadata.annotations?[annotation].flatMap { Int($0) } }
  var revision: Int { number(ReplicaSet.revisionAnnotation) ?? 0 }
}

/// The Deployment controller (Kubernetes 1.36, pkg/controller/deployment: deployment_controller.go, sync.go, rolling.go,
/// recreate.go, progress.go).
///
/// Reads Deployments, their ReplicaSets, and whether these have pods; writes Deployments and ReplicaSets.
struct DeploymentController: Sendable {
  /// When a Deployment is next looked at for its progress deadline.
  var progressChecks: [ObjectKey: Duration] = [:]
  private var retries = RetryBackoff()
  /// After so many tries in a row it waits for something to change, and then begins to count anew (`maxRetries`).
  private static let mostRetries = 15

  mutating func reconcile(_ key: ObjectKey, in context: inout ControllerContext, pods: DataPlane) {
    guard let object = context.store[.deployment, key], let deployment = object.deployment else { return }
    var old = Self.replicaSets(of: deployment, in: context.store)
    let hash = templateHash(object.written["spec"]?["template"] ?? [:])
    var new = old.firstIndex { $0.set.metadata.labels?[ReplicaSet.templateHashLabel] == hash }
      .map { old.remove(at: $0) }
    let fences = RolloutArithmetic.fences(of: deployment.workload)

    guard deployment.metadata.deletionTimestamp == nil else {
      updateStatus(of: key, new: new, old: old, progressed: false, in: &context)
      return
    }
    if deployment.spec.paused == true {
      scale(deployment, fences: fences, new: &new, old: &old, in: &context)
      updateStatus(of: key, new: new, old: old, progressed: false, in: &context)
      return
    }
    let isScaling = (old + [new].compactMap { $0 }).contains {
      $0.isActive && $0.number(ReplicaSet.desiredReplicasAnnotation).map { $0 != fences.replicas } ?? false
    }
    if isScaling {
      if new != nil { adoptRevision(of: key, new: &new, old: old, in: &context) }
      scale(deployment, fences: fences, new: &new, old: &old, in: &context)
      updateStatus(of: key, new: new, old: old, progressed: false, in: &context)
      return
    }
    let isMade =
      deployment.spec.strategy?.type == "Recreate"
      ? recreate(object, deployment, fences: fences, hash: hash, new: &new, old: &old, in: &context, pods: pods)
      : roll(object, deployment, fences: fences, hash: hash, new: &new, old: &old, in: &context)
    guard isMade else {
      retry(key, in: &context)
      return
    }
    retries.forget(key)
    updateStatus(of: key, new: new, old: old, progressed: true, in: &context)
  }

  /// The ReplicaSets that a Deployment controls, the oldest first.
  private static func replicaSets(of deployment: Deployment, in store: ObjectStore) -> [OwnedReplicaSet] {
    store.all(.replicaSet, namespace: deployment.metadata.namespace).compactMap { object in
      guard let set = object.replicaSet,
        set.metadata.ownerReferences?.contains(where: { $0.uid == deployment.metadata.uid }) == true
      else { return nil }
      return OwnedReplicaSet(object: object, set: set)
    }.sorted {
      ($0.set.metadata.creationTimestamp?.microseconds ?? 0, $0.name)
        < ($1.set.metadata.creationTimestamp?.microseconds ?? 0, $1.name)
    }
  }

  /// (Kubernetes 1.36, pkg/controller/deployment/deployment_controller.go, `handleErr`)
  private mutating func retry(_ key: ObjectKey, in context: inout ControllerContext) {
    guard retries.failures(of: key) < Self.mostRetries else { return retries.forget(key) }
    guard let due = retries.next(of: key, at: context.now) else { return }
    context.schedule(.reconcile(.deployment(key)), at: due)
  }

  /// - Returns: whether there is a ReplicaSet of the template, unless it is not its turn yet.
  private func roll(
    _ object: ClusterObject, _ deployment: Deployment, fences: RolloutArithmetic.Fences, hash: String,
    new: inout OwnedReplicaSet?, old: inout [OwnedReplicaSet], in context: inout ControllerContext
  ) -> Bool {
    if new == nil {
      let total = old.reduce(0) { $0 + $1.replicas }
      let size = min(max(fences.ceiling - total, 0), fences.replicas)
      new = createReplicaSet(for: object, deployment, fences: fences, hash: hash, size: size, old: old, in: &context)
      return new != nil
    }
    adoptRevision(of: object.key, new: &new, old: old, in: &context)
    guard var current = new else { return true }
    switch RolloutArithmetic.nextStep(new: current.size, old: old.map(\.size), fences: fences) {
    case .scaleNew(let size):
      resize(&current, to: size, of: deployment, fences: fences, in: &context)
      new = current
    case .scaleOld(let sizes):
      for (index, size) in zip(old.indices, sizes) where size != old[index].replicas {
        resize(&old[index], to: size, of: deployment, fences: fences, in: &context)
      }
    case .none:
      resize(&current, to: current.replicas, of: deployment, fences: fences, in: &context)
      new = current
      cleanUp(deployment, old: &old, in: &context)
    }
    return true
  }

  /// - Returns: the same.
  private func recreate(
    _ object: ClusterObject, _ deployment: Deployment, fences: RolloutArithmetic.Fences, hash: String,
    new: inout OwnedReplicaSet?, old: inout [OwnedReplicaSet], in context: inout ControllerContext, pods: DataPlane
  ) -> Bool {
    if new != nil { adoptRevision(of: object.key, new: &new, old: old, in: &context) }
    var scaledDown = false
    for index in old.indices where old[index].isActive {
      scaledDown = resize(&old[index], to: 0, of: deployment, fences: fences, in: &context) || scaledDown
    }
    // Old pods run until their last container has ended.
    let oldPodsRun = old.contains { set in !pods.members(of: PodOwner(kind: .replicaSet, key: set.key)).isEmpty }
    guard !scaledDown, !oldPodsRun else { return true }
    if var current = new {
      resize(&current, to: fences.replicas, of: deployment, fences: fences, in: &context)
      new = current
      cleanUp(deployment, old: &old, in: &context)
    } else {
      new = createReplicaSet(
        for: object, deployment, fences: fences, hash: hash, size: fences.replicas, old: old, in: &context)
    }
    return new != nil
  }

  /// Spreads a new size over the ReplicaSets: all to the only active one, or in proportion in mid-rollout.
  private func scale(
    _ deployment: Deployment, fences: RolloutArithmetic.Fences, new: inout OwnedReplicaSet?,
    old: inout [OwnedReplicaSet], in context: inout ControllerContext
  ) {
    var all = old + [new].compactMap { $0 }
    defer {
      let newName = new?.name
      new = all.first { $0.name == newName }
      old = all.filter { $0.name != newName }
    }
    if let new, new.replicas == fences.replicas, new.available == fences.replicas,
      new.number(ReplicaSet.desiredReplicasAnnotation) == fences.replicas
    {
      for index in all.indices where all[index].isActive && all[index].name != new.name {
        resize(&all[index], to: 0, of: deployment, fences: fences, in: &context)
      }
      return
    }
    let sizes = RolloutArithmetic.scale(
      all.map { owned in
        RolloutArithmetic.SharedSize(
          replicas: owned.replicas, annotatedCeiling: owned.number(ReplicaSet.maxReplicasAnnotation),
          creationTime: owned.set.metadata.creationTimestamp?.seconds ?? 0)
      }, newest: all.firstIndex { $0.name == new?.name } ?? all.indices.last, fences: fences)
    for index in all.indices where all[index].isActive || sizes[index] != all[index].replicas {
      resize(&all[index], to: sizes[index], of: deployment, fences: fences, in: &context)
    }
  }

  /// Sets the size of a ReplicaSet and the sizes of the Deployment in its annotations.
  ///
  /// - Returns: whether the size changed.
  @discardableResult
  private func resize(
    _ owned: inout OwnedReplicaSet, to size: Int, of deployment: Deployment, fences: RolloutArithmetic.Fences,
    in context: inout ControllerContext
  ) -> Bool {
    let before = owned.replicas
    var annotations = owned.set.metadata.annotations ?? [:]
    annotations[ReplicaSet.desiredReplicasAnnotation] = String(fences.replicas)
    annotations[ReplicaSet.maxReplicasAnnotation] = String(fences.ceiling)
    guard size != before || annotations != owned.set.metadata.annotations else { return false }
    owned.set.metadata.annotations = annotations
    if size != before {
      owned.set.spec.replicas = size
      owned.set.metadata.generation = (owned.set.metadata.generation ?? 1) + 1
    }
    store(&owned, in: &context)
    guard size != before else { return false }
    context.record(
      .normal, "ScalingReplicaSet",
      "Scaled \(size > before ? "up" : "down") replica set \(owned.name) from \(before) to \(size)",
      about: .deployment, ObjectKey(namespace: owned.key.namespace, name: deployment.metadata.name ?? ""),
      by: "deployment-controller")
    return true
  }

  func store(_ owned: inout OwnedReplicaSet, in context: inout ControllerContext) {
    owned.object.content = .replicaSet(owned.set)
    owned.object.recordWriter(ControllerContext.controllerManager, at: context.date)
    owned.object = context.commit(owned.object)
    if let set = owned.object.replicaSet { owned.set = set }
  }

  private func cleanUp(
    _ deployment: Deployment, old: inout [OwnedReplicaSet], in context: inout ControllerContext
  ) {
    let limit = deployment.spec.revisionHistoryLimit ?? 10
    let removable = old.filter { !$0.isActive && ($0.set.status?.replicas ?? 0) == 0 }
    guard old.count > limit else { return }
    for set in removable.sorted(by: { $0.revision < $1.revision }).prefix(old.count - limit) {
      old.removeAll { $0.name == set.name }
      context.discard(.replicaSet, set.key)
    }
  }
}
