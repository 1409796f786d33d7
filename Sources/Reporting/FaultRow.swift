import RunTimeline
import Units

/// A row of the table of what was made to go wrong.
struct FaultRow {
  let fault: FaultSpan

  init(_ fault: FaultSpan) { self.fault = fault }

  /// What, how it was planned, and from when to when it came.
  var cells: [String] {
    let from = fault.began.map(\.preciseClock) ?? fault.problem ?? "did not come to pass"
    let to = fault.began == nil ? "–" : fault.ended.map(\.preciseClock) ?? "the end of the run"
    let planned = fault.condition.map { "when \($0)" } ?? fault.plannedAt.map { "at \($0.text)" } ?? "–"
    return [
      fault.summary + (fault.began == nil ? "" : fault.problem.map { ": \($0)" } ?? ""),
      planned + (fault.lasts.map { " for \($0.text)" } ?? ""), from, to,
    ]
  }
}
