package import KubernetesObjects
import Units

/// How far a rollout is, from what the objects say
/// (Kubernetes 1.36, pkg/controller/deployment: progress.go, util/deployment_util.go).
extension RolloutArithmetic {
  /// Whether a status is progress over an older one: more updated or available pods, or fewer old ones.
  package static func isProgress(from old: Deployment.Status, to new: Deployment.Status) -> Bool {
    func oldPods(_ status: Deployment.Status) -> Int { (status.replicas ?? 0) - (status.updatedReplicas ?? 0) }
    return (new.updatedReplicas ?? 0) > (old.updatedReplicas ?? 0) || oldPods(new) < oldPods(old)
      || (new.readyReplicas ?? 0) > (old.readyReplicas ?? 0)
      || (new.availableReplicas ?? 0) > (old.availableReplicas ?? 0)
  }

  /// Kubernetes' default of `progressDeadlineSeconds` (pkg/apis/apps/v1/defaults.go).
  package static let defaultProgressDeadlineSeconds = 600

  /// When a rollout that makes no further progress is called stuck: `lastUpdateTime` of the condition `Progressing` plus
  /// the deadline. The controller notices about a second later.
  ///
  /// `nil` when nothing is checked: no such condition, a rollout that is complete or paused, or no deadline (the largest
  /// 32-bit number).
  package static func progressDeadline(of deployment: Deployment) -> KubernetesTime? {
    let seconds = deployment.spec.progressDeadlineSeconds ?? defaultProgressDeadlineSeconds
    guard deployment.spec.paused != true, seconds < Int(Int32.max),
      let condition = deployment.status?.condition("Progressing"), condition.reason != "NewReplicaSetAvailable",
      let updated = condition.lastUpdateTime
    else { return nil }
    return KubernetesTime(
      microseconds: updated.microseconds + Int64(seconds) * 1_000_000, hasFraction: updated.hasFraction)
  }

  /// Whether a pod is available: ready, and that for at least `minReadySeconds`
  /// (Kubernetes 1.36, pkg/api/v1/pod/util.go, `IsPodAvailable`).
  package static func isAvailable(_ ready: ScaledPod.Readiness?, minReadySeconds: Int, at now: KubernetesTime) -> Bool {
    guard let ready, ready.status == .true else { return false }
    return minReadySeconds == 0
      || ready.lastTransitionTime.microseconds + Int64(minReadySeconds) * 1_000_000 <= now.microseconds
  }

  /// `status.unavailableReplicas`: what the ReplicaSets want together, less what is available.
  package static func unavailableReplicas(wanted: Int, available: Int) -> Int { max(0, wanted - available) }
}
