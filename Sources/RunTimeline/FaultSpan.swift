import Units

/// Something that was made to go wrong in a simulated cluster, as planned and as it came.
package struct FaultSpan: Sendable, Equatable {
  /// What went wrong, for people: `node 1 lost`.
  package var summary: String
  /// When it was to begin; with a condition, from when that was waited for. `nil` where that depends on the cluster.
  package var plannedAt: Duration?
  /// What had to come true before it began; `nil` for one that was to begin at its time.
  package var condition: String?
  /// How long it was to last; `nil` for good.
  package var lasts: Duration?
  /// When it began; `nil` for one that did not, or of which that is not known.
  package var began: Duration?
  /// When it was over; `nil` for one that was not when the run ended.
  package var ended: Duration?
  /// Why it did not come to pass as it was declared.
  package var problem: String?

  package init(
    summary: String, plannedAt: Duration?, condition: String? = nil, lasts: Duration? = nil, began: Duration? = nil,
    ended: Duration? = nil, problem: String? = nil
  ) {
    self.summary = summary
    self.plannedAt = plannedAt
    self.condition = condition
    self.lasts = lasts
    self.began = began
    self.ended = ended
    self.problem = problem
  }

  /// What was planned, in a line: `node 1 lost when ready >= 8 for 60s`.
  package var plan: String {
    let time = plannedAt.map { condition != nil && $0 == .zero ? "" : " at \($0.text)" } ?? ""
    let from = condition == nil ? time : time.isEmpty ? "" : " (waited for from\(time.dropFirst(3)))"
    return summary + (condition.map { " when \($0)" } ?? "") + from + (lasts.map { " for \($0.text)" } ?? "")
  }
}
