import Units

extension Expectation {
  /// Each pod that is asked to go in the window ends by itself within its grace period.
  package struct GracefulExit: ExpectationKind {
    package var during: Window
    package var spare: Duration
  }
}

extension Expectation.GracefulExit {
  package static let name = Expectation.KindName.gracefulExit
  package static let summary = "Pods that go end by themselves within their grace period."
  package static let example = "{during: run}"
  package static let subject = Expectation.Subject.workload

  private static let during = KindField<Window>.during.inOnePiece().byDefault(.run, "run")
  private static let spare = KindField.duration("spare", "So much of the grace period is left at the least.")
    .byDefault(.zero, "0s")
  package static let fields = [during.declaration, spare.declaration]

  package init?(_ body: KindBody) {
    let during = body.read(Self.during)
    let spare = body.read(Self.spare)
    guard let during, let spare else { return nil }
    self.init(during: during, spare: spare)
  }

  package var kind: Expectation.Kind { .gracefulExit(self) }
  package var scope: Expectation.Scope { .window(during) }

  package var sentence: String {
    let spare = spare == .zero ? "" : ", with \(spare.text) of it left"
    return "pods that are asked to go during \(during) end within their grace period\(spare), and none is killed"
  }
}
