import LoadFacts
import RunTimeline
import Statistics

/// What was counted of the load in some stretch of the run. Figures add up.
struct ProgressFigures: Sendable {
  var offered = 0
  var sent = 0
  var completed = 0
  var failed = 0
  var succeeded = 0
  /// Given up unsent, by whatever cause, and of those how many while the target held all places.
  var dropped = 0
  var droppedByTarget = 0
  /// Waiting to be sent when the load was stopped.
  var stopped = 0
  var late = 0
  /// Latency of the requests that succeeded, from the moment each was due.
  private(set) var latency = LatencyHistogram()

  /// - Parameter withLatency: whether its latencies are wanted too, which takes 26 KiB and some microseconds.
  mutating func add(_ interval: LoadInterval, withLatency: Bool) {
    offered += interval.offered
    sent += interval.sent
    completed += interval.completed
    failed += interval.failed
    succeeded += interval.succeeded
    dropped += interval.dropped
    droppedByTarget += interval.count(of: OutcomeLabel.droppedByTarget)
    stopped += interval.count(of: OutcomeLabel.stopped)
    late += interval.late
    guard withLatency else { return }
    for outcome in interval.outcomes where outcome.succeeded { latency.merge(outcome.fromDue) }
  }

  var p50: Duration? { latency.quantile(0.5) }
  var p99: Duration? { latency.quantile(0.99) }
}
