import Profiles
import RunTimeline
import Statistics
import Units

extension Expectation.NotWorse: JudgedKind {
  /// By non-inferiority: passes where the upper bound of the difference of the two shares (Newcombe) is within the margin,
  /// fails where the lower bound is beyond it. Two shares that only seem to differ decide nothing.
  func opinion(on run: RunView) -> Opinion {
    run.judging(during, route: route) { tested in
      run.judging(than, route: route) { opinion(on: run, tested, against: $0) }
    }
  }

  private func opinion(on run: RunView, _ tested: JudgedLoad, against baseline: JudgedLoad) -> Opinion {
    guard tested.pieces.certain.intersection(baseline.pieces.certain).isEmpty else {
      return .inconclusive(
        "\(during) and \(than) had a part of the run in common, which would be compared with itself",
        window: tested.window)
    }
    let difference = Difference(tested.load, baseline.load, confidence: confidence.fraction)
    let finding =
      "\(tested.load.failedText(" during \(during)")), \(baseline.load.failedText(" during \(than)"))"
    let evidence = tested.evidence(on: run, route: route) + baseline.load.gaps + baseline.load.edges
    let opinion = decided(difference, finding, tested.load)
    let measured = [difference.measurement(atMost: margin)]
    // What is certain of the window decides, whatever was not sent in it; of the baseline all has to be known.
    let isCertain = opinion.verdict == .fail && tested.load.unseen != nil
    for judged in isCertain ? [baseline] : [tested, baseline] {
      let objection = judged.objection(
        finding: finding, evidence: evidence, measured: measured,
        mindsRest: judged.stretch.cut || opinion.verdict == .pass)
      if let objection { return objection }
    }
    return opinion.about(tested.window, evidence: evidence, measuring: measured)
      .inferring(difference.inference(margin, confidence))
  }

  func remarks(on profile: Profile) -> [PlanRemark] {
    guard let first = profile.requests(in: during, route), let second = profile.requests(in: than, route), first > 0,
      second > 0
    else { return [] }
    let needed = ProportionDifference.requestsNeeded(
      margin: margin.fraction, first: first, second: second, confidence: confidence.fraction)
    guard needed > first else {
      let most = ProportionDifference.lowerBound(
        of: (first, first), less: (0, second), confidence: confidence.fraction)
      guard most <= margin.fraction else { return [] }
      return [
        PlanRemark(
          field: "margin",
          message: "a margin of \(margin) cannot be missed with \(confidence) confidence by the \(first.grouped) "
            + "requests planned for \(during)",
          hint: "allow a smaller margin, or plan more requests")
      ]
    }
    return [
      PlanRemark(
        field: "margin",
        message: "a margin of \(margin) with \(confidence) confidence takes \(needed.grouped) requests during "
          + "\(during) without a failure in either window, and \(first.grouped) are planned",
        hint: "plan longer windows or a higher rate, or allow a larger margin", isImpossible: true)
    ]
  }

  var focus: Judgement.Focus { .earliestEvidence }

  private func decided(_ difference: Difference, _ finding: String, _ load: LoadInWindow) -> Opinion {
    let bounds =
      "with \(confidence) confidence the shares differ by \(points(difference.lower)) to \(points(difference.upper))"
    if difference.upper <= margin.fraction { return .pass("\(finding); \(bounds), within \(margin)") }
    if difference.lower > margin.fraction { return .fail("\(finding); \(bounds), beyond \(margin)\(load.evenSo)") }
    return .inconclusive(
      "\(bounds), and \(margin) lies between: it takes more requests to tell", finding: finding)
  }

  /// To a thousandth of a point.
  private func points(_ difference: Double) -> String {
    let share = Percentage(billionths: Int64((difference.magnitude * 1e5).rounded()) * 10_000)
    return difference < 0 ? "−\(share)" : share.description
  }
}

/// Between which bounds two shares of failed requests differ, over all that the observations allow.
private struct Difference {
  let lower: Double
  let upper: Double
  /// What was counted of the window and of the baseline where all that is unknown speaks against the window.
  private let worst: (ProportionDifference.Count, ProportionDifference.Count)
  /// The same where all speaks for it.
  private let best: (ProportionDifference.Count, ProportionDifference.Count)

  init(_ tested: LoadInWindow, _ baseline: LoadInWindow, confidence: Double) {
    let (first, second) = (tested.extremes(), baseline.extremes())
    worst = (first.worst, second.best)
    best = (first.best, second.worst)
    upper = ProportionDifference.upperBound(of: worst.0, less: worst.1, confidence: confidence)
    lower = ProportionDifference.lowerBound(of: best.0, less: best.1, confidence: confidence)
  }

  func inference(_ margin: Percentage, _ confidence: Percentage) -> Inference {
    Inference(
      worst: ProportionTest.pValue(of: worst.0, less: worst.1, margin: margin.fraction),
      best: ProportionTest.pValue(of: best.0, less: best.1, margin: margin.fraction), confidence: confidence)
  }

  func measurement(atMost margin: Percentage) -> Judgement.Measurement {
    Judgement.Measurement(
      "requests.failedShareDifference", .ratio, lowest: lower, highest: upper,
      limit: Judgement.Measurement.Limit(.atMost, margin.fraction))
  }
}
