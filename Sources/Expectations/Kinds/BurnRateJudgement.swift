import Profiles
import RunTimeline
import Units

extension Expectation.BurnRate: JudgedKind {
  /// Slides both windows of each rule over the run. Fails where both certainly burned too fast at one moment, with no failure
  /// before the run; passes where that can have been at no moment, had as many failed before the run as in it.
  func opinion(on run: RunView) -> Opinion {
    run.judging(.run, route: route) { opinion(on: run, $0) }
  }

  private func opinion(on run: RunView, _ judged: JudgedLoad) -> Opinion {
    let load = judged.load
    let burn = BudgetBurn(run, judged.stretch, route: route, objective: objective)
    let moments = rules.map { Moment(worst: $0, in: burn) }
    let measured = zip(rules, moments).map { rule, moment in
      Judgement.Measurement(
        "budget.burnRate.\(rule.long.text)", .ratio, lowest: moment.least, highest: moment.most,
        limit: Judgement.Measurement.Limit(.atMost, rule.factor))
    }
    let evidence = moments.map(row) + judged.evidence(on: run, route: route)
    let opinion = decided(moments)
    if let objection = judged.objection(
      finding: opinion.finding, evidence: evidence, measured: measured, mindsRest: opinion.verdict != .fail)
    {
      return objection
    }
    if opinion.verdict == .fail, load.excused > 0 {
      return load.heldBack(finding: opinion.finding)
        .about(judged.window, evidence: evidence, measuring: measured.unjudged)
    }
    return opinion.about(judged.window, evidence: evidence, measuring: measured)
  }

  /// What came before the run is not known to have failed, so that a short run fills a long window with few failures.
  func remarks(on profile: Profile) -> [PlanRemark] {
    let length = profile.load.duration
    func highest(_ window: Duration) -> Double { min(length / window, 1) / objective.complement.fraction }
    guard !rules.contains(where: { min(highest($0.long), highest($0.short)) > $0.factor }) else { return [] }
    return [
      PlanRemark(
        field: "objective",
        message: "a run of \(length.text) burns too little of the budget to raise a \(severity.rawValue), even if "
          + "every request fails, so that this cannot fail",
        hint: "make the run longer, write a higher objective, or judge its failures by errorBudget")
    ]
  }

  private func decided(_ moments: [Moment]) -> Opinion {
    if let fired = moments.first(where: { $0.least > $0.rule.factor }) {
      return .fail(
        "a \(severity.rawValue) \(fired.at.plain) into the run: \(fired.sentence), where \(times(fired.rule.factor)) "
          + "raises it")
    }
    guard let open = moments.first(where: { $0.most > $0.rule.factor }) else {
      let worst = moments.max { $0.most / $0.rule.factor < $1.most / $1.rule.factor }
      return .pass(worst.map { "\($0.sentence) at most, where \(times($0.rule.factor)) raises it" } ?? "no rule")
    }
    return .inconclusive(
      "\(open.sentence), and \(times(open.rule.factor)) lies between: it depends on what failed before the run, or on "
        + "requests without a known end")
  }

  private func row(_ moment: Moment) -> Evidence {
    Evidence(
      at: InstantBounds(exactly: moment.at),
      "\(moment.sentence) at its highest; \(times(moment.rule.factor)) raises a \(severity.rawValue)")
  }
}

/// The moment of a run at which a rule comes nearest to raising an alert.
private struct Moment {
  let rule: Expectation.BurnRate.AlertRule
  private(set) var at = Duration.zero
  /// The smaller burn of both windows at the moment at which that is certainly the largest.
  private(set) var least = 0.0
  private(set) var most = 0.0

  init(worst rule: Expectation.BurnRate.AlertRule, in burn: BudgetBurn) {
    self.rule = rule
    for end in burn.ends {
      let (long, short) = (burn.rate(over: rule.long, until: end), burn.rate(over: rule.short, until: end))
      let (low, high) = (min(long.least, short.least), min(long.most, short.most))
      let isHigher = least <= rule.factor && (low > least || (low == least && high > most))
      if isHigher { at = end.latest }
      least = max(least, low)
      most = max(most, high)
    }
  }

  /// `the budget burned 3.1 to 5.2 times as fast as planned over 1h and 5m`.
  var sentence: String {
    let (low, high) = (number(least), number(most))
    let range = low == high ? high : "\(low) to \(high)"
    return "the budget burned \(range) times as fast as it may over \(rule.long.text) and \(rule.short.text)"
  }
}

private func times(_ factor: Double) -> String { "\(number(factor)) times" }

private func number(_ value: Double) -> String {
  let tenths = Int((value * 10).rounded())
  return tenths % 10 == 0 ? (tenths / 10).grouped : "\((tenths / 10).grouped).\(tenths % 10)"
}
