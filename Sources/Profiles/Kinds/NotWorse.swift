package import Units

extension Expectation {
  /// No more requests fail than in another part of the run, but for a margin.
  package struct NotWorse: ExpectationKind {
    package var during: Window
    /// The baseline.
    package var than: Window
    /// By how much the share of failed requests may be larger.
    package var margin: Percentage
    package var confidence: Percentage
    package var route: String?
  }
}

extension Expectation.NotWorse {
  package static let name = Expectation.KindName.notWorse
  package static let summary = "The share of failed requests is not larger than in another window, but for a margin."
  package static let example = "{during: release, than: calm, margin: 0.5%}"
  package static let subject = Expectation.Subject.requests

  private static let during = KindField<Window>.during.required(example: "release")
  private static let than = KindField<Window>.window("than", "The part of the run that it is compared with.").required(
    example: "calm")
  private static let margin = KindField<Percentage>(
    "margin", .percentage,
    "How much larger the share of failed requests may be, in points: more than 0%, and less than 100%."
  ) { field, _ in
    guard let margin = field.percentage() else { return nil }
    guard margin.billionths > 0 else {
      field.report(
        "no number of requests shows that two shares do not differ at all", hint: "write what is tolerated, as in 0.5%")
      return nil
    }
    guard margin.billionths < Percentage.whole else {
      field.report(
        "no two shares differ by more than 100%, so that this can never fail",
        hint: "write what is tolerated, as in 0.5%")
      return nil
    }
    return margin
  }.required(example: "0.5%")
  private static let confidence = KindField<Percentage>.confidence.byDefault(
    Percentage(billionths: Percentage.whole / 100 * 95), "95%")
  private static let route = KindField<String>.route
  package static let fields = [
    during.declaration, than.declaration, margin.declaration, confidence.declaration, route.declaration,
  ]

  package init?(_ body: KindBody) {
    let during = body.read(Self.during)
    let than = body.read(Self.than)
    let margin = body.read(Self.margin)
    let confidence = body.read(Self.confidence)
    let route = body.read(Self.route)
    guard let during, let than, let margin, let confidence else { return nil }
    if during == than {
      body.report(
        Self.than, "\(than) is compared with itself", hint: "name a window before the change, or that of another phase")
    } else if body.plan.overlap(during, than) {
      body.report(
        Self.than, "\(than) and \(during) have a part of the run in common, which would be compared with itself",
        hint: "name one that is over before the other begins, as the phase before it")
    }
    self.init(during: during, than: than, margin: margin, confidence: confidence, route: route)
  }

  package var kind: Expectation.Kind { .notWorse(self) }
  package var scope: Expectation.Scope { .window(during) }
  package var windows: [Window] { [during, than] }

  package var sentence: String {
    let route = route.map { " for request \($0)" } ?? ""
    return "at most \(margin) more of the requests fail during \(during) than during \(than)\(route), "
      + "with a confidence of \(confidence)"
  }
}
