import RunTimeline
import Statistics

/// What was counted of the load in some stretch of the run. Figures add up.
struct ProgressFigures: Sendable {
  var offered = 0
  var sent = 0
  var completed = 0
  var failed = 0
  var dropped = 0
  var late = 0
  /// Latency of the requests that succeeded, from the moment each was due.
  private(set) var latency = LatencyHistogram()

  /// - Parameter withLatency: whether its latencies are wanted too, which takes 26 KiB and some microseconds.
  mutating func add(_ interval: LoadInterval, withLatency: Bool) {
    offered += interval.offered
    sent += interval.sent
    completed += interval.completed
    failed += interval.failed
    dropped += interval.dropped
    late += interval.late
    guard withLatency else { return }
    for outcome in interval.outcomes where !outcome.failed { latency.merge(outcome.fromDue) }
  }

  var p50: Duration? { latency.quantile(0.5) }
  var p99: Duration? { latency.quantile(0.99) }
}
