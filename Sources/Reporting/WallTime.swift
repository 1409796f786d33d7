import RunTimeline
import Statistics
import Units

/// A length of time on the wall clock, as latencies are: beside it, a `Duration` in a report is run time.
///
/// Only this prints as a latency, and only ``RunTimeline/Timeline/wall(_:)`` makes one of run time, so that a run of 60 times
/// the speed does not tell of requests that took 60 times as long.
struct WallTime: Sendable, Equatable, Comparable {
  private let length: Duration

  /// - Parameter measured: a length that was measured on the wall clock: a quantile of latencies, a lateness.
  init(_ measured: Duration) {
    length = measured
  }

  static let zero = WallTime(.zero)

  static func < (one: WallTime, other: WallTime) -> Bool { one.length < other.length }

  var milliseconds: Double { length.seconds * 1000 }

  /// With three significant digits: `640 µs`, `4.25 ms`, `142 ms`, `1.35 s`.
  var text: String {
    let microseconds = length.seconds * 1e6
    if microseconds < 999.5 { return "\(microseconds.fixed(0)) µs" }
    let milliseconds = microseconds / 1000
    if milliseconds < 9.995 { return "\(milliseconds.fixed(2)) ms" }
    if milliseconds < 99.95 { return "\(milliseconds.fixed(1)) ms" }
    if milliseconds < 999.5 { return "\(milliseconds.fixed(0)) ms" }
    return "\((milliseconds / 1000).fixed(2)) s"
  }
}

extension Timeline {
  /// The wall time in which a length of run time passed.
  func wall(_ length: Duration) -> WallTime {
    WallTime(run.timeScale > 0 ? length / run.timeScale : length)
  }
}

extension LatencyHistogram {
  /// Latencies are wall time.
  func wallQuantile(_ quantile: Double) -> WallTime? { self.quantile(quantile).map(WallTime.init) }
}
