package import Curl
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
}

/// Connections to one address since the snapshot before.
package struct ConnectionTally: Sendable, Equatable {
  /// `ADDRESS:PORT`.
  package let address: String
  package let opened: Int
  /// Requests that went over a connection that stood already.
  package let reused: Int
  /// Connections that the server had closed while they were idle, as seen when they were wanted again.
  package let closedByPeer: Int
  /// The most requests that one of the connections in use had carried.
  package let mostRequests: Int
  /// Answers whose body was packed.
  package let compressed: Int
}

/// Counts of one route in one interval.
package struct IntervalTally: Sendable, Equatable {
  /// Number of the interval since the start, from 0.
  package let interval: Int
  /// Index in ``LoadPlan/routes``.
  package let route: Int
  /// Requests that became due. Over a whole run this is the sum of `completed` of all outcomes.
  package let offered: Int
  package let sent: Int
  /// Requests that were never sent, since they were too late, by whatever cause.
  package let dropped: Int
  /// Requests that were sent more than ``LoadPlan/lateAfter`` after they were due.
  package let late: Int
  /// Of those, how many this machine alone made so late.
  package let lateByMachine: Int
  package let outcomes: [OutcomeTally]
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
}

/// One failed request in detail. Instants count from the start of the load.
package struct FailureSample: Sendable, Equatable {
  package let due: Duration
  package let sent: Duration
  package let completed: Duration
  /// Index in ``LoadPlan/routes``.
  package let route: Int
  package let outcome: String
  /// libcurl's `CURLcode`; `nil` when the transfer itself succeeded.
  package let curlCode: Int?
  /// `errno` of the system call behind it.
  package let osError: Int?
  /// The HTTP status; `nil` when there was no response.
  package let status: Int?
  package let localPort: Int
  /// `ADDRESS:PORT` of the server; empty when there was no connection.
  package let remoteAddress: String
  package let pod: String?
  package let version: String?
  package let times: TransferTimes
  /// Whether it went over a connection that stood before.
  package let reusedConnection: Bool
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
  /// Whether a ``StopSignal`` ended it before the schedule did.
  package var stoppedEarly = false
}
