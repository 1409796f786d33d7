import Expectations
import LoadFacts
import RunTimeline
import Statistics
import Units

/// What became of all requests of a run, and of each request of the profile where there are several: the figures that a
/// summary gives, however it is drawn.
struct RunTotals: Sendable {
  /// The percentiles of each row.
  static let percentiles: [(name: String, quantile: Double)] = [
    ("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999),
  ]

  /// Requests of one kind, or the successful ones of them.
  struct Row: Sendable {
    let name: String
    let requests: Int
    /// `nil` in a row of successful ones.
    let failed: Int?
    /// One for each of ``percentiles``.
    let latencies: [String]
  }

  /// `all requests` first. Where a row holds more than successful requests, or this machine has taken a part of their time,
  /// its latencies are those of all, see ``LatencyOfAllText``, and a row of the successful ones as measured follows.
  let rows: [Row]
  /// How many were due, in which time, and how fast.
  let rate: String
  /// How many failed, by outcome; `nil` when none did.
  let failures: String?

  /// `nil` for a run without load.
  init?(_ run: RunAnalysis) {
    let (timeline, series) = (run.timeline, run.load)
    guard let total = series.total, total.offered > 0 else { return nil }
    let peak = series.points.max { $0.offeredRate ?? 0 < $1.offeredRate ?? 0 }.flatMap { Self.peak($0, over: total) }
    let length = Duration.seconds(total.wallSeconds).lengthText
    rate =
      "\(total.offered.counted("request")) in \(length)\(timeline.run.timeScale == 1 ? "" : " of wall time"): "
      + "\((total.offeredRate ?? 0).rateText)/s on average" + (peak.map { ", \($0.rateText)/s at most" } ?? "")
    failures = Self.failures(of: timeline, among: total.offered)
    let delays = run.machineDelay
    var byRoute: [String: LoadPoint] = [:]
    for interval in timeline.load {
      byRoute[interval.route, default: LoadPoint(start: .zero, end: .zero, wallSeconds: 0)]
        .add(interval, delay: delays.share(of: interval))
    }
    let routes = byRoute.count > 1 ? byRoute.sorted { $0.key < $1.key } : []
    rows = Self.rows("all requests", total) + routes.flatMap { Self.rows($0.key, $0.value) }
  }

  /// The highest rate; `nil` where it is no more than the whole request by which the counts of even arrivals differ.
  private static func peak(_ point: LoadPoint, over total: LoadPoint) -> Double? {
    guard let rate = point.offeredRate, let average = total.offeredRate, point.wallSeconds > 0 else { return nil }
    return rate - 1 / point.wallSeconds > average ? rate : nil
  }

  private static func rows(_ name: String, _ point: LoadPoint) -> [Row] {
    let successful = percentiles.map { point.latency.wallQuantile($0.quantile)?.text ?? "–" }
    let ofAll = LatencyOfAllText.texts(point, percentiles.map(\.quantile))
    if point.failed == 0, ofAll == successful {
      return [Row(name: name, requests: point.offered, failed: point.failed, latencies: successful)]
    }
    return [
      Row(name: name, requests: point.offered, failed: point.failed, latencies: ofAll),
      Row(name: "the successful", requests: point.succeeded, failed: nil, latencies: successful),
    ]
  }

  /// `32 of 612 failed (5.23%): 30 with 503, 2 with read timeout`.
  private static func failures(of timeline: Timeline, among offered: Int) -> String? {
    var counts: [String: Int] = [:]
    for tally in timeline.load.flatMap(\.outcomes) where tally.failed && tally.completed > 0 {
      counts[tally.outcome, default: 0] += tally.completed
    }
    let failed = counts.values.reduce(0, +)
    guard failed > 0 else { return nil }
    let outcomes = counts.mostFrequentFirst.map { "\($0.value.grouped) with \($0.key)" }
    let share = percentText(failed, of: offered)
    return "\(failed.grouped) of \(offered.grouped) failed (\(share)): \(outcomes.joined(separator: ", "))"
  }
}
