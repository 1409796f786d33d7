extension Expectation {
  /// No rollout begins before the one before is complete.
  package struct OneRollout: ExpectationKind {
    package var during: Window
  }
}

extension Expectation.OneRollout {
  package static let name = Expectation.KindName.oneRollout
  package static let summary = "No rollout begins before the one before is complete."
  package static let example = "{during: run}"
  package static let subject = Expectation.Subject.workload

  private static let during = KindField<Window>.during.inOnePiece().byDefault(.run, "run")
  package static let fields = [during.declaration]

  package init?(_ body: KindBody) {
    guard let during = body.read(Self.during) else { return nil }
    self.init(during: during)
  }

  package var kind: Expectation.Kind { .oneRollout(self) }
  package var scope: Expectation.Scope { .window(during) }

  package var sentence: String { "one rollout at a time during \(during)" }
}
