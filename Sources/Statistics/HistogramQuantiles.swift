extension LatencyHistogram {
  /// The value below or at which the share `q` of the values lies: the highest value that its bucket can hold.
  ///
  /// The rank is ⌈q × count⌉, at least 1, so that `q` = 0 gives the bucket of the minimum and `q` = 1 the maximum.
  ///
  /// - Parameter q: a share from 0 to 1; values outside are clamped.
  /// - Returns: `nil` when the histogram is empty.
  package func quantile(_ q: Double) -> Duration? {
    quantileBounds(q)?.upperBound
  }

  /// Between which values the quantile lies: the bounds of its bucket, narrowed by the exact minimum and maximum.
  package func quantileBounds(_ q: Double) -> ClosedRange<Duration>? {
    bounds(ofRanks: [rank(q)]).first
  }

  /// Several quantiles in one pass over the buckets, in the order asked for; none when the histogram is empty.
  package func quantiles(_ q: [Double]) -> [Duration] {
    bounds(ofRanks: q.map(rank)).map(\.upperBound)
  }

  /// Between which values the true quantile of the *population* lies with the given confidence.
  ///
  /// The order-statistic interval of ``QuantileRanks``, widened by the width of the buckets. A side is `nil` when
  /// there are too few values to bound it.
  package func quantileInterval(_ q: Double, confidence: Double) -> (lower: Duration?, upper: Duration?) {
    let ranks = QuantileRanks(count: count, quantile: q, confidence: confidence)
    let lower = ranks.lower.flatMap { bounds(ofRanks: [$0]).first?.lowerBound }
    let upper = ranks.upper.flatMap { bounds(ofRanks: [$0]).first?.upperBound }
    return (lower, upper)
  }

  /// All buckets that hold values, in rising order, with their bounds (both inclusive, to a microsecond).
  package func buckets() -> [(bounds: ClosedRange<Duration>, count: Int)] {
    var result: [(bounds: ClosedRange<Duration>, count: Int)] = []
    forEachBucket { index, count in result.append((Self.durations(HistogramLayout.values(of: index)), Int(count))) }
    return result
  }

  /// How many values certainly lie above a limit, and how many possibly do (those whose bucket holds the limit too).
  package func countAbove(_ limit: Duration) -> ClosedRange<Int> {
    var certain = 0
    var possible = 0
    forEachBucket { index, bucketCount in
      let values = Self.durations(HistogramLayout.values(of: index))
      if values.lowerBound > limit { certain += Int(bucketCount) }
      if values.upperBound > limit { possible += Int(bucketCount) }
    }
    if let maximum, maximum <= limit { possible = 0 }
    return certain...max(certain, possible)
  }

  /// Rank of a quantile, 1-based. The share is lowered by one unit of floating point before rounding up, so that 99 %
  /// of 100 is rank 99 although 0.99 is not a binary fraction.
  private func rank(_ q: Double) -> Int {
    let share = min(max(q, 0), 1)
    return min(max(Int((share.nextDown * Double(count)).rounded(.up)), 1), max(count, 1))
  }

  private func bounds(ofRanks ranks: [Int]) -> [ClosedRange<Duration>] {
    guard !isEmpty else { return [] }
    let order = ranks.indices.sorted { ranks[$0] < ranks[$1] }
    var result = ranks.map { _ in Duration.zero...Duration.zero }
    var next = 0
    var seen = 0
    forEachBucket { index, bucketCount in
      seen += Int(bucketCount)
      while next < order.count, ranks[order[next]] <= seen {
        let values = HistogramLayout.values(of: index)
        result[order[next]] = Self.durations(max(values.lowerBound, lowest)...min(values.upperBound, highest))
        next += 1
      }
    }
    return result
  }

  private static func durations(_ microseconds: ClosedRange<Int>) -> ClosedRange<Duration> {
    .microseconds(microseconds.lowerBound) ... .microseconds(microseconds.upperBound)
  }
}
