import Units

extension Expectation {
  /// The wanted count stays within what the autoscaler's own spec allows, given what its metrics said.
  package struct WithinCorridor: Sendable, Equatable {
    package var during: Window
    package var controller: ControllerFlags
  }
}

extension Expectation.WithinCorridor {
  init?(_ body: Field, _ plan: RunPlan) {
    guard let members = body.members(known: ["during"] + Expectation.ControllerFlags.keys) else { return nil }
    let during: Window? = members["during"].map { $0.window(plan) } ?? .run
    guard let during else { return nil }
    self.init(during: during, controller: Expectation.ControllerFlags(members))
  }
}
