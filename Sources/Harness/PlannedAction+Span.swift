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

  /// What it has done to them, given the generations of the workload before and after its writes; `nil` where that says
  /// nothing more.
  func effect(from before: Int64?, to after: Int64?) -> ActionEffect? {
    guard let before, let after else { return nil }
    // Where the generation is the same, nothing was changed: a rollout that is seen then is somebody else's.
    return effect == .change || effect == .rollout && before == after ? .changes(after: before) : nil
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
