package import Units

/// What an expectation that infers found of chance: how likely it is to count what was counted, or more, where the bound is
/// kept.
package struct Inference: Sendable, Equatable {
  /// The p-values that the observations allow: where all that is unknown speaks against the bound, and where all speaks
  /// for it, which is the one that decides about a fail.
  package let pValue: ClosedRange<Double>
  /// The chance of a fail where the bound is kept that its user accepts: 1 − confidence.
  package let risk: Double

  /// - Parameters:
  ///   - worst: the p-value of the history that speaks most against the bound.
  ///   - best: the same of the one that speaks least against it.
  package init(worst: Double, best: Double, confidence: Percentage) {
    pValue = min(worst, best)...max(worst, best)
    risk = confidence.complement.fraction
  }

  /// Beside what decides: that a bound is kept is proved in another way than that it is not.
  var measurement: Judgement.Measurement {
    Judgement.Measurement("boundKept.pValue", .ratio, lowest: pValue.lowerBound, highest: pValue.upperBound)
  }
}
