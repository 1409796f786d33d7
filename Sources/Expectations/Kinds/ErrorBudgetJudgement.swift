import LoadFacts
import Profiles
import RunTimeline
import Statistics
import Units

extension Expectation.ErrorBudget: JudgedKind {
  /// Counts by default: failed requests against the whole number of failures that the objective leaves for the
  /// requests of the window. With `confidence` the rate behind the count is judged, by the exact one-sided bounds of
  /// Clopper and Pearson.
  func opinion(on run: RunView) -> Opinion {
    run.judging(during, route: route) { opinion(on: run, $0) }
  }

  private func opinion(on run: RunView, _ judged: JudgedLoad) -> Opinion {
    let (stretch, load, window) = (judged.stretch, judged.load, judged.window)
    let evidence = judged.evidence(on: run, route: route)
    let finding = sentence(load)
    let measured = measurements(load, isWhole: true)
    let opinion = confidence.map { inferred($0, load, finding) } ?? counted(load)
    // What is certain decides, whatever was not sent: a fail holds even if all that is unknown had succeeded.
    let isCertain = opinion.verdict == .fail && load.unseen != nil
    if !isCertain,
      let objection = judged.objection(
        finding: finding, evidence: evidence, measured: measured, partial: measurements(load, isWhole: false),
        mindsRest: opinion.verdict == .pass || stretch.cut)
    {
      return objection
    }
    return opinion.about(window, evidence: evidence, measuring: measured)
      .inferring(confidence.map { inference(load, $0) })
  }

  /// The share of failed requests, and with a confidence the rate behind it: from the best to the worst that all that is
  /// unknown may come to.
  ///
  /// - Parameter isWhole: whether all that belongs to the window had happened when the recording ended.
  private func measurements(_ load: LoadInWindow, isWhole: Bool) -> [Judgement.Measurement] {
    typealias Limit = Judgement.Measurement.Limit
    let (worst, best) = load.extremes()
    let allowed = objective.complement.fraction
    // How many more there may have been is not known then, and all may have succeeded.
    let isBounded = load.unseen != nil
    func share(_ part: (failed: Int, of: Int)) -> Double { part.of > 0 ? Double(part.failed) / Double(part.of) : 0 }
    let failed = Judgement.Measurement.count("requests.failed", best.failed, isWhole ? worst.failed : nil)
    guard let confidence else {
      return [
        Judgement.Measurement(
          "requests.failedShare", .ratio, lowest: isBounded ? share(best) : 0, highest: isWhole ? share(worst) : nil,
          limit: Limit(.atMost, allowed)), failed,
      ]
    }
    let rate = inferredRate(worst, best, confidence)
    return [
      Judgement.Measurement(
        "requests.failureRate", .ratio, lowest: isBounded ? rate.lower : 0, highest: isWhole ? rate.upper : nil,
        limit: Limit(.atMost, allowed)),
      Judgement.Measurement(
        "requests.failedShare", .ratio, lowest: share(best), highest: isWhole ? share(worst) : nil), failed,
    ]
  }

  /// The exact one-sided bounds of Clopper and Pearson: the lower one at best, the upper one at worst.
  private func inferredRate(
    _ worst: (failed: Int, of: Int), _ best: (failed: Int, of: Int), _ confidence: Percentage
  ) -> (lower: Double, upper: Double) {
    (
      ProportionInterval.clopperPearsonLower(failures: best.failed, of: best.of, confidence: confidence.fraction),
      ProportionInterval.clopperPearsonUpper(failures: worst.failed, of: worst.of, confidence: confidence.fraction)
    )
  }

  private func inference(_ load: LoadInWindow, _ confidence: Percentage) -> Inference {
    func pValue(_ part: (failed: Int, of: Int)) -> Double {
      ProportionTest.pValue(
        failures: part.failed, of: part.of, allowed: objective.complement.fraction, complement: objective.fraction)
    }
    let (worst, best) = load.extremes()
    return Inference(worst: pValue(worst), best: load.unseen == nil ? 1 : pValue(best), confidence: confidence)
  }

  func remarks(on profile: Profile) -> [PlanRemark] {
    guard let planned = profile.requests(in: during, route) else { return [] }
    if let confidence { return remarks(on: planned, confidence) }
    // An objective of 100 % says so itself.
    guard objective.complement.billionths > 0, budget(of: planned) == 0 else { return [] }
    return [
      PlanRemark(
        field: "objective",
        message: "among the \(planned.grouped) requests planned for \(during), \(objective) allows no failure at all")
    ]
  }

