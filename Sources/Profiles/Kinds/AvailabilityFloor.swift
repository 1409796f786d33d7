extension Expectation {
  /// As many replicas stay available as the rollout's `maxUnavailable` promises.
  package struct AvailabilityFloor: ExpectationKind {
    package var during: Window
  }
}

extension Expectation.AvailabilityFloor {
  package static let name = Expectation.KindName.availabilityFloor
  package static let summary = "Available pods never fall below what the rollout's rules allow."
  package static let example = "{during: release}"
  package static let subject = Expectation.Subject.workload

  private static let during = KindField<Window>.during.inOnePiece().required(example: "release")
  package static let fields = [during.declaration]

  package init?(_ body: KindBody) {
    guard let during = body.read(Self.during) else { return nil }
    self.init(during: during)
  }

  package var kind: Expectation.Kind { .availabilityFloor(self) }
  package var scope: Expectation.Scope { .window(during) }

  package var sentence: String { "available replicas within maxUnavailable of wanted during \(during)" }
}
