package import Units

extension Expectation {
  /// The count reaches `to` within `within` of `after`.
  package struct ScaleUp: ExpectationKind {
    package var after: Moment
    package var to: CountCondition
    package var of: ReplicaCount
    package var within: Duration
  }
}

extension Expectation.ScaleUp {
  package static let name = Expectation.KindName.scaleUp
  package static let summary = "So many replicas are there in time."
  package static let example = #"{after: surge.start, to: ">= 8", within: 90s}"#
  package static let subject = Expectation.Subject.scaling

  private static let after = KindField<Moment>.after
  private static let to = KindField<CountCondition>.to.required(example: "\">= 8\"")
  private static let of = KindField<Expectation.ReplicaCount>.of.byDefault(.ready, "ready")
  private static let within = KindField<Duration>.within.required(example: "90s")
  package static let fields = [after.declaration, to.declaration, of.declaration, within.declaration]

  package init?(_ body: KindBody) {
    let after = body.read(Self.after)
    let to = body.read(Self.to)
    let of = body.read(Self.of)
    let within = body.read(Self.within)
    guard let after, let to, let of, let within else { return nil }
    self.init(after: after, to: to, of: of, within: within)
  }

  package var kind: Expectation.Kind { .scaleUp(self) }
  package var scope: Expectation.Scope { .after(after) }

  package var sentence: String { "\(of.rawValue) replicas \(to) within \(within.text) of \(after)" }
}
