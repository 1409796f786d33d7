import Foundation
package import Units

extension Expectation {
  /// No alert on the burn rate of an error budget would have been raised.
  package struct BurnRate: ExpectationKind {
    /// Which alerts: those that wake somebody up, or those that can wait for the morning.
    package enum Severity: String, Sendable, CaseIterable {
      case page
      case ticket
    }

    package var objective: Percentage
    package var period: Duration
    package var severity: Severity
    package var route: String?
  }
}

extension Expectation.BurnRate {
  /// An alert is raised while the budget burns faster than this in both of two windows.
  package struct AlertRule: Sendable, Equatable {
    package let long: Duration
    package let short: Duration
    /// How many times as fast as one that lasts for the whole period.
    package let factor: Double
  }

  /// The pairs of windows of the SRE workbook (B. Beyer et al., *The Site Reliability Workbook*, 2018, chapter 5): an
  /// alert is raised once so much of the period's budget has gone in the long window, and while it still goes.
  package var rules: [AlertRule] {
    let pairs: [(long: Double, short: Double, share: Double)] =
      switch severity {
      case .page: [(1, 1 / 12, 0.02), (6, 0.5, 0.05)]
      case .ticket: [(24, 2, 0.1), (72, 6, 0.1)]
      }
    return pairs.map { pair in
      AlertRule(
        long: .seconds(pair.long * 3600), short: .seconds(pair.short * 3600),
        factor: pair.share * period.seconds / (pair.long * 3600))
    }
  }
}

extension Expectation.BurnRate {
  package static let name = Expectation.KindName.burnRate
  package static let summary = "No alert on the burn rate of the error budget would have been raised."
  package static let example = "{objective: 99.9%}"
  package static let subject = Expectation.Subject.requests

  private static let objective = KindField<Percentage>.objectiveWithBudget.required(example: "99.9%")
  private static let period = KindField<Duration>.duration(
    "period", atLeast: .seconds(7 * 24 * 3600), "The time for which the objective is set: a week or more."
  ).byDefault(.seconds(720 * 3600), "720h")
  private static let severity = KindField<Severity>.word(
    "severity", "Which alerts: page (1h and 5m, 6h and 30m) or ticket (1d and 2h, 3d and 6h)."
  ).byDefault(.page, "page")
  private static let route = KindField<String>.route
  package static let fields = [
    objective.declaration, period.declaration, severity.declaration, route.declaration,
  ]

  package init?(_ body: KindBody) {
    let objective = body.read(Self.objective)
    let period = body.read(Self.period)
    let severity = body.read(Self.severity)
    let route = body.read(Self.route)
    guard let objective, let period, let severity else { return nil }
    self.init(objective: objective, period: period, severity: severity, route: route)
    let fastest = 1 / objective.complement.fraction
    guard let least = rules.map(\.factor).min(), fastest <= least else { return }
    body.report(
      Self.objective,
      "a budget of \(objective.complement) burns at most \(Self.text(fastest)) times as fast as one that lasts, and a "
        + "\(severity.rawValue) takes \(Self.text(least)), so that this can never fail",
      hint: "write a higher objective, or a shorter period")
  }

  private static func text(_ factor: Double) -> String { String(format: "%.4g", factor) }

  package var kind: Expectation.Kind { .burnRate(self) }
  package var scope: Expectation.Scope { .recording }

  package var sentence: String {
    let route = route.map { " for request \($0)" } ?? ""
    return "no \(severity.rawValue) for the burn rate of \(objective) in \(period.text)\(route)"
  }
}
