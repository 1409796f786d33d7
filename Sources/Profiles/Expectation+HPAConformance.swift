extension Expectation {
  /// Every rescale of the autoscaler is one that its own spec allows.
  package struct HPAConformance: Sendable, Equatable {
    package var controller: ControllerFlags
  }
}

extension Expectation.HPAConformance {
  init?(_ body: Field) {
    guard let members = body.members(known: Expectation.ControllerFlags.keys) else { return nil }
    self.init(controller: Expectation.ControllerFlags(members))
  }
}
