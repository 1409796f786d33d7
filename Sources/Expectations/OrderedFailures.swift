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
    let first = failures.indexOfRest(where: { $0.due >= start })
    return failures[first..<max(first, failures.indexOfRest(where: { $0.due >= end }))]
  }

  /// Those of the route and the source of an interval that were due in it.
  func due(of interval: LoadInterval) -> [FailedRequest] {
    due(from: interval.start, to: interval.end).filter { $0.route == interval.route && $0.source == interval.source }
  }
}
