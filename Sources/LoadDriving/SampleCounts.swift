import LoadFacts

/// How many failures of each kind were kept in this interval.
struct SampleCounts {
  private var counts: [Outcome: Int] = [:]

  /// Whether one more may be kept; if so it is counted.
  mutating func admit(_ outcome: Outcome, limit: Int) -> Bool {
    let count = counts[outcome, default: 0]
    guard count < limit else { return false }
    counts[outcome] = count + 1
    return true
  }

  mutating func clear() {
    counts.removeAll(keepingCapacity: true)
  }
}
