/// Latencies of which some are known only from below: requests that were not answered would have taken at least the time that they had waited, and perhaps for ever; of others nothing is known at all.
///
/// A quantile of all of them has a lowest value, and a highest one only where its rank lies among the known latencies
/// wherever the others belong.
package struct CensoredLatency: Sendable, Equatable {
  /// Latencies that are known.
  package var known = LatencyHistogram()
  /// Others that are known but for a part that is not their own: as they were measured, and the least that they may have been.
  package var delayed = LatencyHistogram()
  package var leastOfDelayed = LatencyHistogram()
  /// How long those had waited that are known from below.
  package var waited = LatencyHistogram()
  /// How many are known from below; where more than were measured, nothing is known of the waiting of the rest.
  package var censored = 0
  /// How many there are of which nothing is known.
  package var untold = 0

  package init() {}

  /// All, whatever is known of them.
  package var count: Int { known.count + delayed.count + max(censored, waited.count) + untold }

  package mutating func merge(_ other: CensoredLatency) {
    known.merge(other.known)
    delayed.merge(other.delayed)
    leastOfDelayed.merge(other.leastOfDelayed)
    waited.merge(other.waited)
    censored += other.censored
    untold += other.untold
  }

  /// Keeps the values in as little memory as they need.
  package mutating func compact() {
    known = known.compacted()
    delayed = delayed.compacted()
    leastOfDelayed = leastOfDelayed.compacted()
    waited = waited.compacted()
  }

  /// The least that a quantile of all can be; `nil` when there are none.
  package func lowest(_ q: Double) -> Duration? {
    var values = known
    values.merge(leastOfDelayed)
    values.merge(waited)
    values.record(microseconds: 0, times: max(censored - waited.count, 0) + untold)
    return values.quantileBounds(q)?.lowerBound
  }

  /// The most that it can be; `nil` when its rank may lie among those that are not known from above.
  package func highest(_ q: Double) -> Duration? {
    let answered = known.count + delayed.count
    let rank = max(Int((min(max(q, 0), 1).nextDown * Double(count)).rounded(.up)), 1)
    guard rank <= answered else { return nil }
    var values = known
    values.merge(delayed)
    values.record(microseconds: HistogramLayout.largestValue, times: count - answered)
    return values.quantileBounds(q)?.upperBound
  }
}
