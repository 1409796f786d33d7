package import Units

extension Expectation {
  /// No more requests fail than the objective allows.
  package struct ErrorBudget: ExpectationKind {
    package var during: Window
    package var objective: Percentage
    /// With it, the underlying rate of failures is judged instead of the count.
    package var confidence: Percentage?
    package var route: String?
  }
}

extension Expectation.ErrorBudget {
  package static let name = Expectation.KindName.errorBudget
  package static let summary = "Failed requests stay within a budget."
  package static let example = "{during: release, objective: 99.9%}"
  package static let subject = Expectation.Subject.requests

  private static let during = KindField<Window>.during.required(example: "release")
  private static let objective = KindField<Percentage>.objective.required(example: "99.9%")
  private static let confidence = KindField<Percentage>.confidence
  private static let route = KindField<String>.route
  package static let fields = [
    during.declaration, objective.declaration, confidence.declaration, route.declaration,
  ]

  package init?(_ body: KindBody) {
    let during = body.read(Self.during)
    let objective = body.read(Self.objective)
    let confidence = body.read(Self.confidence)
    let route = body.read(Self.route)
    guard let during, let objective else { return nil }
    if objective.billionths == Percentage.whole {
      body.report(
        Self.confidence, "no number of requests shows with any confidence that 100% succeed",
        hint: "leave confidence out to allow no failure at all, or write an objective below 100%, as in 99.99%")
    }
    self.init(during: during, objective: objective, confidence: confidence, route: route)
  }

  package var kind: Expectation.Kind { .errorBudget(self) }
  package var scope: Expectation.Scope { .window(during) }

  package var sentence: String {
    let route = route.map { " for request \($0)" } ?? ""
    let confidence = confidence.map { " with a confidence of \($0)" } ?? ""
    return "\(objective) of requests succeed during \(during)\(route)\(confidence)"
  }
}
