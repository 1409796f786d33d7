import KubernetesObjects
import Profiles
import RunTimeline

extension PlannedAction {
  /// What it is to do to the pods of its workload.
  var effect: ActionEffect {
    switch kind {
    case .setImage, .restart, .undo: .rollout
    case .patch(let patch): patch.object == nil ? .change : .none
    case .scale(let replicas): .replicas(replicas)
    case .deletePods, .evictPods, .drain: .pods([])
    case .pause, .cordon, .uncordon: .none
    }
  }

  /// It as planned.
  ///
  /// - Parameter at: run time at which it begins, or from which its condition is waited for.
  func span(at: Duration) -> ActionSpan {
    ActionSpan(
      name: name, summary: kind.words, effect: effect, plannedAt: at, condition: when?.description, workload: workload)
  }

  /// That it failed, and why.
  func failure(_ problem: String) -> String { "action \(name) failed: \(problem)" }
}
