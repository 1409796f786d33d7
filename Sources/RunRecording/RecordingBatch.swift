import Foundation
import GRDB
import LoadFacts
import RunTimeline
import Statistics

/// What has been given to a writer and is not in the file yet.
struct RecordingBatch: Sendable {
  var load: [LoadInterval] = []
  var failures: [FailedRequest] = []
  var observations: [Observation] = []
  var generator: [GeneratorSample] = []
  var connections: [ConnectionTally] = []
  var clocks: [(at: Duration, clock: ServerClock)] = []
  /// The newest state of all phases and actions; `nil` when it did not change.
  var phases: [PhaseSpan]?
  var actions: [ActionSpan]?
  var faults: [FaultSpan]?

  var isEmpty: Bool { count == 0 && phases == nil && actions == nil && faults == nil }
  var count: Int {
    load.count + failures.count + observations.count + generator.count + connections.count + clocks.count
  }

  /// Writes everything in the transaction of the caller.
  func write(to database: Database) throws {
    if let phases { try Self.replace(phases, in: database) }
    if let actions { try Self.replace(actions, in: database) }
    if let faults { try Self.replace(faults, in: database) }
    for interval in load { try LoadRows.merge(interval, into: database) }
    try writeFailures(to: database)
    try writeObservations(to: database)
    try writeGenerator(to: database)
    try writeConnections(to: database)
    for (at, clock) in clocks {
      let statement = try database.cachedStatement(
        sql: "INSERT INTO clock_offset (at_us, low_us, high_us, skew_us) VALUES (?, ?, ?, ?)")
      try statement.execute(arguments: [
        at.wholeMicroseconds, clock.offset.lowerBound.wholeMicroseconds, clock.offset.upperBound.wholeMicrosecondsUp,
        clock.skew.wholeMicrosecondsUp,
      ])
    }
  }

  private static func replace(_ phases: [PhaseSpan], in database: Database) throws {
    try database.execute(sql: "DELETE FROM phase")
    for (position, phase) in phases.enumerated() {
      try database.cachedStatement(
        sql: """
          INSERT INTO phase (position, name, planned_start_us, planned_end_us, start_rate, end_rate, start_us, end_us,
            stream, users, think_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """
      ).execute(arguments: [
        position, phase.name, phase.plannedStart.wholeMicroseconds, phase.plannedEnd.wholeMicroseconds,
        phase.startRate, phase.endRate, phase.start?.wholeMicroseconds, phase.end?.wholeMicroseconds, phase.stream,
        phase.users, phase.think?.wholeMicroseconds,
      ])
    }
  }

  private static func replace(_ actions: [ActionSpan], in database: Database) throws {
    try database.execute(sql: "DELETE FROM action; DELETE FROM action_request")
    for (position, action) in actions.enumerated() {
      let effect = try ActionEffectColumns(action.effect)
      try database.cachedStatement(sql: "INSERT INTO action VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)").execute(
        arguments: [
          position, action.name, action.summary, action.plannedAt.wholeMicroseconds, action.sent?.wholeMicroseconds,
          action.answered?.wholeMicrosecondsUp, action.generation, action.problem, action.workload, action.condition,
          effect.word, effect.replicas, effect.pods,
        ])
      for (number, request) in action.requests.enumerated() {
        try database.cachedStatement(sql: "INSERT INTO action_request VALUES (?, ?, ?, ?, ?, ?)").execute(arguments: [
          position, number, request.line, request.sent.wholeMicroseconds, request.answered.wholeMicrosecondsUp,
          request.problem,
        ])
      }
    }
  }

  private static func replace(_ faults: [FaultSpan], in database: Database) throws {
    try database.execute(sql: "DELETE FROM fault")
    for (position, fault) in faults.enumerated() {
      try database.cachedStatement(sql: "INSERT INTO fault VALUES (?, ?, ?, ?, ?, ?, ?, ?)").execute(arguments: [
        position, fault.summary, fault.plannedAt?.wholeMicroseconds, fault.condition, fault.lasts?.wholeMicroseconds,
        fault.began?.wholeMicroseconds, fault.ended?.wholeMicrosecondsUp, fault.problem,
      ])
    }
  }

  private func writeFailures(to database: Database) throws {
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO failure (due_us, sent_us, completed_us, route, outcome, curl_code, system_error, status, local_port,
          remote_address, pod, version, looked_up_us, connected_us, handshaken_us, request_ready_us, first_byte_us,
          ended_after_us, reused_connection, source)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for failure in failures {
      try statement.execute(arguments: [
        failure.due.wholeMicroseconds, failure.sent?.wholeMicroseconds, failure.completed.wholeMicroseconds,
        failure.route, failure.outcome, failure.curlCode, failure.systemError, failure.status, failure.localPort,
        failure.remoteAddress, failure.pod, failure.version, failure.times?.lookedUp, failure.times?.connected,
        failure.times?.handshaken, failure.times?.requestReady, failure.times?.firstByte, failure.times?.end,
        failure.reusedConnection, failure.source,
      ])
    }
  }

  private func writeObservations(to database: Database) throws {
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO observation (sent_us, received_us, resource, kind, name, uid, resource_version, object, message)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for observation in observations {
      try statement.execute(arguments: [
        observation.sent.wholeMicroseconds, observation.received.wholeMicrosecondsUp, observation.resource,
        observation.kind.rawValue, observation.name, observation.uid, observation.resourceVersion,
        observation.object.map { String(decoding: $0, as: UTF8.self) }, observation.message,
      ])
    }
  }

  private func writeGenerator(to database: Database) throws {
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO generator (start_us, end_us, lateness_p50_us, lateness_p99_us, lateness_max_us, process_cpu,
          busiest_worker_cpu, connections_opened, in_flight, queued, steal, run_queue_delay, open_connections,
          ephemeral_ports_used, ephemeral_ports, machine_lateness_p99_us, machine_lateness_max_us, longest_pause_us, places,
          places_held_since_us, source, lateness, machine_lateness)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for sample in generator {
      try statement.execute(arguments: [
        sample.start.wholeMicroseconds, sample.end.wholeMicroseconds, sample.latenessP50.wholeMicroseconds,
        sample.latenessP99.wholeMicroseconds, sample.latenessMax.wholeMicroseconds, sample.processCPU,
        sample.busiestWorkerCPU, sample.connectionsOpened, sample.inFlight, sample.queued, sample.steal,
        sample.runQueueDelay, sample.openConnections, sample.ephemeralPortsUsed, sample.ephemeralPorts,
        sample.machineLatenessP99?.wholeMicroseconds, sample.machineLatenessMax?.wholeMicroseconds,
        sample.longestPause?.wholeMicroseconds, sample.places, sample.placesHeldSince?.wholeMicroseconds,
        sample.source, Self.values(of: sample.lateness), sample.machineLateness.flatMap(Self.values),
      ])
    }
  }

  /// `nil` where only figures are known, which stand in columns of their own.
  private static func values(of lateness: Lateness) -> Data? {
    lateness.hasValues ? Data(lateness.values.encoded()) : nil
  }

  private func writeConnections(to database: Database) throws {
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO connection (start_us, end_us, address, opened, reused, closed_by_peer, most_requests, compressed,
          source)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for tally in connections {
      try statement.execute(arguments: [
        tally.start.wholeMicroseconds, tally.end.wholeMicroseconds, tally.address, tally.opened, tally.reused,
        tally.closedByPeer, tally.mostRequests, tally.compressed, tally.source,
      ])
    }
  }
}
