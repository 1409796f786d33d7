import Units

/// Which of two kinds of triggers explains what the other does not.
struct TriggerRivalry {
  private let load: AttributedLoad
  private let windows: TriggerWindows
  /// Those that leave no failures for others.
  private let covering: Set<Trigger>

  init(_ load: AttributedLoad, _ windows: TriggerWindows, covering: Set<Trigger>) {
    (self.load, self.windows, self.covering) = (load, windows, covering)
  }

  /// Whether failures gather where the one is, be the other there or not, and not the other way about; or the one leaves none
  /// for the other, and the other does.
  func explains(_ one: Trigger, more other: Trigger) -> Bool {
    guard isSeen(one, beside: other) else { return false }
    return !isSeen(other, beside: one) || covering.contains(one) && !covering.contains(other)
  }

  private func isSeen(_ one: Trigger, beside other: Trigger) -> Bool {
    let (own, others) = (windows[one], windows[other])
    let inside = AttributionTest(load, own, within: others)
    let outside = AttributionTest(load, own, within: others.complement(in: load.extent))
    return min(inside.pValue, outside.pValue) * 2 < Attribution.risk
  }
}
