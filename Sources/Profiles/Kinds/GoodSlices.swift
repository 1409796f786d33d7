package import Units

extension Expectation {
  /// So many slices of time are good, each by its own requests.
  package struct GoodSlices: ExpectationKind {
    package var during: Window
    package var slices: Duration
    /// The share of a good slice's requests that succeed.
    package var objective: Percentage
    /// The share of the slices that are good.
    package var atLeast: Percentage
    /// The fewest requests of a slice that counts.
    package var requests: Int
    package var route: String?
  }
}

extension Expectation.GoodSlices {
  package static let name = Expectation.KindName.goodSlices
  package static let summary = "A share of the slices of time is good: of the requests of each, enough succeed."
  package static let example = "{during: release, slices: 10s, objective: 99%, atLeast: 95%}"
  package static let subject = Expectation.Subject.requests

  private static let during = KindField<Window>.during.inOnePiece().required(example: "release")
  private static let slices = KindField.duration(
    "slices", atLeast: .seconds(1), "How long a slice is: 1s or more."
  ).byDefault(.seconds(10), "10s")
  private static let objective = KindField<Percentage>.objective.required(example: "99%")
  private static let atLeast = KindField<Percentage>(
    "atLeast", .percentage, "The share of the slices that are good: more than 0%."
  ) { field, _ in
    guard let share = field.percentage() else { return nil }
    guard share.billionths > 0 else {
      field.report("of no slice at all nothing is asked", hint: "write more, as in 95%")
      return nil
    }
    return share
  }.required(example: "95%")
  private static let requests = KindField.wholeNumber(
    "requests", atLeast: 1, "A slice with fewer requests does not count; at least 1."
  ).byDefault(1, "1")
  private static let route = KindField<String>.route
  package static let fields = [
    during.declaration, slices.declaration, objective.declaration, atLeast.declaration, requests.declaration,
    route.declaration,
  ]

  package init?(_ body: KindBody) {
    let during = body.read(Self.during)
    let slices = body.read(Self.slices)
    let objective = body.read(Self.objective)
    let atLeast = body.read(Self.atLeast)
    let requests = body.read(Self.requests)
    let route = body.read(Self.route)
    guard let during, let slices, let objective, let atLeast, let requests else { return nil }
    self.init(
      during: during, slices: slices, objective: objective, atLeast: atLeast, requests: requests, route: route)
  }

  package var kind: Expectation.Kind { .goodSlices(self) }
  package var scope: Expectation.Scope { .window(during) }

  package var sentence: String {
    let route = route.map { " for request \($0)" } ?? ""
    return "in \(atLeast) of the slices of \(slices.text) during \(during), \(objective) of requests succeed\(route)"
  }
}
