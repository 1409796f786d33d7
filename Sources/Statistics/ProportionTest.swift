/// How likely it is to count what was counted, or what speaks against a bound as much, where the bound is kept.
///
/// These are the tests that belong to the bounds of ``ProportionInterval`` and ``ProportionDifference``: a lower bound lies
/// above what is allowed exactly where the p-value lies below the risk. They assume independent requests, as those do.
package enum ProportionTest {
  /// The exact one-sided p-value of at least so many failures where the true share is at most the one that is allowed.
  ///
  /// - Parameters:
  ///   - allowed: the share of failures that is allowed.
  ///   - complement: 1 − `allowed`, given apart because it may be tiny.
  package static func pValue(failures: Int, of count: Int, allowed: Double, complement: Double) -> Double {
    min(Binomial.upperTail(failures, of: count, p: allowed, q: complement), 1)
  }

  /// The smallest risk with which Newcombe's lower bound of the difference of two shares lies above a margin.
  package static func pValue(
    of first: ProportionDifference.Count, less second: ProportionDifference.Count, margin: Double
  ) -> Double {
    /// Both bounds meet in the difference that was counted, at a risk of one half; beyond, the other one tells.
    func isRefuted(_ risk: Double) -> Bool {
      risk <= 0.5
        ? ProportionDifference.lowerBound(of: first, less: second, confidence: 1 - risk) > margin
        : ProportionDifference.upperBound(of: first, less: second, confidence: risk) > margin
    }
    var (low, high) = (0.0, 1.0)
    while high - low > 1e-13 * high {
      let middle = low + (high - low) / 2
      if middle <= low || middle >= high || middle < 1e-15 { break }
      if isRefuted(middle) { high = middle } else { low = middle }
    }
    return low + (high - low) / 2
  }
}
