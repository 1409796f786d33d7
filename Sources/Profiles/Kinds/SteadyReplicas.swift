package import Units

extension Expectation {
  /// The count satisfies `count` throughout the window, from `settle` after its start.
  package struct SteadyReplicas: ExpectationKind {
    package var during: Window
    package var count: CountCondition
    package var of: ReplicaCount
    package var settle: Duration
  }
}

extension Expectation.SteadyReplicas {
  package static let name = Expectation.KindName.steadyReplicas
  package static let summary = "The count holds throughout a window."
  package static let example = "{during: calm, count: 3}"
  package static let subject = Expectation.Subject.workload

  private static let during = KindField<Window>.during.inOnePiece().required(example: "calm")
  private static let count = KindField.count("count", "What the count is throughout: a number, or a comparison.")
    .required(example: "3")
  private static let of = KindField<Expectation.ReplicaCount>.of.byDefault(.wanted, "wanted")
  private static let settle = KindField.duration("settle", "So much of the beginning is not looked at.")
    .byDefault(.zero, "0s")
  package static let fields = [during.declaration, count.declaration, of.declaration, settle.declaration]

  package init?(_ body: KindBody) {
    let during = body.read(Self.during)
    let count = body.read(Self.count)
    let of = body.read(Self.of)
    let settle = body.read(Self.settle)
    guard let during, let count, let of, let settle else { return nil }
    if let length = body.plan.longest(of: during), settle >= length {
      let window = body.plan.length(of: during) == nil ? "a run of \(length.text)" : "a window of \(length.text)"
      body.report(
        Self.settle, "after \(settle.text) nothing is left of \(window)", hint: "write less than \(length.text)")
    }
    self.init(during: during, count: count, of: of, settle: settle)
  }

  package var kind: Expectation.Kind { .steadyReplicas(self) }
  package var scope: Expectation.Scope { .window(during) }

  package var sentence: String {
    let settle = settle == .zero ? "" : ", from \(settle.text) after its start"
    return "\(of.rawValue) replicas \(count) throughout \(during)\(settle)"
  }
}
