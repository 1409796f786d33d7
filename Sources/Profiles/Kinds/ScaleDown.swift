package import Units

extension Expectation {
  /// The count does not fall before `notBefore`, or reaches `to` within `within`, counted from `after`.
  package struct ScaleDown: ExpectationKind {
    package var after: Moment
    package var to: CountCondition?
    package var of: ReplicaCount
    package var within: Duration?
    package var notBefore: Duration?
  }
}

extension Expectation.ScaleDown {
  package static let name = Expectation.KindName.scaleDown
  package static let summary = "Replicas are given back in time, and not too early."
  package static let example = "{after: settle.start, to: 3, within: 12m, notBefore: 285s}"
  package static let subject = Expectation.Subject.scaling

  private static let after = KindField<Moment>.after
  private static let to = KindField<CountCondition>.to
  private static let of = KindField<Expectation.ReplicaCount>.of.byDefault(.wanted, "wanted")
  private static let within = KindField<Duration>.within
  private static let notBefore = KindField.duration("notBefore", "The time in which the count does not fall.")
  package static let fields = [
    after.declaration, to.declaration, of.declaration, within.declaration, notBefore.declaration,
  ]

  package init?(_ body: KindBody) {
    let after = body.read(Self.after)
    let to = body.read(Self.to)
    let of = body.read(Self.of)
    let within = body.read(Self.within)
    let notBefore = body.read(Self.notBefore)
    if body.isMisspelt(Self.to) || body.isMisspelt(Self.within) || body.isMisspelt(Self.notBefore) { return nil }
    if body.has(Self.to) != body.has(Self.within) {
      body.report("to and within belong together", hint: "write both, as in {after: settle.start, to: 3, within: 12m}")
      return nil
    }
    if !body.has(Self.to), !body.has(Self.notBefore) {
      body.report("nothing is expected", hint: "write notBefore: 285s, or to: 3 with within: 12m")
      return nil
    }
    if let notBefore, let after { Self.check(notBefore, fitsAfter: after, body) }
    if let notBefore, let within, notBefore > within {
      body.report(Self.notBefore, "nothing can happen not before \(notBefore.text) and yet within \(within.text)")
    }
    guard let after, let of else { return nil }
    self.init(after: after, to: to, of: of, within: within, notBefore: notBefore)
  }

  /// Reports a length that goes beyond the planned end of the run.
  private static func check(_ length: Duration, fitsAfter moment: Moment, _ body: KindBody) {
    guard let start = body.plan.planned(moment), let end = body.plan.end, start + length > end else { return }
    let rest = max(end - start, .zero)
    body.report(
      notBefore, "\(length.text) can never be seen to pass: the run ends \(rest.text) later",
      hint: "make the last phase longer, or write at most \(rest.text)")
  }

  package var kind: Expectation.Kind { .scaleDown(self) }
  package var scope: Expectation.Scope { .after(after) }

  package var sentence: String {
    var parts: [String] = []
    if let to, let within { parts.append("\(of.rawValue) replicas \(to) within \(within.text) of \(after)") }
    if let notBefore { parts.append("no fewer \(of.rawValue) replicas before \(notBefore.text) after \(after)") }
    return parts.joined(separator: "; ")
  }
}
