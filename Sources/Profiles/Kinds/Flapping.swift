package import Units

extension Expectation {
  /// How often the wanted count changes its direction.
  package struct Flapping: ExpectationKind {
    package var during: Window
    package var reversals: CountCondition
  }
}

extension Expectation.Flapping {
  package static let name = Expectation.KindName.flapping
  package static let summary = "The wanted count changes its direction so seldom."
  package static let example = #"{during: run, reversals: "<= 1"}"#
  package static let subject = Expectation.Subject.workload

  private static let during = KindField<Window>.during.inOnePiece().byDefault(.run, "run")
  private static let reversals = KindField.count(
    "reversals", "How often a rise follows a fall, or a fall a rise: a number, or a comparison."
  ).required(example: "\"<= 1\"")
  package static let fields = [during.declaration, reversals.declaration]

  package init?(_ body: KindBody) {
    let during = body.read(Self.during)
    let reversals = body.read(Self.reversals)
    guard let during, let reversals else { return nil }
    self.init(during: during, reversals: reversals)
  }

  package var kind: Expectation.Kind { .flapping(self) }
  package var scope: Expectation.Scope { .window(during) }

  package var sentence: String { "wanted replicas change their direction \(reversals) times during \(during)" }
}
