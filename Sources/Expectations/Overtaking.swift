import RunTimeline
import Units

/// How changes of the pod template overtook a rollout, and when the last of them was complete.
struct Overtaking: Equatable {
  /// The rollouts that followed, up to the first that was completed.
  let followers: [Rollout]
  private let first: Rollout

  /// `nil` for a rollout that was completed, or that nothing overtook.
  init?(_ rollout: Rollout, among rollouts: [Rollout]) {
    guard rollout.completed == nil, rollout.superseded != nil, let index = rollouts.firstIndex(of: rollout) else {
      return nil
    }
    let later = rollouts[(index + 1)...]
    let last = later.firstIndex { $0.completed != nil || $0.superseded == nil }
    followers = last.map { Array(later[...$0]) } ?? Array(later)
    first = rollout
  }

  /// When every replica was of one template and available again; `nil` while that was not seen.
  var completed: InstantBounds? { followers.last?.completed }

  /// `overtaken by an undo to revision 1 at 74.5s, complete again at 92.9s`.
  var sentence: String {
    let change =
      first.undoneTo.map { "an undo to revision \($0)" }
      ?? "another change of the pod template\(first.supersedingImage.map { " (\($0))" } ?? "")"
    let when = first.superseded.map { " \($0.plain)" } ?? ""
    let more = followers.count > 1 ? " and by \((followers.count - 1).of("further change"))" : ""
    let end = completed.map { "complete again \($0.plain)" } ?? "and not complete again"
    return "overtaken by \(change)\(when)\(more), \(end)"
  }
}
