import KubernetesObjects
import Profiles
import RunTimeline
import Units

extension PlannedAction {
  /// What it is to do to the pods of its workload.
  var effect: ActionEffect {
    switch kind {
    case .setImage, .restart, .undo: .rollout
    case .patch(let patch): patch.object == nil ? .change : .none
    case .apply, .exec: .change
    case .scale(let replicas): .replicas(replicas)
    case .deletePods, .evictPods, .drain: .pods([])
    case .wait, .pause, .cordon, .uncordon: .none
    }
  }

  /// It as planned.
  ///
  /// - Parameter at: run time at which it begins, or from which its condition is waited for.
  func span(at: Duration) -> ActionSpan {
    ActionSpan(
      name: name, summary: kind.words, effect: effect, plannedAt: at, condition: when?.description, workload: workload)
  }

  /// Run time at which its condition has to have come true; `nil` where there is no such time.
  ///
  /// - Parameter at: run time from which it is waited for.
  func latestBegin(at: Duration) -> Duration? {
    if case .wait(let within) = kind { at + within } else { nil }
  }

  /// That a condition did not come true until then.
  func lateness(of condition: StartCondition) -> String {
    guard case .wait(let within) = kind else { return "\"\(condition)\" never came true" }
    return "\"\(condition)\" did not come true within \(within.text)"
  }

  /// That it failed, and why.
  func failure(_ problem: String) -> String { "action \(name) failed: \(problem)" }
}
