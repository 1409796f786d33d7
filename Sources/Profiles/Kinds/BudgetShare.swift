package import Units

extension Expectation {
  /// What a window costs of the error budget of a whole period.
  package struct BudgetShare: ExpectationKind {
    package var during: Window
    package var objective: Percentage
    /// The share of the period's budget that it may cost.
    package var atMost: Percentage
    package var period: Duration
    /// Requests in a second of production; `nil` where they are not told.
    package var productionRate: Rate?
    package var route: String?
  }
}

extension Expectation.BudgetShare {
  package static let name = Expectation.KindName.budgetShare
  package static let summary = "A window costs no more than a share of the error budget of a whole period."
  package static let example = "{during: release, objective: 99.9%, atMost: 0.5%}"
  package static let subject = Expectation.Subject.requests

  private static let during = KindField<Window>.during.inOnePiece().required(example: "release")
  private static let objective = KindField<Percentage>.objectiveWithBudget.required(example: "99.9%")
  private static let atMost = KindField<Percentage>.percentage(
    "atMost", "The share of the period's budget that the window may cost."
  ).required(example: "0.5%")
  private static let period = KindField<Duration>.duration(
    "period", atLeast: .seconds(3600), "The time for which the objective is set: an hour or more."
  ).byDefault(.seconds(720 * 3600), "720h")
  private static let productionRate = KindField<Rate>(
    "productionRate", .rate, "Requests in production, to say what it would cost there."
  ) { field, _ in
    guard let rate = field.rate() else { return nil }
    guard rate.perSecond > 0 else {
      field.report("a production without requests has no budget", hint: "write what it gets on average, as in 50/s")
      return nil
    }
    return rate
  }
  private static let route = KindField<String>.route
  package static let fields = [
    during.declaration, objective.declaration, atMost.declaration, period.declaration, productionRate.declaration,
    route.declaration,
  ]

  package init?(_ body: KindBody) {
    let during = body.read(Self.during)
    let objective = body.read(Self.objective)
    let atMost = body.read(Self.atMost)
    let period = body.read(Self.period)
    let productionRate = body.read(Self.productionRate)
    let route = body.read(Self.route)
    guard let during, let objective, let atMost, let period else { return nil }
    if let longest = body.plan.longest(of: during) {
      let most = longest.seconds / (objective.complement.fraction * period.seconds)
      if atMost.fraction >= most {
        let share = Percentage(billionths: Int64((most * 1e7).rounded(.down)) * 100)
        body.report(
          Self.atMost, "\(during) would cost at most \(share) if every request failed, so that this can never fail",
          hint: "write less than that")
      }
    }
    self.init(
      during: during, objective: objective, atMost: atMost, period: period, productionRate: productionRate, route: route
    )
  }

  package var kind: Expectation.Kind { .budgetShare(self) }
  package var scope: Expectation.Scope { .window(during) }

  package var sentence: String {
    let route = route.map { " for request \($0)" } ?? ""
    return "\(during) costs at most \(atMost) of the error budget of \(objective) in \(period.text)\(route)"
  }
}
