import LoadFacts
import Statistics

/// What one worker has counted since its last handover; what it tells is ``WorkerReport/counts(_:during:address:)``.
///
/// Its storage is used again after ``clear()``, so that counting allocates nothing once every interval, route and outcome
/// of the load has been seen.
package struct Ledger: Sendable {
  struct Entry: Sendable {
    var interval: Int
    var route: Int
    var counts = RequestCounts()
    /// The first ``outcomeCount`` are in use.
    var outcomes: [OutcomeEntry] = []
    var outcomeCount = 0
  }

  /// Plain numbers, so that a new beginning is one assignment.
  struct RequestCounts: Sendable {
    var offered = 0
    var sent = 0
    var dropped = 0
    var late = 0
    var lateByMachine = 0
  }

  struct OutcomeEntry: Sendable {
    var way: OutcomeWay
    var counts = AnswerCounts()
    var fromDue = LatencyHistogram()
    var fromSend = LatencyHistogram()
  }

  /// In which way requests ended that are counted together.
  struct OutcomeWay: Sendable {
    var outcome: Outcome
    var failed: Bool
    var version: String?
  }

  struct AnswerCounts: Sendable {
    var completed = 0
    var bytes = 0
  }

  /// The first ``entryCount`` are in use.
  private(set) var entries: [Entry] = []
  private(set) var entryCount = 0
  /// Send instant minus due instant of every request sent.
  private(set) var lateness = LatencyHistogram()
  /// Of that, what this machine took.
  private(set) var machineLateness = LatencyHistogram()
  /// By index of the endpoint, as the transport numbers them.
  private(set) var connections: [ConnectionCount] = []
  var failures: [KeptFailure] = []

  package init() {}

  var usedEntries: ArraySlice<Entry> { entries[..<entryCount] }

  mutating func offered(interval: Int, route: Int) {
    let entry = takeEntry(interval, route)
    entries[entry].counts.offered += 1
  }

  mutating func sent(
    interval: Int, route: Int, lateness microseconds: Int, byMachine: Int, isLate: Bool, isLateByMachine: Bool
  ) {
    let entry = takeEntry(interval, route)
    entries[entry].counts.sent += 1
    if isLate { entries[entry].counts.late += 1 }
    if isLateByMachine { entries[entry].counts.lateByMachine += 1 }
    lateness.record(microseconds: microseconds)
    machineLateness.record(microseconds: byMachine)
  }

  /// - Parameter fromSend: `nil` for a request that was never sent.
  mutating func ended(
    interval: Int, route: Int, outcome: Outcome, failed: Bool, version: String?, bytes: Int, fromDue: Int,
    fromSend: Int?
  ) {
    let entry = takeEntry(interval, route)
    if case .dropped = outcome { entries[entry].counts.dropped += 1 }
    let place = entries[entry].takeOutcome(OutcomeWay(outcome: outcome, failed: failed, version: version))
    entries[entry].outcomes[place].counts.completed += 1
    entries[entry].outcomes[place].counts.bytes += bytes
    entries[entry].outcomes[place].fromDue.record(microseconds: fromDue)
    if let fromSend { entries[entry].outcomes[place].fromSend.record(microseconds: fromSend) }
  }

  /// A request went over a connection to an endpoint.
  mutating func connected(_ endpoint: Int, _ count: ConnectionCount) {
    while connections.count <= endpoint { connections.append(ConnectionCount()) }
    connections[endpoint].merge(count)
  }

  /// Forgets everything and keeps the storage.
  package mutating func clear() {
    for entry in entries.indices.prefix(entryCount) {
      entries[entry].outcomeCount = 0
    }
    entryCount = 0
    lateness.reset()
    machineLateness.reset()
    for endpoint in connections.indices { connections[endpoint] = ConnectionCount() }
    failures.removeAll(keepingCapacity: true)
  }

  /// Place of an entry, which is taken into use where it is not yet. The newest intervals stand last, so the search begins
  /// there.
  private mutating func takeEntry(_ interval: Int, _ route: Int) -> Int {
    var place = entryCount - 1
    while place >= 0 {
      if entries[place].interval == interval, entries[place].route == route { return place }
      place -= 1
    }
    if entryCount == entries.count {
      entries.append(Entry(interval: interval, route: route))
    } else {
      entries[entryCount].interval = interval
      entries[entryCount].route = route
      entries[entryCount].counts = RequestCounts()
    }
    entryCount += 1
    return entryCount - 1
  }
}

extension Ledger.Entry {
  /// Place of an outcome, which is taken into use where it is not yet.
  fileprivate mutating func takeOutcome(_ way: Ledger.OutcomeWay) -> Int {
    // Field by field, so that no text is retained for a comparison.
    for place in 0..<outcomeCount
    where outcomes[place].way.outcome == way.outcome && outcomes[place].way.failed == way.failed
      && outcomes[place].way.version == way.version
    {
      return place
    }
    if outcomeCount == outcomes.count {
      outcomes.append(Ledger.OutcomeEntry(way: way))
    } else {
      outcomes[outcomeCount].way = way
      outcomes[outcomeCount].counts = Ledger.AnswerCounts()
      outcomes[outcomeCount].fromDue.reset()
      outcomes[outcomeCount].fromSend.reset()
    }
    outcomeCount += 1
    return outcomeCount - 1
  }
}
