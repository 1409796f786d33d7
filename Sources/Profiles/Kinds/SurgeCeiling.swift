extension Expectation {
  /// No more pods at once than the rollout's `maxSurge` allows.
  package struct SurgeCeiling: ExpectationKind {
    package var during: Window
    /// How many pods beyond the ceiling may exist while they terminate; `nil` where those are not looked at.
    package var terminating: Int?
  }
}

extension Expectation.SurgeCeiling {
  package static let name = Expectation.KindName.surgeCeiling
  package static let summary = "No more pods are created at once than maxSurge allows."
  package static let example = "{during: release}"
  package static let subject = Expectation.Subject.workload

  private static let during = KindField<Window>.during.inOnePiece().required(example: "release")
  private static let terminating = KindField.wholeNumber(
    "terminating",
    "How many pods above the ceiling may exist with those that terminate; where it is left out, those do not count.")
  package static let fields = [during.declaration, terminating.declaration]

  package init?(_ body: KindBody) {
    let during = body.read(Self.during)
    let terminating = body.read(Self.terminating)
    guard let during, terminating != nil || !body.has(Self.terminating) else { return nil }
    self.init(during: during, terminating: terminating)
  }

  package var kind: Expectation.Kind { .surgeCeiling(self) }
  package var scope: Expectation.Scope { .window(during) }

  package var sentence: String {
    let more = terminating.map { ", and at most \($0) more with those that terminate," } ?? ""
    return "created pods within wanted + maxSurge\(more) during \(during)"
  }
}
