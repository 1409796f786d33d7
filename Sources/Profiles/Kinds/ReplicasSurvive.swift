extension Expectation {
  /// Nobody but the autoscaler changes how many replicas are wanted.
  package struct ReplicasSurvive: ExpectationKind {
    package var during: Window
  }
}

extension Expectation.ReplicasSurvive {
  package static let name = Expectation.KindName.replicasSurvive
  package static let summary = "Nobody but the autoscaler changes the wanted count."
  package static let example = "{during: release}"
  package static let subject = Expectation.Subject.workload

  private static let during = KindField<Window>.during.inOnePiece().required(example: "release")
  package static let fields = [during.declaration]

  package init?(_ body: KindBody) {
    guard let during = body.read(Self.during) else { return nil }
    self.init(during: during)
  }

  package var kind: Expectation.Kind { .replicasSurvive(self) }
  package var scope: Expectation.Scope { .window(during) }

  package var sentence: String { "wanted replicas changed by nobody but the autoscaler during \(during)" }
}
