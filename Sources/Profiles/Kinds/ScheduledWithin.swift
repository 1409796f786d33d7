import Units

extension Expectation {
  /// Every new pod gets its node in time.
  package struct ScheduledWithin: ExpectationKind {
    package var during: Window
    package var within: Duration
  }
}

extension Expectation.ScheduledWithin {
  package static let name = Expectation.KindName.scheduledWithin
  package static let summary = "Every pod that is created gets its node in time."
  package static let example = "{during: surge, within: 5s}"
  package static let subject = Expectation.Subject.workload

  private static let during = KindField<Window>.during.inOnePiece().required(example: "surge")
  private static let within = KindField<Duration>.within.required(example: "5s")
  package static let fields = [during.declaration, within.declaration]

  package init?(_ body: KindBody) {
    let during = body.read(Self.during)
    let within = body.read(Self.within)
    guard let during, let within else { return nil }
    self.init(during: during, within: within)
  }

  package var kind: Expectation.Kind { .scheduledWithin(self) }
  package var scope: Expectation.Scope { .window(during) }

  package var sentence: String { "each pod created during \(during) scheduled within \(within.text)" }
}
