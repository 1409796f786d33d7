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
    if length < .nanoseconds(999_500) { return "\(rounded(to: .microseconds(1), decimals: 0)) µs" }
    if length < .microseconds(9_995) { return "\(rounded(to: .milliseconds(1), decimals: 2)) ms" }
    if length < .microseconds(99_950) { return "\(rounded(to: .milliseconds(1), decimals: 1)) ms" }
    if length < .microseconds(999_500) { return "\(rounded(to: .milliseconds(1), decimals: 0)) ms" }
    return "\(rounded(to: .seconds(1), decimals: 2)) s"
  }

  /// The number of units, halves rounded up. In whole numbers, since a latency of 8,575 µs lies between two texts, and
  /// binary fractions would take either of them.
  private func rounded(to unit: Duration, decimals: Int) -> String {
    let power = (0..<decimals).reduce(Int128(1)) { product, _ in product * 10 }
    let (whole, rest) = (length.attosecondCount * power * 2 + unit.attosecondCount)
      .quotientAndRemainder(dividingBy: unit.attosecondCount * 2)
    let (units, fraction) = (rest < 0 ? whole - 1 : whole).quotientAndRemainder(dividingBy: power)
    if decimals == 0 { return "\(units)" }
    let digits = "\(fraction)"
    return "\(units)." + String(repeating: "0", count: decimals - digits.count) + digits
  }
}

extension Duration {
  fileprivate var attosecondCount: Int128 {
    Int128(components.seconds) * 1_000_000_000_000_000_000 + Int128(components.attoseconds)
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
