/// Which of the sorted values bound a quantile of the population (order-statistic interval, free of any assumption
/// on the distribution).
///
/// The number of values below the true quantile q is binomial with the chance q. Hence with the values in order,
/// x₍ₗ₎ is at most the quantile unless fewer than l values lie below it, and x₍ᵤ₎ at least unless u or more do. Each side
/// takes half of the risk.
package struct QuantileRanks: Sendable, Equatable {
  /// 1-based rank of the value that is certainly not above the quantile; `nil` when there are too few values.
  package let lower: Int?
  /// 1-based rank of the value that is certainly not below the quantile; `nil` when there are too few values.
  package let upper: Int?

  /// - Parameters:
  ///   - count: number of values.
  ///   - quantile: a share between 0 and 1, both excluded.
  ///   - confidence: the chance, such as 0.95, that both bounds hold.
  package init(count: Int, quantile: Double, confidence: Double) {
    let side = (1 - confidence) / 2
    self.init(count: count, quantile: quantile, lowerRisk: side, upperRisk: side)
  }

  /// Only the upper bound, with the whole risk on its side: `nil` below 299 values for the 99th percentile at 95 %.
  package static func upper(count: Int, quantile: Double, confidence: Double) -> Int? {
    QuantileRanks(count: count, quantile: quantile, lowerRisk: 0, upperRisk: 1 - confidence).upper
  }

  /// Only the lower bound, with the whole risk on its side.
  package static func lower(count: Int, quantile: Double, confidence: Double) -> Int? {
    QuantileRanks(count: count, quantile: quantile, lowerRisk: 1 - confidence, upperRisk: 0).lower
  }

  private init(count: Int, quantile: Double, lowerRisk: Double, upperRisk: Double) {
    let (p, q) = (quantile, 1 - quantile)
    // The largest l with P[X ≤ l − 1] within the risk.
    var (low, high) = (0, count + 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if Binomial.lowerTail(middle - 1, of: count, p: p, q: q) <= lowerRisk { low = middle } else { high = middle }
    }
    lower = low >= 1 && lowerRisk > 0 ? low : nil
    // The smallest u with P[X ≥ u] within the risk.
    (low, high) = (0, count + 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if Binomial.upperTail(middle, of: count, p: p, q: q) <= upperRisk { high = middle } else { low = middle }
    }
    upper = high <= count ? high : nil
  }
}
