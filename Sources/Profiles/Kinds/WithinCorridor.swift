extension Expectation {
  /// The wanted count stays within what the autoscaler's own spec allows, given what its metrics said.
  package struct WithinCorridor: ExpectationKind {
    package var during: Window
    package var controller: ControllerFlags
  }
}

extension Expectation.WithinCorridor {
  package static let name = Expectation.KindName.withinCorridor
  package static let summary = "The wanted count stays within what the autoscaler's spec allows, given its metrics."
  package static let example = "{}"
  package static let subject = Expectation.Subject.autoscaler

  private static let during = KindField<Window>.during.inOnePiece().byDefault(.run, "run")
  package static let fields = [during.declaration] + Expectation.ControllerFlags.fields

  package init?(_ body: KindBody) {
    let flags = Expectation.ControllerFlags(body)
    guard let during = body.read(Self.during) else { return nil }
    self.init(during: during, controller: flags)
  }

  package var kind: Expectation.Kind { .withinCorridor(self) }
  package var scope: Expectation.Scope { .window(during) }

  package var sentence: String {
    "wanted replicas within what the autoscaler's own spec allows throughout \(during)"
  }
}
