/// Between which bounds the difference of two true shares lies, given the failures that were counted of each.
///
/// The hybrid of the two intervals of Wilson, method 10 of R. G. Newcombe (*Statistics in Medicine* 17, 1998, p. 873). It
/// assumes independent requests, as ``ProportionInterval`` does.
package enum ProportionDifference {
  /// A share that was counted.
  package typealias Count = (failed: Int, of: Int)

  /// The one-sided upper bound: with the given confidence the first share exceeds the second by at most this; 1 where
  /// nothing was counted.
  package static func upperBound(of first: Count, less second: Count, confidence: Double) -> Double {
    let (a, b) = (Side(first, confidence), Side(second, confidence))
    let spread = ((a.upper - a.share) * (a.upper - a.share) + (b.share - b.lower) * (b.share - b.lower)).squareRoot()
    return min(a.share - b.share + spread, 1)
  }

  /// The one-sided lower bound: with the given confidence the first share exceeds the second by at least this; −1 where
  /// nothing was counted.
  package static func lowerBound(of first: Count, less second: Count, confidence: Double) -> Double {
    -upperBound(of: second, less: first, confidence: confidence)
  }

  /// How many requests it takes in each of two windows, in the ratio of those that are planned, so that no failure at all
  /// proves that the first share exceeds the second by at most the margin.
  ///
  /// - Parameters:
  ///   - margin: above 0.
  ///   - first: planned in the window that is compared, above 0.
  ///   - second: planned in the other one, above 0.
  package static func requestsNeeded(margin: Double, first: Int, second: Int, confidence: Double) -> Int {
    let ratio = Double(second) / Double(first)
    func proves(_ count: Int) -> Bool {
      let other = max(Int(Double(count) * ratio), 1)
      return upperBound(of: (0, count), less: (0, other), confidence: confidence) <= margin
    }
    var high = 1
    while !proves(high), high < 1 << 50 { high *= 2 }
    var low = high / 2
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if proves(middle) { high = middle } else { low = middle }
    }
    return high
  }

  private struct Side {
    let share: Double
    let lower: Double
    let upper: Double

    /// A one-sided bound is an end of the two-sided interval with twice the risk.
    init(_ count: Count, _ confidence: Double) {
      let interval = ProportionInterval.wilson(
        failures: count.failed, of: count.of, confidence: 1 - 2 * (1 - confidence))
      (lower, upper) = (interval.lower, interval.upper)
      share = count.of > 0 ? Double(count.failed) / Double(count.of) : 0.5
    }
  }
}
