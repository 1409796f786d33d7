import Foundation

/// Tail probabilities of the binomial distribution, to about twelve digits also for small tails and large counts.
///
/// The point probability follows C. Loader, *Fast and Accurate Computation of Binomial Probabilities* (2000); the tail
/// is the incomplete beta function by its continued fraction (*Numerical Recipes*, 3rd edition, 6.4), evaluated on
/// the side where it converges fast.
enum Binomial {
  /// P[X ≥ k] for X of `n` trials with the chance `p`; `q` is 1 − p, given apart because it may be tiny.
  static func upperTail(_ k: Int, of n: Int, p: Double, q: Double) -> Double {
    if k <= 0 { return 1 }
    if k > n { return 0 }
    if p <= 0 { return 0 }
    if q <= 0 { return 1 }
    let a = Double(k)
    let b = Double(n - k + 1)
    if p < (a + 1) / (a + b + 2) {
      return point(k, of: n, p: p, q: q) * q * betaFraction(a, b, p)
    }
    return 1 - point(k - 1, of: n, p: p, q: q) * p * betaFraction(b, a, q)
  }

  /// P[X ≤ k].
  static func lowerTail(_ k: Int, of n: Int, p: Double, q: Double) -> Double {
    upperTail(n - k, of: n, p: q, q: p)
  }

  /// P[X = k].
  static func point(_ k: Int, of n: Int, p: Double, q: Double) -> Double {
    if k == 0 { return exp(Double(n) * (p < 0.1 ? log1p(-p) : log(q))) }
    if k == n { return exp(Double(n) * (q < 0.1 ? log1p(-q) : log(p))) }
    let (x, total) = (Double(k), Double(n))
    let exponent =
      stirlingError(total) - stirlingError(x) - stirlingError(total - x)
      - deviance(x, total * p) - deviance(total - x, total * q)
    return exp(exponent) * (total / (2 * .pi * x * (total - x))).squareRoot()
  }

  /// The continued fraction of the incomplete beta function, by the method of Lentz.
  private static func betaFraction(_ a: Double, _ b: Double, _ x: Double) -> Double {
    let tiny = 1e-300
    func nonzero(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / nonzero(1 - (a + b) * x / (a + 1))
    var result = d
    // It needs some √max(a, b) steps; the limit serves counts beyond 10¹².
    for step in 1...10_000_000 {
      let m = Double(step)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / nonzero(1 + even * d)
      c = nonzero(1 + even / c)
      result *= d * c
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / nonzero(1 + odd * d)
      c = nonzero(1 + odd / c)
      result *= d * c
      if abs(d * c - 1) < 1e-15 { break }
    }
    return result
  }

  /// log(n!) minus Stirling's approximation of it.
  private static func stirlingError(_ n: Double) -> Double {
    if n <= 15 {
      let logFactorial = n < 2 ? 0 : (2...Int(n)).reduce(0.0) { $0 + log(Double($1)) }
      return logFactorial - (n + 0.5) * log(n) + n - 0.5 * log(2 * .pi)
    }
    let square = n * n
    let terms = 1 / 1260.0 - (1 / 1680.0 - 1 / 1188.0 / square) / square
    return (1 / 12.0 - (1 / 360.0 - terms / square) / square) / n
  }

  /// x·log(x / mean) + mean − x without cancellation near the mean.
  private static func deviance(_ x: Double, _ mean: Double) -> Double {
    guard abs(x - mean) < 0.1 * (x + mean) else { return x * log(x / mean) + mean - x }
    let v = (x - mean) / (x + mean)
    var sum = (x - mean) * v
    var term = 2 * x * v
    for step in 1...1000 {
      term *= v * v
      let next = sum + term / Double(2 * step + 1)
      if next == sum { break }
      sum = next
    }
    return sum
  }
}
