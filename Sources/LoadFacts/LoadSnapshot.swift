package import Statistics

/// What happened since the snapshot before: a part that adds up with the others to the whole run.
///
/// Requests belong to the interval in which they were *due*. A late answer therefore brings a further tally for an
/// interval that an earlier snapshot has reported too; the tallies of an interval and route merge by adding.
package struct LoadSnapshot: Sendable {
  package let intervals: [IntervalTally]
  package let failures: [FailureSample]
  /// Only those with anything to tell.
  package let connections: [ConnectionTally]
  package let generator: GeneratorSample

  package init(
    intervals: [IntervalTally], failures: [FailureSample], connections: [ConnectionTally],
    generator: GeneratorSample
  ) {
    self.intervals = intervals
    self.failures = failures
    self.connections = connections
    self.generator = generator
  }
}

/// Connections to one address since the snapshot before.
package struct ConnectionTally: Sendable, Equatable {
  /// `ADDRESS:PORT`.
  package let address: String
  package let opened: Int
  /// Requests that went over a connection that stood already, however they ended.
  package let reused: Int
  /// Connections that the server had closed while they were idle, or closed under a request that it did not answer, as seen
  /// when they were wanted again.
  package let closedByPeer: Int
  /// The most requests that one of the connections in use had carried.
  package let mostRequests: Int
  /// Answers whose body was packed.
  package let compressed: Int

  package init(
    address: String, opened: Int, reused: Int, closedByPeer: Int, mostRequests: Int, compressed: Int
  ) {
    self.address = address
    self.opened = opened
    self.reused = reused
    self.closedByPeer = closedByPeer
    self.mostRequests = mostRequests
    self.compressed = compressed
  }
}

/// Counts of one route in one interval.
package struct IntervalTally: Sendable, Equatable {
  /// Number of the interval since the start, from 0.
  package let interval: Int
  /// Index of the route in the plan of the load.
  package let route: Int
  /// Requests that became due. Over a whole run this is the sum of `completed` of all outcomes.
  package let offered: Int
  package let sent: Int
  /// Requests that were never sent, since they were too late, by whatever cause.
  package let dropped: Int
  /// Requests that were sent more than the lateness that counts as late after they were due.
  package let late: Int
  /// Of those, how many this machine alone made so late.
  package let lateByMachine: Int
  package let outcomes: [OutcomeTally]

  package init(
    interval: Int, route: Int, offered: Int, sent: Int, dropped: Int, late: Int, lateByMachine: Int,
    outcomes: [OutcomeTally]
  ) {
    self.interval = interval
    self.route = route
    self.offered = offered
    self.sent = sent
    self.dropped = dropped
    self.late = late
    self.lateByMachine = lateByMachine
    self.outcomes = outcomes
  }
}

/// Requests of one interval and route that ended the same way.
package struct OutcomeTally: Sendable, Equatable {
  /// The text of an ``Outcome``.
  package let outcome: String
  package let failed: Bool
  /// What the version header said; `nil` when there is none.
  package let version: String?
  package let completed: Int
  /// Bytes of response bodies.
  package let bytes: Int
  /// From the instant a request was due to its end. For requests that never got an answer (timeouts, drops,
  /// `unfinished`) that is when they were given up, so the true latency is at least that.
  package let fromDue: LatencyHistogram
  /// From the instant a request was sent to its end; empty for requests that were never sent.
  package let fromSend: LatencyHistogram

  package init(
    outcome: String, failed: Bool, version: String?, completed: Int, bytes: Int, fromDue: LatencyHistogram,
    fromSend: LatencyHistogram
  ) {
    self.outcome = outcome
    self.failed = failed
    self.version = version
    self.completed = completed
    self.bytes = bytes
    self.fromDue = fromDue
    self.fromSend = fromSend
  }
}

