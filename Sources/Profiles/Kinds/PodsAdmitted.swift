extension Expectation {
  /// Every pod that is wanted can be created.
  package struct PodsAdmitted: ExpectationKind {
    package var during: Window
  }
}

extension Expectation.PodsAdmitted {
  package static let name = Expectation.KindName.podsAdmitted
  package static let summary = "No quota, limit range or policy refuses a pod."
  package static let example = "{during: surge}"
  package static let subject = Expectation.Subject.workload

  private static let during = KindField<Window>.during.inOnePiece().required(example: "surge")
  package static let fields = [during.declaration]

  package init?(_ body: KindBody) {
    guard let during = body.read(Self.during) else { return nil }
    self.init(during: during)
  }

  package var kind: Expectation.Kind { .podsAdmitted(self) }
  package var scope: Expectation.Scope { .window(during) }

  package var sentence: String { "no pod refused by quota or admission during \(during)" }
}
