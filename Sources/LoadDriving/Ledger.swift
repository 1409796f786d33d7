import LoadFacts
import Statistics

/// What one worker has counted since its last handover; what it tells is ``WorkerReport/counts(_:during:address:)``.
///
/// Its storage is used again after ``clear()``, so that counting allocates nothing once every interval, route and outcome
/// of the load has been seen.
package struct Ledger: Sendable {
  struct Entry: Sendable {
    var interval = 0
    var route = 0
    var offered = 0
    var sent = 0
    var dropped = 0
    var late = 0
    var lateByMachine = 0
    /// The first ``outcomeCount`` are in use.
    var outcomes: [OutcomeEntry] = []
    var outcomeCount = 0
  }

  struct OutcomeEntry: Sendable {
    var outcome: Outcome
    var failed: Bool
    var version: String?
    var completed = 0
    var bytes = 0
    var fromDue = LatencyHistogram()
    var fromSend = LatencyHistogram()
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
    let entry = index(interval, route)
    entries[entry].offered += 1
  }

  mutating func sent(
    interval: Int, route: Int, lateness microseconds: Int, byMachine: Int, isLate: Bool, isLateByMachine: Bool
  ) {
    let entry = index(interval, route)
    entries[entry].sent += 1
    if isLate { entries[entry].late += 1 }
    if isLateByMachine { entries[entry].lateByMachine += 1 }
    lateness.record(microseconds: microseconds)
    machineLateness.record(microseconds: byMachine)
  }

  /// - Parameter fromSend: `nil` for a request that was never sent.
  mutating func ended(
    interval: Int, route: Int, outcome: Outcome, failed: Bool, version: String?, bytes: Int, fromDue: Int,
    fromSend: Int?
  ) {
    let entry = index(interval, route)
    if case .dropped = outcome { entries[entry].dropped += 1 }
    let place = entries[entry].index(outcome, failed: failed, version: version)
    entries[entry].outcomes[place].completed += 1
    entries[entry].outcomes[place].bytes += bytes
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

  /// Place of the entry, which is made if need be. The newest intervals stand last, so the search begins there.
  private mutating func index(_ interval: Int, _ route: Int) -> Int {
    var place = entryCount - 1
    while place >= 0 {
      if entries[place].interval == interval, entries[place].route == route { return place }
      place -= 1
    }
    if entryCount == entries.count { entries.append(Entry()) }
    entries[entryCount].interval = interval
    entries[entryCount].route = route
    entries[entryCount].offered = 0
    entries[entryCount].sent = 0
    entries[entryCount].dropped = 0
    entries[entryCount].late = 0
    entries[entryCount].lateByMachine = 0
    entryCount += 1
    return entryCount - 1
  }
}

extension Ledger.Entry {
  /// Place of the outcome, which is made if need be.
  fileprivate mutating func index(_ outcome: Outcome, failed: Bool, version: String?) -> Int {
    for place in 0..<outcomeCount
    where outcomes[place].outcome == outcome && outcomes[place].failed == failed
      && outcomes[place].version == version
    {
      return place
    }
    if outcomeCount == outcomes.count {
      outcomes.append(Ledger.OutcomeEntry(outcome: outcome, failed: failed, version: version))
    } else {
      outcomes[outcomeCount].outcome = outcome
      outcomes[outcomeCount].failed = failed
      outcomes[outcomeCount].version = version
      outcomes[outcomeCount].completed = 0
      outcomes[outcomeCount].bytes = 0
      outcomes[outcomeCount].fromDue.reset()
      outcomes[outcomeCount].fromSend.reset()
    }
    outcomeCount += 1
    return outcomeCount - 1
  }
}
