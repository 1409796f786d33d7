import LoadFacts
import Statistics
import Units

/// Whether failures gather in some stretches of a part of the run.
struct AttributionTest {
  let inside: Int
  /// Of the part's requests, the share that was due there.
  let share: Double
  let pValue: Double
  let fraction: Attribution.Fraction?

  /// - Parameter suits: which failures count as being there; all others count as being elsewhere.
  init(
    _ load: AttributedLoad, _ stretches: Stretches, within part: Stretches,
    where suits: (FailedRequest) -> Bool = { _ in true }
  ) {
    let all = load.count(in: part)
    let some = load.count(in: stretches.intersection(part), where: suits)
    self.init(
      min(some.failed, all.failed), of: all.failed,
      share: all.requests > 0 ? min(some.requests / all.requests, 1) : 0)
  }

  /// - Parameters:
  ///   - inside: how many of all failures are there.
  ///   - share: of the requests.
  init(_ inside: Int, of all: Int, share: Double) {
    (self.inside, self.share) = (inside, share)
    guard all > 0, share > 0, share < 1 else {
      (pValue, fraction) = (1, nil)
      return
    }
    pValue = ProportionTest.pValue(failures: inside, of: all, allowed: share, complement: 1 - share)
    let bounds = ProportionInterval.clopperPearson(failures: inside, of: all, confidence: 1 - Attribution.risk)
    // Of two Poisson rates the one is a binomial share of both together.
    let odds = share / (1 - share)
    func excess(_ part: Double) -> Double { part > 0 ? min(max(1 - (1 - part) / part * odds, 0), 1) : 0 }
    let value = excess(Double(inside) / Double(all))
    self.fraction =
      value > 0 ? Attribution.Fraction(value: value, lower: excess(bounds.lower), upper: excess(bounds.upper)) : nil
  }
}
