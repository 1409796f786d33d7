import Units

extension Expectation {
  /// The rollout that an action started completes in time.
  package struct RolloutCompletes: ExpectationKind {
    package var action: String
    package var within: Duration
  }
}

extension Expectation.RolloutCompletes {
  package static let name = Expectation.KindName.rolloutCompletes
  package static let summary = "The rollout of an action completes in time."
  package static let example = "{action: release, within: 120s}"
  package static let subject = Expectation.Subject.workload

  private static let action = KindField.rollout("action", "The name of an action that starts a rollout.").required(
    example: "release")
  private static let within = KindField<Duration>.within.required(example: "120s")
  package static let fields = [action.declaration, within.declaration]

  package init?(_ body: KindBody) {
    let action = body.read(Self.action)
    let within = body.read(Self.within)
    guard let action, let within else { return nil }
    self.init(action: action, within: within)
  }

  package var kind: Expectation.Kind { .rolloutCompletes(self) }
  package var scope: Expectation.Scope { .rollout(action: action) }

  package var sentence: String { "rollout \(action) completes within \(within.text)" }
}
