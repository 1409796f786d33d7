import AutoscalerModel
import KubernetesObjects

extension Deployment.Status {
  /// Sets a condition as the controller does: nothing moves when status and reason stay; the transition time stays when
  /// the status does (Kubernetes 1.36, pkg/controller/deployment/util/deployment_util.go, `SetDeploymentCondition`).
  mutating func set(_ condition: Condition) {
    var condition = condition
    var others = conditions ?? []
    if let index = others.firstIndex(where: { $0.type == condition.type }) {
      let current = others[index]
      if current.status == condition.status && current.reason == condition.reason { return }
      if current.status == condition.status { condition.lastTransitionTime = current.lastTransitionTime }
      others.remove(at: index)
    }
    conditions = others + [condition]
  }

  mutating func remove(_ type: String) {
    conditions?.removeAll { $0.type == type }
  }
}

extension DeploymentController {
  /// Writes the status of a Deployment from those of its ReplicaSets, if it has changed.
  ///
  /// - Parameter progressed: whether the rollout is watched; a paused or scaled Deployment only has its counts renewed.
  mutating func updateStatus(
    of key: ObjectKey, new: OwnedReplicaSet?, old: [OwnedReplicaSet], progressed: Bool,
    in context: inout ControllerContext
  ) {
    guard var object = context.store[.deployment, key], var deployment = object.deployment else { return }
    let before = deployment.status ?? Deployment.Status()
    var status = counts(deployment, before: before, new: new, old: old, at: context.date)
    if deployment.spec.paused == true {
      status.set(progressing("Unknown", "DeploymentPaused", "Deployment is paused", at: context.date))
    } else if before.condition("Progressing")?.reason == "DeploymentPaused" {
      status.set(progressing("Unknown", "DeploymentResumed", "Deployment is resumed", at: context.date))
    }
    if progressed, deployment.spec.progressDeadlineSeconds != nil {
      judgeProgress(deployment, before: before, status: &status, new: new, in: context)
      copyFailure(to: &status, from: [new].compactMap { $0 } + old)
    }
    guard status != deployment.status else {
      watchDeadline(of: deployment, key, in: &context)
      return
    }
    deployment.status = status
    object.content = .deployment(deployment)
    context.commitStatus(of: object)
  }

  private func counts(
    _ deployment: Deployment, before: Deployment.Status, new: OwnedReplicaSet?, old: [OwnedReplicaSet],
    at date: KubernetesTime
  ) -> Deployment.Status {
    let all = old + [new].compactMap { $0 }
    let fences = RolloutArithmetic.fences(of: deployment.workload)
    // Without a rolling update nothing may be unavailable, whatever the way of the rollout.
    let floor = deployment.spec.strategy?.type == "Recreate" ? fences.replicas : fences.floor
    func sum(_ field: (ReplicaSet.Status) -> Int?) -> Int {
      all.reduce(0) { $0 + ($1.set.status.flatMap(field) ?? 0) }
    }
    var status = before
    status.observedGeneration = deployment.metadata.generation
    status.replicas = sum(\.replicas)
    status.updatedReplicas = new?.set.status?.replicas ?? 0
    status.readyReplicas = sum(\.readyReplicas)
    let available = sum(\.availableReplicas)
    status.availableReplicas = available
    status.unavailableReplicas = RolloutArithmetic.unavailableReplicas(
      wanted: all.reduce(0) { $0 + $1.replicas }, available: available)
    status.terminatingReplicas = sum(\.terminatingReplicas)
    let isAvailable = available >= floor
    status.set(
      Condition(
        type: "Available", status: isAvailable ? "True" : "False",
        reason: isAvailable ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
        message: isAvailable
          ? "Deployment has minimum availability." : "Deployment does not have minimum availability.",
        lastTransitionTime: date, lastUpdateTime: date))
    return status
  }

  private func progressing(
    _ status: String, _ reason: String, _ message: String, at date: KubernetesTime
  ) -> Condition {
    Condition(
      type: "Progressing", status: status, reason: reason, message: message, lastTransitionTime: date,
      lastUpdateTime: date)
  }

  private func judgeProgress(
    _ deployment: Deployment, before: Deployment.Status, status: inout Deployment.Status, new: OwnedReplicaSet?,
    in context: ControllerContext
  ) {
    let date = context.date
    let current = before.condition("Progressing")
    if status.replicas == status.updatedReplicas, current?.reason == "NewReplicaSetAvailable" { return }
    let subject = new.map { "ReplicaSet \"\($0.name)\"" } ?? "Deployment \"\(deployment.metadata.name ?? "")\""
    let size = deployment.spec.replicas ?? 1
    if status.updatedReplicas == size, status.replicas == size, status.availableReplicas == size {
      status.set(progressing("True", "NewReplicaSetAvailable", "\(subject) has successfully progressed.", at: date))
    } else if RolloutArithmetic.isProgress(from: before, to: status) {
      var condition = progressing("True", "ReplicaSetUpdated", "\(subject) is progressing.", at: date)
      if let current, current.status == "True" { condition.lastTransitionTime = current.lastTransitionTime }
      status.remove("Progressing")
      status.set(condition)
    } else if hasTimedOut(deployment, current, at: context.preciseDate) {
      status.set(progressing("False", "ProgressDeadlineExceeded", "\(subject) has timed out progressing.", at: date))
    }
  }

  private func hasTimedOut(_ deployment: Deployment, _ condition: Condition?, at date: KubernetesTime) -> Bool {
    if condition?.reason == "ProgressDeadlineExceeded" { return true }
    return RolloutArithmetic.progressDeadline(of: deployment).map { $0 < date } ?? false
  }

  /// Has the controller look again a second after the deadline, when nothing else would wake it.
  private mutating func watchDeadline(
    of deployment: Deployment, _ key: ObjectKey, in context: inout ControllerContext
  ) {
    guard let deadline = RolloutArithmetic.progressDeadline(of: deployment),
      deployment.status?.condition("Progressing")?.reason != "ProgressDeadlineExceeded"
    else { return }
    let left = deadline.microseconds - context.preciseDate.microseconds
    let due = context.now + .microseconds(max(left, 0)) + .seconds(1)
    if let asked = progressChecks[key], asked > context.now, asked <= due { return }
    progressChecks[key] = due
    context.schedule(.checkProgress(key), at: due)
  }

  private func copyFailure(to status: inout Deployment.Status, from sets: [OwnedReplicaSet]) {
    let failure = sets.lazy.compactMap { owned in
      owned.set.status?.conditions?.first { $0.type == "ReplicaFailure" && $0.isTrue }
    }.first
    guard var failure else {
      status.remove("ReplicaFailure")
      return
    }
    failure.lastUpdateTime = failure.lastTransitionTime
    status.set(failure)
  }
}
