import RunTimeline
import Statistics
import Units

/// A percentile of the latency of all requests of a window: of those that were answered, be it wrongly, that of the answer,
/// of those that were not, the time that they had waited at the least.
struct LatencyOfAll {
  /// 0 to 100.
  let percentile: Double
  let load: LoadInWindow
  private let latency: CensoredLatency
  /// Of the requests that succeeded.
  let successes: LatencyHistogram
  let failed: Int

  init(percentile: Double, load: LoadInWindow) {
    self.percentile = percentile
    self.load = load
    var latency = CensoredLatency()
    var successes = LatencyHistogram()
    for tally in [load.certain, load.perhaps] {
      successes.merge(tally.latency)
      latency.known.merge(tally.latencyOfWrong)
      latency.waited.merge(tally.waited)
      latency.censored += tally.unanswered
      latency.untold += tally.unaccounted
    }
    latency.known.merge(successes)
    self.latency = latency
    self.successes = successes
    failed = load.certain.failed + load.perhaps.failed
  }

  /// Requests of whose end something is known.
  var count: Int { latency.known.count + latency.censored }
  /// Requests that got no answer at all.
  var unanswered: Int { latency.censored }
  /// The least that the percentile can be; `nil` without requests.
  var lowest: Duration? { latency.lowest(percentile / 100) }
  /// The same without what this machine may have taken of the time of each.
  var lowestWithoutMachine: Duration? {
    var least = CensoredLatency()
    for tally in [load.certain, load.perhaps] {
      for requests in tally.timed {
        for answered in requests.answered { least.known.merge(answered.shortened(by: requests.delay.total)) }
        for waited in requests.waited { least.waited.merge(waited.shortened(by: requests.delay.total)) }
      }
      least.censored += tally.unanswered
      least.untold += tally.unaccounted
    }
    return least.lowest(percentile / 100)
  }
  /// The most that it can be; `nil` when the rank may lie among those that got no answer.
  var highest: Duration? { latency.highest(percentile / 100) }

  /// `p99 of all 8,000 requests at least 10s; p99 of the 600 successful 2.78ms`, or, when all succeeded,
  /// `p99 20ms of 6,000 successful requests`.
  func text(_ name: String) -> String {
    let own = successes.quantileBounds(percentile / 100).map(Self.text)
    if let own, failed + load.unaccounted == 0 {
      return "\(name) \(own) of \(successes.count.grouped) successful requests"
    }
    let value =
      highest.map { highest in Self.text(min(lowest ?? highest, highest)...highest) }
      ?? "at least \((lowest ?? .zero).plain)"
    let beside = own.map { "\(name) of the \(successes.count.grouped) successful \($0)" } ?? "none succeeded"
    return "\(name) of all \((count + load.unaccounted).grouped) requests \(value); \(beside)"
  }

  static func text(_ range: ClosedRange<Duration>) -> String {
    range.lowerBound.plain == range.upperBound.plain
      ? range.upperBound.plain : "\(range.lowerBound.plain) to \(range.upperBound.plain)"
  }
}
