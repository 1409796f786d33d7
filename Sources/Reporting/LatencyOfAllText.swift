import RunTimeline
import Statistics

/// Percentiles of the latency of all requests as every summary prints them: a value where it is one, else the least that it
/// can be, as `≥ 548 µs`.
///
/// It is a bound where the percentile lies among requests that were not answered, or of which this machine may have taken a
/// part. The least is the `latencyOfAllAtLeast` of ``JSONReport``. A higher percentile is never told to be lower.
enum LatencyOfAllText {
  /// The least and the most may differ by so much, which is the width of buckets, and still be one value.
  private static let precision = 1.02

  /// - Parameter quantiles: shares from 0 to 1, rising.
  static func texts(_ point: LoadPoint, _ quantiles: [Double]) -> [String] {
    let all = point.latencyOfAll
    if all.count == all.known.count {
      return quantiles.map { all.known.wallQuantile($0)?.text ?? "–" }
    }
    var last = Duration.zero
    return quantiles.map { quantile in
      guard let lowest = all.lowest(quantile) else { return "–" }
      if let highest = all.highest(quantile), highest <= lowest * precision {
        last = max(last, highest)
        return WallTime(last).text
      }
      last = max(last, lowest)
      return "≥ \(WallTime(last).text)"
    }
  }
}
