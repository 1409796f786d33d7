package import Units

extension Expectation {
  /// A percentile of the latency of successful requests lies below a bound.
  package struct Latency: ExpectationKind {
    package enum From: String, Sendable, Equatable, CaseIterable {
      case due
      case send
    }

    package var during: Window
    /// 0 to 100, as in 99 or 99.9.
    package var percentile: Double
    package var below: Duration
    package var from: From
    /// With it, the percentile behind the values is judged instead of theirs.
    package var confidence: Percentage?
    package var route: String?
  }
}

extension Expectation.Latency {
  package static let name = Expectation.KindName.latency
  package static let summary = "A percentile of the latency stays below a bound."
  package static let example = "{during: surge, percentile: 99, below: 250ms}"
  package static let subject = Expectation.Subject.requests

  private static let during = KindField<Window>.during.required(example: "surge")
  private static let percentile = KindField.percentile("percentile", "Which percentile: above 0 and below 100.")
    .required(example: "99")
  private static let below = KindField.duration(
    "below", atLeast: .microseconds(1), "The percentile lies below this; at least 1us."
  ).required(example: "250ms")
  private static let from = KindField<From>.word(
    "from", "Since when a latency is counted: the moment of being due, or of being sent."
  ).byDefault(.due, "due")
  private static let confidence = KindField<Percentage>.confidence(ofUnderlying: "percentile")
  private static let route = KindField<String>.route
  package static let fields = [
    during.declaration, percentile.declaration, below.declaration, from.declaration, confidence.declaration,
    route.declaration,
  ]

  package init?(_ body: KindBody) {
    let during = body.read(Self.during)
    let percentile = body.read(Self.percentile)
    let below = body.read(Self.below)
    let from = body.read(Self.from)
    let confidence = body.read(Self.confidence)
    let route = body.read(Self.route)
    guard let during, let percentile, let below, let from else { return nil }
    self.init(
      during: during, percentile: percentile, below: below, from: from, confidence: confidence, route: route)
  }

  package var kind: Expectation.Kind { .latency(self) }
  package var scope: Expectation.Scope { .window(during) }
  package var acceptedLatency: Duration? { below }

  package var sentence: String {
    let from = from == .due ? "" : " from sending"
    let route = route.map { " for request \($0)" } ?? ""
    let confidence = confidence.map { " with a confidence of \($0)" } ?? ""
    return "p\(percentileText) latency\(from) below \(below.text) during \(during)\(route)\(confidence)"
  }

  /// `99`, `99.9`.
  package var percentileText: String {
    percentile == percentile.rounded() ? "\(Int(percentile))" : "\(percentile)"
  }
}
