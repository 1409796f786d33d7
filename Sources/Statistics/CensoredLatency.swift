/// Latencies of which some are known only from below: requests that were not answered would have taken at least the time that they had waited, and perhaps for ever; of others nothing is known at all.
///
/// A quantile of all of them has a lowest value, and a highest one only where its rank lies among the known latencies
/// wherever the others belong.
package struct CensoredLatency: Sendable, Equatable {
  /// Latencies that are known.
  package var known = LatencyHistogram()
  /// How long those had waited that are known from below.
  package var waited = LatencyHistogram()
  /// How many are known from below; where more than were measured, nothing is known of the waiting of the rest.
  package var censored = 0
  /// How many there are of which nothing is known.
  package var untold = 0

  package init() {}

  /// All, whatever is known of them.
  package var count: Int { known.count + max(censored, waited.count) + untold }

  package mutating func merge(_ other: CensoredLatency) {
    known.merge(other.known)
    waited.merge(other.waited)
    censored += other.censored
    untold += other.untold
  }

  /// The least that a quantile of all can be; `nil` when there are none.
  package func lowest(_ q: Double) -> Duration? {
    var values = known
    values.merge(waited)
    values.record(microseconds: 0, times: max(censored - waited.count, 0) + untold)
    return values.quantileBounds(q)?.lowerBound
  }

  /// A quantile of all, where those that are not known took longer than those that are, as ``LatencyHistogram/quantile(_:)``
  /// gives one of those: the most that it can be, to the precision of the histogram. `nil` as for ``highest(_:)``.
  package func quantile(_ q: Double) -> Duration? {
    guard highest(q) != nil else { return nil }
    var values = known
    values.record(microseconds: HistogramLayout.largestValue, times: count - known.count)
    return values.quantile(q)
  }

  /// The most that it can be; `nil` when its rank may lie among those that are not known from above.
  package func highest(_ q: Double) -> Duration? {
    let rank = max(Int((min(max(q, 0), 1).nextDown * Double(count)).rounded(.up)), 1)
    guard rank <= known.count else { return nil }
    var values = known
    values.record(microseconds: HistogramLayout.largestValue, times: count - known.count)
    return values.quantileBounds(q)?.upperBound
  }
}