/// One failed request in detail. Instants count from the start of the load.
package struct FailureSample: Sendable, Equatable {
  package let due: Duration
  package let sent: Duration
  package let completed: Duration
  /// Index of the route in the plan of the load.
  package let route: Int
  package let outcome: String
  /// libcurl's `CURLcode`; `nil` when the transfer itself succeeded, or was ended by us.
  package let curlCode: Int?
  /// `errno` of the system call behind it.
  package let osError: Int?
  /// The HTTP status; `nil` when there was no response.
  package let status: Int?
  /// Port of our side of the connection; 0 when there was none.
  package let localPort: Int
  /// `ADDRESS:PORT` of the server; empty when there was no connection.
  package let remoteAddress: String
  package let pod: String?
  package let version: String?
  package let times: TransferTimes
  /// Whether it went over a connection that stood before.
  package let reusedConnection: Bool

  package init(
    due: Duration, sent: Duration, completed: Duration, route: Int, outcome: String, curlCode: Int?, osError: Int?,
    status: Int?, localPort: Int, remoteAddress: String, pod: String?, version: String?, times: TransferTimes,
    reusedConnection: Bool
  ) {
    self.due = due
    self.sent = sent
    self.completed = completed
    self.route = route
    self.outcome = outcome
    self.curlCode = curlCode
    self.osError = osError
    self.status = status
    self.localPort = localPort
    self.remoteAddress = remoteAddress
    self.pod = pod
    self.version = version
    self.times = times
    self.reusedConnection = reusedConnection
  }
}

/// How the generator itself did since the sample before.
package struct GeneratorSample: Sendable, Equatable {
  /// Number of the interval that ended with this sample.
  package let interval: Int
  /// Requests sent; the lateness figures are over these.
  package let sent: Int
  /// Send instant minus due instant.
  package let latenessP50: Duration
  package let latenessP99: Duration
  package let latenessMaximum: Duration
  /// Of the lateness, what this machine took rather than the target, whose answers free the places.
  package let machineLatenessP99: Duration
  package let machineLatenessMaximum: Duration
  /// The longest time for which an answer can have lain unread in a worker.
  package let longestPause: Duration
  /// CPU time of the whole process so far, user and system.
  package let processCPU: Duration
  /// When that was read, on the monotonic clock.
  package let taken: Duration
  /// What each worker has used of its time so far.
  package let workers: [ThreadUse]
  /// Connections that stand.
  package let openConnections: Int
  package let machine: MachineSample
  /// Requests that are due and wait to be sent, at the instant of the sample.
  package let queued: Int
  package let inFlight: Int
  /// The most requests that can be in flight.
  package let places: Int
  /// Since when requests of a worker have waited for a place without a break, from the start of the load; `nil` when none
  /// waits.
  package let heldSince: Duration?

  package init(
    interval: Int, sent: Int, latenessP50: Duration, latenessP99: Duration, latenessMaximum: Duration,
    machineLatenessP99: Duration, machineLatenessMaximum: Duration, longestPause: Duration, processCPU: Duration,
    taken: Duration, workers: [ThreadUse], openConnections: Int, machine: MachineSample, queued: Int, inFlight: Int,
    places: Int, heldSince: Duration?
  ) {
    self.interval = interval
    self.sent = sent
    self.latenessP50 = latenessP50
    self.latenessP99 = latenessP99
    self.latenessMaximum = latenessMaximum
    self.machineLatenessP99 = machineLatenessP99
    self.machineLatenessMaximum = machineLatenessMaximum
    self.longestPause = longestPause
    self.processCPU = processCPU
    self.taken = taken
    self.workers = workers
    self.openConnections = openConnections
    self.machine = machine
    self.queued = queued
    self.inFlight = inFlight
    self.places = places
    self.heldSince = heldSince
  }
}

/// Totals of a whole run.
package struct LoadSummary: Sendable, Equatable {
  package var offered = 0
  package var sent = 0
  package var completed = 0
  package var failed = 0
  package var dropped = 0
  /// Of those, how many while the target held all places.
  package var droppedByTarget = 0
  /// Requests that waited to be sent when the load was stopped.
  package var stopped = 0
  package var unfinished = 0
  package var late = 0
  /// Whether it was stopped before its schedule had ended.
  package var stoppedEarly = false

  package init() {}
}