  var focus: Judgement.Focus { .earliestEvidence }

  private func remarks(on planned: Int, _ confidence: Percentage) -> [PlanRemark] {
    func needed(_ failures: Int) -> Int {
      ProportionInterval.requestsNeeded(
        failures: failures, objective: objective.fraction, confidence: confidence.fraction)
    }
    guard planned >= needed(0) else {
      return [
        PlanRemark(
          field: "confidence",
          message: "\(objective) with \(confidence) confidence takes \(needed(0).grouped) requests without a failure, "
            + "and \(during) plans \(planned.grouped)",
          hint: "plan more requests, ask for less, or leave confidence out to judge the count", isImpossible: true)
      ]
    }
    let least = ProportionInterval.clopperPearsonLower(
      failures: planned, of: planned, confidence: confidence.fraction)
    guard least > objective.complement.fraction else {
      return [
        PlanRemark(
          field: "confidence",
          message: "among the \(planned.grouped) requests planned for \(during) this cannot fail, even if all "
            + "of them do",
          hint: "plan more requests, or ask for more")
      ]
    }
    var failures = 0
    while failures < 10, needed(failures + 1) <= planned { failures += 1 }
    guard failures < 10 else { return [] }
    return [
      PlanRemark(
        field: "confidence",
        message: "among the \(planned.grouped) requests planned for \(during) this passes with at most "
          + failures.of("failure"))
    ]
  }

  private func budget(of requests: Int) -> Int { objective.complement.floor(of: requests) }

  private func counted(_ load: LoadInWindow) -> Opinion {
    let (worst, best) = load.extremes()
    if worst.failed <= budget(of: worst.of) {
      let left = budget(of: worst.of) - worst.failed
      return .pass("\(sentence(load, allowed: budget(of: worst.of))): \(left.grouped) of the budget left")
    }
    if best.failed > budget(of: best.of) {
      let excess = best.failed - budget(of: best.of)
      return .fail("\(sentence(load, allowed: budget(of: best.of))): \(excess.grouped) too many\(load.evenSo)")
    }
    let charged = load.extremes(excuses: false).best
    if charged.failed > budget(of: charged.of) { return load.heldBack(finding: sentence(load)) }
    return .inconclusive(
      "the requests at the edges of \(during) decide, or those without a known end", finding: sentence(load))
  }

  private func inferred(_ confidence: Percentage, _ load: LoadInWindow, _ finding: String) -> Opinion {
    let (worst, best) = load.extremes()
    let allowed = objective.complement.fraction
    let (lower, upper) = inferredRate(worst, best, confidence)
    let bounds = "with \(confidence) confidence the rate of failures lies between \(text(lower)) and \(text(upper))"
    if upper <= allowed { return .pass("\(finding); \(bounds), within \(objective.complement)") }
    if lower > allowed { return .fail("\(finding); \(bounds), beyond \(objective.complement)") }
    let charged = load.extremes(excuses: false).best
    let lowerIfCharged = ProportionInterval.clopperPearsonLower(
      failures: charged.failed, of: charged.of, confidence: confidence.fraction)
    if lowerIfCharged > allowed { return load.heldBack(finding: "\(finding); \(bounds)") }
    let needed = ProportionInterval.requestsNeeded(
      failures: worst.failed, objective: objective.fraction, confidence: confidence.fraction)
    return .inconclusive(
      "\(bounds), and \(objective.complement) lies between; \(worst.failed.of("failure")) would pass among "
        + "\(needed.grouped) requests", finding: finding)
  }

  private func text(_ share: Double) -> String { Percentage(billionths: Int64((share * 1e9).rounded())).description }

  /// Failed requests against what the objective allows; those that may belong to the window are counted apart, so that the
  /// failures that certainly do, less those that are allowed, are the ones that are too many.
  ///
  /// - Parameter allowed: how many failures the objective leaves; without it, of all that may belong to the window.
  private func sentence(_ load: LoadInWindow, allowed: Int? = nil) -> String {
    let allowed = allowed ?? budget(of: load.certain.offered + load.perhaps.offered)
    return "\(load.failedText()), where \(objective) allows \(allowed.grouped)"
  }
}
