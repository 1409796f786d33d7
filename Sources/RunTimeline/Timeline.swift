import KubernetesObjects
package import LoadFacts

/// A run as one clocked value: everything that was recorded, on run time.
///
/// Expectations and reports see a run only through this.
package struct Timeline: Sendable {
  package var run: RunDescription
  package var phases: [PhaseSpan]
  package var actions: [ActionSpan]
  /// What was made to go wrong in a simulated cluster.
  package var faults: [FaultSpan]
  package var load: [LoadInterval]
  package var failures: [FailedRequest]
  package var generator: [GeneratorSample]
  /// Per interval and address; empty where the generator did not count them.
  package var connections: [ConnectionTally]
  /// How many things the API server told.
  package let observationCount: Int
  /// Plurals of the resources of which a whole list was read.
  package let listedResources: Set<String>
  package var clock: ServerClock
  /// What the observations say of each workload, worked out once; the one in focus comes first.
  package private(set) var clusters: [ClusterHistory]
  /// Run time of the last thing that was recorded.
  package private(set) var lastInstant: Duration

  package init(
    run: RunDescription, phases: [PhaseSpan] = [], actions: [ActionSpan] = [], faults: [FaultSpan] = [],
    load: [LoadInterval] = [], failures: [FailedRequest] = [], generator: [GeneratorSample] = [],
    connections: [ConnectionTally] = [], observations: [Observation] = [], clock: ServerClock? = nil
  ) {
    var objects = run.objects(clock: clock)
    for observation in observations { objects.add(observation) }
    self.init(
      run: run, phases: phases, actions: actions, faults: faults, load: load, failures: failures,
      generator: generator, connections: connections, objects: objects)
  }

  /// - Parameter objects: all that was observed (``RunDescription/objects(clock:)``); what it says is settled here.
  package init(
    run: RunDescription, phases: [PhaseSpan], actions: [ActionSpan], faults: [FaultSpan] = [], load: [LoadInterval],
    failures: [FailedRequest], generator: [GeneratorSample], connections: [ConnectionTally], objects: ObservedObjects
  ) {
    var objects = objects
    // A watch log goes up to its last line, and says where a watch ended before.
    objects.finish(watchedUntil: run.isImported ? run.endedAt : nil)
    let settled = objects
    self.run = run
    self.phases = phases
    self.actions = actions
    self.faults = faults
    self.load = Self.endingWithTheLoad(load, phases: phases, endedAt: run.endedAt)
    self.failures = failures
    self.generator = generator
    self.connections = connections
    observationCount = objects.count
    listedResources = objects.listed
    clock = objects.clock
    clusters = (run.cluster?.workloads.all ?? []).map { workload in
      var cluster = ClusterHistory(of: workload, in: settled, actions: actions)
      cluster.dateAbsences(by: phases)
      return cluster
    }
    let loadEnd = self.load.map(\.end).max().map { end in run.endedAt.map { min($0, end) } ?? end }
    lastInstant =
      [run.endedAt, loadEnd, objects.lastReceived, phases.compactMap(\.end).max()]
      .compactMap { $0 }.max() ?? .zero
  }

  /// The intervals, of which the last one ends when the load did. Nothing was due later, so that all of it belongs to the
  /// phases that went on, and its rate is that of the time in which there was load.
  private static func endingWithTheLoad(
    _ load: [LoadInterval], phases: [PhaseSpan], endedAt: Duration?
  ) -> [LoadInterval] {
    let lastPhase = phases.filter { $0.start != nil }.map { $0.end ?? $0.plannedEnd }.max()
    guard let end = [lastPhase, endedAt].compactMap({ $0 }).min() else { return load }
    return load.map { interval in
      guard interval.start < end, interval.end > end else { return interval }
      var interval = interval
      interval.end = end
      return interval
    }
  }

  /// What the observations say of the workload in focus: the only one, or the first; `nil` where none was watched.
  package var cluster: ClusterHistory? { clusters.first }

  /// The history of the workload that an action was for.
  package func cluster(of action: ActionSpan) -> ClusterHistory? {
    clusters.first { $0.watched.name == action.workload }
  }

  /// The same run with another of its workloads in focus.
  package func focused(on workload: String) -> Timeline {
    var focused = self
    if let workloads = run.cluster?.workloads { focused.run.cluster?.workloads = workloads.focused(on: workload) }
    let (own, others) = (
      clusters.filter { $0.watched.name == workload }, clusters.filter { $0.watched.name != workload }
    )
    focused.clusters = own + others
    return focused
  }

  /// Whether the run was ended before its load began.
  package var neverBegan: Bool {
    run.endedAt != nil && load.isEmpty && !phases.isEmpty && phases.allSatisfy { $0.start == nil }
  }

  /// The run as if it had been interrupted at an instant.
  package func before(_ instant: Duration) -> Timeline {
    var earlier = self
    earlier.run.endedAt = instant
    earlier.run.endReason = .interrupted
    earlier.run.endDetail = nil
    earlier.phases = phases.map { phase in
      var phase = phase
      if let start = phase.start, start >= instant { phase.start = nil }
      phase.end = phase.start == nil ? nil : phase.end.map { min($0, instant) } ?? instant
      return phase
    }
    earlier.actions = actions.map { action in
      var action = action
      if let sent = action.sent, sent >= instant { action.sent = nil }
      if let answered = action.answered, answered >= instant { action.answered = nil }
      return action
    }
    earlier.faults = faults.map { fault in
      var fault = fault
      if let began = fault.began, began >= instant { fault.began = nil }
      if let ended = fault.ended, ended >= instant { fault.ended = nil }
      return fault
    }
    earlier.load.removeAll { $0.start >= instant }
    earlier.failures.removeAll { $0.due >= instant }
    earlier.generator.removeAll { $0.start >= instant }
    earlier.connections.removeAll { $0.start >= instant }
    earlier.clusters = clusters.map { $0.before(instant) }
    earlier.lastInstant = min(lastInstant, instant)
    return earlier
  }

  package func phase(_ name: String) -> PhaseSpan? { phases.first { $0.name == name } }
  package func action(_ name: String) -> ActionSpan? { actions.first { $0.name == name } }
}
