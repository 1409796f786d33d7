extension Expectation {
  /// Every rescale of the autoscaler is one that its own spec allows.
  package struct HPAConformance: ExpectationKind {
    package var controller: ControllerFlags
  }
}

extension Expectation.HPAConformance {
  package static let name = Expectation.KindName.hpaConformance
  package static let summary = "Each rescale is one that the autoscaler's own spec allows."
  package static let example = "{}"
  package static let subject = Expectation.Subject.autoscaler
  package static let fields = Expectation.ControllerFlags.fields

  package init?(_ body: KindBody) { self.init(controller: Expectation.ControllerFlags(body)) }

  package var kind: Expectation.Kind { .hpaConformance(self) }
  package var scope: Expectation.Scope { .recording }

  package var sentence: String { "every rescale is one that the autoscaler's own spec allows" }
}
