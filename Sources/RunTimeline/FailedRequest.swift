/// One of the first failed requests of an interval, kept whole.
package struct FailedRequest: Sendable, Equatable {
  package var due: Duration
  package var sent: Duration?
  package var completed: Duration
  package var route: String
  package var outcome: String
  package var curlCode: Int?
  /// `errno` behind a failed connection.
  package var systemError: Int?
  package var status: Int?
  package var localPort: Int?
  package var remoteAddress: String?
  package var pod: String?
  package var version: String?

  package init(
    due: Duration, sent: Duration?, completed: Duration, route: String, outcome: String, curlCode: Int? = nil,
    systemError: Int? = nil, status: Int? = nil, localPort: Int? = nil, remoteAddress: String? = nil,
    pod: String? = nil, version: String? = nil
  ) {
    self.due = due
    self.sent = sent
    self.completed = completed
    self.route = route
    self.outcome = outcome
    self.curlCode = curlCode
    self.systemError = systemError
    self.status = status
    self.localPort = localPort
    self.remoteAddress = remoteAddress
    self.pod = pod
    self.version = version
  }
}

/// What the load generator saw of itself in one interval.
package struct GeneratorSample: Sendable, Equatable {
  package var start: Duration
  package var end: Duration
  /// How late requests left: the moment of sending less the moment they were due.
  package var latenessP50: Duration
  package var latenessP99: Duration
  package var latenessMax: Duration
  /// CPU seconds of the whole process per wall second.
  package var processCPU: Double
  /// CPU seconds of the busiest worker per wall second; near 1 the generator is saturated.
  package var busiestWorkerCPU: Double
  package var connectionsOpened: Int
  package var inFlight: Int
  package var queued: Int

  package init(
    start: Duration, end: Duration, latenessP50: Duration, latenessP99: Duration, latenessMax: Duration,
    processCPU: Double, busiestWorkerCPU: Double, connectionsOpened: Int, inFlight: Int, queued: Int
  ) {
    self.start = start
    self.end = end
    self.latenessP50 = latenessP50
    self.latenessP99 = latenessP99
    self.latenessMax = latenessMax
    self.processCPU = processCPU
    self.busiestWorkerCPU = busiestWorkerCPU
    self.connectionsOpened = connectionsOpened
    self.inFlight = inFlight
    self.queued = queued
  }
}
