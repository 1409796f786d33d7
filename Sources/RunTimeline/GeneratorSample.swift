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
  /// What of the lateness this machine took, and not the target, whose answers free the places; `nil` where not recorded.
  package var machineLatenessP99: Duration?
  package var machineLatenessMax: Duration?
  /// The longest time for which an answer can have lain unread; wall time, `nil` where not recorded.
  package var longestPause: Duration?
  /// How many requests could be in flight at a time; `nil` where not recorded.
  package var places: Int?
  /// Run time since which requests had waited for a place without a break at the end of the interval; `nil` when none did.
  package var placesHeldSince: Duration?

  /// From this lateness on a generator measures itself. Wall time.
  package static let latenessLimit = Duration.milliseconds(100)

  /// One request in a hundred left this late or later by the doing of this machine, or of nobody knows whom.
  package var ownLatenessP99: Duration { machineLatenessP99 ?? latenessP99 }

  /// Whether requests left so late by the doing of this machine, or of nobody knows whom, that it measures itself.
  package var isLate: Bool { ownLatenessP99 > Self.latenessLimit }

  /// Since when the target had held all places in flight, without a break and while this machine was there to read its
  /// answers; `nil` when it did not.
  package var targetHeldSince: Duration? {
    isLate || (longestPause ?? .zero) > Self.latenessLimit ? nil : placesHeldSince
  }

  package init(
    start: Duration, end: Duration, latenessP50: Duration, latenessP99: Duration, latenessMax: Duration,
    processCPU: Double, busiestWorkerCPU: Double, connectionsOpened: Int, inFlight: Int, queued: Int,
    steal: Double? = nil, runQueueDelay: Double? = nil, openConnections: Int? = nil, ephemeralPortsUsed: Int? = nil,
    ephemeralPorts: Int? = nil, machineLatenessP99: Duration? = nil, machineLatenessMax: Duration? = nil,
    longestPause: Duration? = nil, places: Int? = nil, placesHeldSince: Duration? = nil
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
    self.machineLatenessP99 = machineLatenessP99
    self.machineLatenessMax = machineLatenessMax
    self.longestPause = longestPause
    self.places = places
    self.placesHeldSince = placesHeldSince
  }
}
