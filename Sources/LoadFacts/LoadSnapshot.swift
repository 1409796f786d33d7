/// What happened to a load since some moment: a part that adds up with the others to the whole run.
///
/// Requests belong to the interval in which they were *due*. A late answer therefore brings a further part of an interval that
/// an earlier snapshot has told of too.
///
/// The *source* of a fact is the process that saw it, by a name that is its own among all that make up the load; its workers are
/// one source together, since they share a clock, a processor and local ports, and their parts add up before anybody sees
/// them. It is empty for the process that records the run itself. Facts of different sources stand side by side.
package struct LoadSnapshot: Sendable, Equatable {
  /// One for each stretch, route and source, in this order.
  package private(set) var intervals: [LoadInterval] = []
  /// In the order in which they ended.
  package private(set) var failures: [FailedRequest] = []
  /// One for each stretch, address and source, in this order; only those with anything to tell.
  package private(set) var connections: [ConnectionTally] = []
  /// One for each stretch and source, in this order.
  package private(set) var generator: [GeneratorSample] = []

  package init(
    intervals: [LoadInterval] = [], failures: [FailedRequest] = [], connections: [ConnectionTally] = [],
    generator: [GeneratorSample] = []
  ) {
    self.intervals.merge(intervals)
    self.failures = failures.sorted()
    self.connections.merge(connections)
    self.generator.merge(generator)
  }

  /// Adds what else happened: in any order and in any groups, parts add up to the same.
  package mutating func merge(_ other: LoadSnapshot) {
    intervals.merge(other.intervals)
    failures = (failures + other.failures).sorted()
    connections.merge(other.connections)
    generator.merge(other.generator)
  }

  /// With no more than so many failures of an outcome, the earliest.
  package func limited(failuresOfAnOutcome limit: Int) -> LoadSnapshot {
    var limited = self
    var counts: [String: Int] = [:]
    limited.failures.removeAll { failure in
      counts[failure.outcome, default: 0] += 1
      return counts[failure.outcome, default: 0] > limit
    }
    return limited
  }

  /// With histograms in their packed form: for keeping and handing on.
  package func compacted() -> LoadSnapshot {
    var compacted = self
    for index in intervals.indices { compacted.intervals[index].compact() }
    for index in generator.indices { compacted.generator[index].compact() }
    return compacted
  }
}
