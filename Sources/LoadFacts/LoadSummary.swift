/// Totals of a whole run.
package struct LoadSummary: Sendable, Equatable {
  package var offered = 0
  package var sent = 0
  package var completed = 0
  package var failed = 0
  package var dropped = 0
  /// Of those, how many while the target held all places.
  package var droppedByTarget = 0
  /// Requests that waited to be sent when the load was stopped.
  package var stopped = 0
  package var unfinished = 0
  package var late = 0
  /// Whether it was stopped before its schedule had ended.
  package var stoppedEarly = false

  package init() {}

  package mutating func add(_ interval: LoadInterval) {
    offered += interval.offered
    sent += interval.sent
    completed += interval.completed
    failed += interval.failed
    dropped += interval.dropped
    droppedByTarget += interval.count(of: OutcomeLabel.droppedByTarget)
    stopped += interval.count(of: OutcomeLabel.stopped)
    unfinished += interval.count(of: OutcomeLabel.unfinished)
    late += interval.late
  }
}
