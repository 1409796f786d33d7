/// What a load generator saw of itself in one stretch of the run.
///
/// Of several workers or processes together: counts add up, and what limits is that of the worst.
package struct GeneratorSample: MergeableFact {
  package var start: Duration
  package var end: Duration
  /// Which process it is, see ``LoadSnapshot``.
  package var source: String
  package var lateness: Lateness
  /// What of the lateness this machine took, and not the target, whose answers free the places; `nil` where not recorded.
  package var machineLateness: Lateness?
  /// CPU seconds of the whole process per wall second; of several processes, of the busiest.
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
  /// The longest time for which an answer can have lain unread; wall time, `nil` where not recorded.
  package var longestPause: Duration?
  /// How many requests could be in flight at a time; `nil` where not recorded.
  package var places: Int?
  /// Run time since which requests had waited for a place without a break at the end of the interval; `nil` when none did.
  package var placesHeldSince: Duration?

  private static let longestDelay = Duration.milliseconds(100)

  /// Whether a generator that is late by so much, or leaves answers unread for so long, measures itself: over 100 ms.
  ///
  /// - Parameter delay: wall time.
  package static func isTooLong(_ delay: Duration) -> Bool { delay > longestDelay }

  package var latenessP50: Duration { lateness.p50 }
  package var latenessP99: Duration { lateness.p99 }
  package var latenessMax: Duration { lateness.maximum }
  package var machineLatenessP99: Duration? { machineLateness?.p99 }
  package var machineLatenessMax: Duration? { machineLateness?.maximum }

  /// One request in a hundred left this late or later by the doing of this machine, or of nobody knows whom.
  package var ownLatenessP99: Duration { machineLatenessP99 ?? latenessP99 }

  /// Whether requests left so late by the doing of this machine, or of nobody knows whom, that it measures itself.
  package var isLate: Bool { Self.isTooLong(ownLatenessP99) }

  /// Whether answers may have lain unread for so long that it measures itself.
  package var wasAway: Bool { Self.isTooLong(longestPause ?? .zero) }

  /// Since when the target had held all places in flight, without a break and while this machine was there to read its
  /// answers; `nil` when it did not.
  package var targetHeldSince: Duration? {
    isLate || wasAway ? nil : placesHeldSince
  }

  package init(
    start: Duration, end: Duration, source: String = "", lateness: Lateness, machineLateness: Lateness? = nil,
    processCPU: Double = 0, busiestWorkerCPU: Double = 0, connectionsOpened: Int = 0, inFlight: Int = 0,
    queued: Int = 0, steal: Double? = nil, runQueueDelay: Double? = nil, openConnections: Int? = nil,
    ephemeralPortsUsed: Int? = nil, ephemeralPorts: Int? = nil, longestPause: Duration? = nil, places: Int? = nil,
    placesHeldSince: Duration? = nil
  ) {
    self.start = start
    self.end = end
    self.source = source
    self.lateness = lateness
    self.machineLateness = machineLateness
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
    self.longestPause = longestPause
    self.places = places
    self.placesHeldSince = placesHeldSince
  }

  mutating func compact() {
    lateness.compact()
    machineLateness?.compact()
  }
}

extension GeneratorSample {
  package var key: FactKey { FactKey(start: start, source: source) }

  package mutating func merge(_ other: GeneratorSample) {
    end = max(end, other.end)
    lateness.merge(other.lateness)
    machineLateness = Self.ofBoth(machineLateness, other.machineLateness) { mine, theirs in
      var sum = mine
      sum.merge(theirs)
      return sum
    }
    processCPU = max(processCPU, other.processCPU)
    busiestWorkerCPU = max(busiestWorkerCPU, other.busiestWorkerCPU)
    connectionsOpened += other.connectionsOpened
    inFlight += other.inFlight
    queued += other.queued
    steal = Self.ofEither(steal, other.steal, max)
    runQueueDelay = Self.ofEither(runQueueDelay, other.runQueueDelay, max)
    openConnections = Self.ofBoth(openConnections, other.openConnections, +)
    if other.hasFewerPorts(than: self) {
      (ephemeralPortsUsed, ephemeralPorts) = (other.ephemeralPortsUsed, other.ephemeralPorts)
    }
    longestPause = Self.ofBoth(longestPause, other.longestPause, max)
    places = Self.ofBoth(places, other.places, +)
    placesHeldSince = Self.ofEither(placesHeldSince, other.placesHeldSince, min)
  }

  /// What is told of the whole only where each part tells it.
  private static func ofBoth<Value>(_ left: Value?, _ right: Value?, _ join: (Value, Value) -> Value) -> Value? {
    left.flatMap { left in right.map { join(left, $0) } }
  }

  /// What is told of the whole where any part tells it.
  private static func ofEither<Value>(_ left: Value?, _ right: Value?, _ join: (Value, Value) -> Value) -> Value? {
    left.map { left in right.map { join(left, $0) } ?? left } ?? right
  }

  /// Whether fewer local ports are left on its machine, as far as both tell.
  private func hasFewerPorts(than other: GeneratorSample) -> Bool {
    func order(_ sample: GeneratorSample) -> (left: Int, used: Int, all: Int) {
      let (used, all) = (sample.ephemeralPortsUsed ?? -1, sample.ephemeralPorts ?? -1)
      return (used < 0 || all < 0 ? .max : all - used, -used, -all)
    }
    return order(self) < order(other)
  }
}
