import Profiles
import RunTimeline
import Units

extension Expectation.BudgetShare: JudgedKind {
  /// The failed share of the window, times the part of the period that the window takes, against the share that may fail.
  ///
  /// With requests coming to production at any even rate, that is failed requests of the window over the requests that may
  /// fail in the period, whatever the rate of the test was.
  func opinion(on run: RunView) -> Opinion {
    run.judging(during, route: route) { opinion(on: run, $0) }
  }

  private func opinion(on run: RunView, _ judged: JudgedLoad) -> Opinion {
    let (stretch, load) = (judged.stretch, judged.load)
    let cost = cost(load, stretch)
    let measured = [
      Judgement.Measurement(
        "budget.share", .ratio, lowest: cost.least, highest: stretch.unfinished == nil ? cost.most : nil,
        limit: Judgement.Measurement.Limit(.atMost, atMost.fraction))
    ]
    let finding = sentence(load, cost)
    let evidence = judged.evidence(on: run, route: route)
    let opinion = decided(cost, finding, load)
    // What is certain decides, whatever was not sent.
    if opinion.verdict != .fail,
      let objection = judged.objection(
        finding: finding, evidence: evidence, measured: measured, partial: measured,
        mindsRest: opinion.verdict == .pass || stretch.cut)
    {
      return objection
    }
    return opinion.about(judged.window, evidence: evidence, measuring: measured)
  }

  var focus: Judgement.Focus { .earliestEvidence }

  private func cost(_ load: LoadInWindow, _ stretch: RunView.Stretch) -> (least: Double, most: Double) {
    let (worst, best) = load.extremes()
    func cost(_ part: (failed: Int, of: Int), _ length: Duration) -> Double {
      guard part.of > 0 else { return 0 }
      let share = Double(part.failed) / Double(part.of)
      return share * max(length, .zero).seconds / (objective.complement.fraction * period.seconds)
    }
    return (
      load.unseen == nil ? 0 : cost(best, stretch.end.earliest - stretch.start.latest),
      cost(worst, stretch.end.latest - stretch.start.earliest)
    )
  }

  private func decided(_ cost: (least: Double, most: Double), _ finding: String, _ load: LoadInWindow) -> Opinion {
    if cost.most <= atMost.fraction { return .pass("\(finding), where \(atMost) is allowed") }
    if cost.least > atMost.fraction { return .fail("\(finding), where \(atMost) is allowed\(load.evenSo)") }
    return .inconclusive(
      "the ends of \(during), the requests at them, or those without a known end decide", finding: finding)
  }

  /// `12 of 7,200 requests failed (0.17%): 0.0116% of the budget of 720h, 15 requests at 50/s`.
  private func sentence(_ load: LoadInWindow, _ cost: (least: Double, most: Double)) -> String {
    let production = productionRate.map { rate in
      let budget = objective.complement.fraction * rate.perSecond * period.seconds
      let (low, high) = (Int((cost.least * budget).rounded()), Int((cost.most * budget).rounded()))
      let count = low == high ? high.of("failed request") : "\(low.grouped) to \(high.of("failed request"))"
      return ", \(count) at \(rate)"
    }
    return "\(load.failedText()): \(text(cost)) of the budget of \(period.text)\(production ?? "")"
  }

  /// A window may cost more than the whole budget.
  private func text(_ cost: (least: Double, most: Double)) -> String {
    func percent(_ share: Double) -> String {
      share <= 1
        ? Percentage(billionths: Int64((share * 1e6).rounded()) * 1_000).description
        : "\(Int((share * 100).rounded()).grouped)%"
    }
    let (low, high) = (percent(cost.least), percent(cost.most))
    return low == high ? high : "\(low) to \(high)"
  }
}
