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
  /// Connections opened in the interval.
  package var connectionsOpened: Int
  /// Requests that were sent and not answered at the end of the interval.
  package var inFlight: Int
  /// Requests that were due and not sent at the end of the interval, since as many as allowed were in flight.
  package var queued: Int
  /// Share of all CPU time that a hypervisor gave to others, 0…1; `nil` where the machine does not say.
  package var steal: Double?
  /// Seconds per wall second that the worst worker was ready to run and waited for a CPU; `nil` where not measured.
  package var runQueueDelay: Double?
  /// Connections that stood at the end of the interval.
  package var openConnections: Int?
  /// Local ports of the ephemeral range in use on the machine at the end of the interval.
  package var ephemeralPortsUsed: Int?
  /// How many local ports the ephemeral range has.
  package var ephemeralPorts: Int?

  package init(
    start: Duration, end: Duration, latenessP50: Duration, latenessP99: Duration, latenessMax: Duration,
    processCPU: Double, busiestWorkerCPU: Double, connectionsOpened: Int, inFlight: Int, queued: Int,
    steal: Double? = nil, runQueueDelay: Double? = nil, openConnections: Int? = nil, ephemeralPortsUsed: Int? = nil,
    ephemeralPorts: Int? = nil
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
    self.steal = steal
    self.runQueueDelay = runQueueDelay
    self.openConnections = openConnections
    self.ephemeralPortsUsed = ephemeralPortsUsed
    self.ephemeralPorts = ephemeralPorts
  }
}
