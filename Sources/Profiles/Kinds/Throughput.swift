package import Units

extension Expectation {
  /// At least this share of the offered requests is answered as expected, or at least this rate is.
  package struct Throughput: ExpectationKind {
    package enum Bound: Sendable, Equatable {
      case share(Percentage)
      case rate(Rate)
    }

    package var during: Window
    package var atLeast: Bound
    package var route: String?
  }
}

extension Expectation.Throughput {
  package static let name = Expectation.KindName.throughput
  package static let summary = "So much of the offered load is answered successfully."
  package static let example = "{during: surge, atLeast: 99%}"
  package static let subject = Expectation.Subject.requests

  private static let during = KindField<Window>.during.required(example: "surge")
  private static let atLeast = KindField<Bound>(
    "atLeast", .shareOrRate, "A share of the offered requests, as in 99%, or a rate, as in 1300/s: more than 0."
  ) { field, _ in
    guard let text = field.text() else { return nil }
    if text.hasSuffix("%") { return field.percentage().flatMap { field.moreThanNothing(.share($0)) } }
    if text.contains("/") { return field.rate().flatMap { field.moreThanNothing(.rate($0)) } }
    field.report("\"\(text)\" is neither a share nor a rate", hint: "write 99% of the offered requests, or 1300/s")
    return nil
  }.required(example: "99%")
  private static let route = KindField<String>.route
  package static let fields = [during.declaration, atLeast.declaration, route.declaration]

  package init?(_ body: KindBody) {
    let during = body.read(Self.during)
    let atLeast = body.read(Self.atLeast)
    let route = body.read(Self.route)
    guard let during, let atLeast else { return nil }
    if case .rate = atLeast, !during.isOnePiece {
      body.report(
        Self.atLeast, "\(during) comes in several pieces of uncertain length, which a rate cannot be asked of",
        hint: "write a share, as in 99%")
    }
    self.init(during: during, atLeast: atLeast, route: route)
  }

  package var kind: Expectation.Kind { .throughput(self) }
  package var scope: Expectation.Scope { .window(during) }

  package var sentence: String {
    let bound =
      switch atLeast {
      case .share(let share): "at least \(share) of offered requests answered"
      case .rate(let rate): "at least \(rate) answered"
      }
    let route = route.map { " for request \($0)" } ?? ""
    return "\(bound) as expected during \(during)\(route)"
  }
}

extension Field {
  fileprivate func moreThanNothing(_ bound: Expectation.Throughput.Bound) -> Expectation.Throughput.Bound? {
    let isNothing =
      switch bound {
      case .share(let share): share.billionths == 0
      case .rate(let rate): rate.perSecond == 0
      }
    guard isNothing else { return bound }
    report("nothing answered is enough, so that this can never fail", hint: "write more, as in 99%")
    return nil
  }
}
