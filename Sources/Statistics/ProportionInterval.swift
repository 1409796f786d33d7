import Foundation

/// Between which bounds the true share of failures lies, given `failures` of `count` requests.
///
/// Both methods assume independent requests. Errors of a rollout come in bursts, so for statements about future
/// rollouts the interval is too narrow, and repetitions of the rollout are the sounder evidence.
package struct ProportionInterval: Sendable, Equatable {
  /// Lower bound, from 0 to 1.
  package let lower: Double
  /// Upper bound, from 0 to 1.
  package let upper: Double

  package init(lower: Double, upper: Double) {
    self.lower = lower
    self.upper = upper
  }

  /// The exact interval of Clopper and Pearson (*Biometrika* 26, 1934): never less sure than stated, for gates.
  ///
  /// - Parameters:
  ///   - failures: from 0 to `count`.
  ///   - count: number of requests; 0 gives the whole range.
  ///   - confidence: the chance, such as 0.95, that the interval covers the truth; half of the rest on each side.
  package static func clopperPearson(failures: Int, of count: Int, confidence: Double) -> ProportionInterval {
    let side = (1 - confidence) / 2
    return ProportionInterval(
      lower: lowerBound(failures: failures, of: count, risk: side),
      upper: upperBound(failures: failures, of: count, risk: side))
  }

  /// The exact one-sided upper bound: with the given confidence the true share is at most this.
  package static func clopperPearsonUpper(failures: Int, of count: Int, confidence: Double) -> Double {
    upperBound(failures: failures, of: count, risk: 1 - confidence)
  }

  /// The exact one-sided lower bound: with the given confidence the true share is at least this.
  package static func clopperPearsonLower(failures: Int, of count: Int, confidence: Double) -> Double {
    lowerBound(failures: failures, of: count, risk: 1 - confidence)
  }

  /// The interval of Wilson (*Journal of the American Statistical Association* 22, 1927): near the stated confidence on
  /// average, for display and comparison.
  package static func wilson(failures: Int, of count: Int, confidence: Double) -> ProportionInterval {
    guard count > 0 else { return ProportionInterval(lower: 0, upper: 1) }
    let z = Normal.quantile(1 - (1 - confidence) / 2)
    let n = Double(count)
    let p = Double(failures) / n
    let centre = p + z * z / (2 * n)
    let spread = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    let scale = 1 + z * z / n
    return ProportionInterval(
      lower: failures == 0 ? 0 : max((centre - spread) / scale, 0),
      upper: failures == count ? 1 : min((centre + spread) / scale, 1))
  }

  /// How many requests it takes so that so many failures still prove the objective.
  ///
  /// The smallest n whose one-sided upper Clopper-Pearson bound is at most 1 − `objective`.
  ///
  /// - Parameters:
  ///   - failures: 0 or more.
  ///   - objective: the share of requests that must succeed, such as 0.999; between 0 and 1, both excluded.
  ///   - confidence: between 0 and 1, both excluded.
  package static func requestsNeeded(failures: Int, objective: Double, confidence: Double) -> Int {
    precondition(objective > 0 && objective < 1 && confidence > 0 && confidence < 1)
    func proves(_ count: Int) -> Bool {
      count > failures
        && Binomial.lowerTail(failures, of: count, p: 1 - objective, q: objective) <= 1 - confidence
    }
    var high = failures + 1
    while !proves(high) { high *= 2 }
    var low = failures
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if proves(middle) { high = middle } else { low = middle }
    }
    return high
  }

  private static func upperBound(failures: Int, of count: Int, risk: Double) -> Double {
    if failures >= count { return 1 }
    return bisect(from: Double(failures) / Double(count), to: 1) {
      Binomial.lowerTail(failures, of: count, p: $0, q: 1 - $0) > risk
    }
  }

  private static func lowerBound(failures: Int, of count: Int, risk: Double) -> Double {
    if failures <= 0 || count <= 0 { return 0 }
    return bisect(from: 0, to: Double(failures) / Double(count)) {
      Binomial.upperTail(failures, of: count, p: $0, q: 1 - $0) < risk
    }
  }

  /// Where `isBelow` turns from true to false, to the last digits.
  private static func bisect(from start: Double, to end: Double, isBelow: (Double) -> Bool) -> Double {
    var (low, high) = (start, end)
    while high - low > 1e-14 * high {
      let middle = low + (high - low) / 2
      if middle <= low || middle >= high { break }
      if isBelow(middle) { low = middle } else { high = middle }
    }
    return low + (high - low) / 2
  }
}

/// The standard normal distribution.
enum Normal {
  /// The value below which the share `p` lies: the inverse of the distribution function, by bisection on `erfc`.
  static func quantile(_ p: Double) -> Double {
    var (low, high) = (-40.0, 40.0)
    while high - low > 1e-13 {
      let middle = (low + high) / 2
      if 0.5 * erfc(-middle / 2.0.squareRoot()) < p { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
