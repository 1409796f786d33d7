import Units

/// Which of two kinds of triggers explains what the other does not.
struct TriggerRivalry {
  private let load: AttributedLoad
  private let reach: TriggerReach
  /// Those that leave no failures for others.
  private let covering: Set<Trigger>

  init(_ load: AttributedLoad, _ reach: TriggerReach, covering: Set<Trigger>) {
    (self.load, self.reach, self.covering) = (load, reach, covering)
  }

  /// Whether failures gather where the one is, be the other there or not, and not the other way about; or the one leaves none
  /// for the other, and the other does.
  func explains(_ one: Trigger, more other: Trigger) -> Bool {
    guard isSeen(one, beside: other) else { return false }
    return !isSeen(other, beside: one) || covering.contains(one) && !covering.contains(other)
  }

  private func isSeen(_ one: Trigger, beside other: Trigger) -> Bool {
    let (own, others) = (reach.windows[one], reach.windows[other])
    func test(within part: Stretches) -> AttributionTest {
      AttributionTest(load, own, within: part) { reach.mayBe(one, $0) }
    }
    let (inside, outside) = (test(within: others), test(within: others.complement(in: load.extent)))
    return min(inside.pValue, outside.pValue) * 2 < Attribution.risk
  }
}
