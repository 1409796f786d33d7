import LoadFacts
import Units

/// The failed requests of a run that were kept whole, in the order in which they were due.
struct OrderedFailures {
  private let failures: [FailedRequest]

  init(_ failures: [FailedRequest]) {
    self.failures = failures.sorted { $0.due < $1.due }
  }

  /// Those that were due from one moment to right before another.
  func due(from start: Duration, to end: Duration) -> ArraySlice<FailedRequest> {
    let first = firstIndex(dueFrom: start)
    return failures[first..<max(first, firstIndex(dueFrom: end))]
  }

  private func firstIndex(dueFrom moment: Duration) -> Int {
    var (low, high) = (failures.startIndex, failures.endIndex)
    while low < high {
      let middle = (low + high) / 2
      if failures[middle].due < moment { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
