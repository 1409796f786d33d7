import Foundation
import GRDB
import KubernetesObjects
import LoadFacts
import RunTimeline
import Statistics

/// The rows of a recording as values of a timeline, in the order in which they were written.
enum TimelineRows {
  static func phases(_ database: Database) throws -> [PhaseSpan] {
    try all(database, "SELECT * FROM phase ORDER BY position") { row in
      PhaseSpan(
        name: try row.decode(forColumn: "name"), plannedStart: try row.instant("planned_start_us"),
        plannedEnd: try row.instant("planned_end_us"), startRate: try row.decode(forColumn: "start_rate"),
        endRate: try row.decode(forColumn: "end_rate"), start: try row.optionalInstant("start_us"),
        end: try row.optionalInstant("end_us"), stream: try row.decode(forColumn: "stream"),
        users: try row.decode(forColumn: "users"), think: try row.optionalInstant("think_us"))
    }
  }

  static func actions(_ database: Database, path: String) throws -> [ActionSpan] {
    var actions = try all(database, "SELECT * FROM action ORDER BY position") { row in
      ActionSpan(
        name: try row.decode(forColumn: "name"), summary: try row.decode(forColumn: "summary"),
        effect: try ActionEffectColumns(
          word: row.decode(forColumn: "effect"), replicas: row.decode(forColumn: "replicas"),
          pods: row.decode(forColumn: "pods")
        ).effect(path: path),
        plannedAt: try row.instant("planned_us"), condition: try row.decode(forColumn: "condition"),
        sent: try row.optionalInstant("sent_us"),
        answered: try row.optionalInstant("answered_us"), generation: try row.decode(forColumn: "generation"),
        problem: try row.decode(forColumn: "problem"), workload: try row.decode(forColumn: "workload"))
    }
    let requests = try all(database, "SELECT * FROM action_request ORDER BY action, position") { row in
      (
        action: try row.decode(Int.self, forColumn: "action"),
        request: ActionSpan.Request(
          line: try row.decode(forColumn: "request"), sent: try row.instant("sent_us"),
          answered: try row.instant("answered_us"), problem: try row.decode(forColumn: "problem"))
      )
    }
    for (action, request) in requests where actions.indices.contains(action) {
      actions[action].requests.append(request)
    }
    return actions
  }

  static func faults(_ database: Database) throws -> [FaultSpan] {
    try all(database, "SELECT * FROM fault ORDER BY position") { row in
      FaultSpan(
        summary: try row.decode(forColumn: "summary"), plannedAt: try row.optionalInstant("planned_us"),
        condition: try row.decode(forColumn: "condition"), lasts: try row.optionalInstant("lasts_us"),
        began: try row.optionalInstant("began_us"), ended: try row.optionalInstant("ended_us"),
        problem: try row.decode(forColumn: "problem"))
    }
  }

  static func failures(_ database: Database) throws -> [FailedRequest] {
    try all(database, "SELECT * FROM failure ORDER BY id") { row in
      FailedRequest(
        due: try row.instant("due_us"), sent: try row.optionalInstant("sent_us"),
        completed: try row.instant("completed_us"), route: try row.decode(forColumn: "route"),
        source: try row.decode(forColumn: "source"),
        outcome: try row.decode(forColumn: "outcome"), curlCode: try row.decode(forColumn: "curl_code"),
        systemError: try row.decode(forColumn: "system_error"), status: try row.decode(forColumn: "status"),
        localPort: try row.decode(forColumn: "local_port"), remoteAddress: try row.decode(forColumn: "remote_address"),
        pod: try row.decode(forColumn: "pod"), version: try row.decode(forColumn: "version"),
        times: try requestTimes(row), reusedConnection: try row.decode(forColumn: "reused_connection"))
    }
  }

  /// `nil` where nobody measured.
  private static func requestTimes(_ row: Row) throws -> TransferTimes? {
    guard let lookedUp = try row.decode(Int?.self, forColumn: "looked_up_us") else { return nil }
    return TransferTimes(
      lookedUp: lookedUp, connected: try row.decode(forColumn: "connected_us"),
      handshaken: try row.decode(forColumn: "handshaken_us"),
      requestReady: try row.decode(forColumn: "request_ready_us"),
      firstByte: try row.decode(forColumn: "first_byte_us"), end: try row.decode(forColumn: "ended_after_us"))
  }

  static func generator(_ database: Database) throws -> [GeneratorSample] {
    try all(database, "SELECT * FROM generator ORDER BY id") { row in
      GeneratorSample(
        start: try row.instant("start_us"), end: try row.instant("end_us"), source: try row.decode(forColumn: "source"),
        lateness: try lateness(row),
        machineLateness: try machineLateness(row), processCPU: try row.decode(forColumn: "process_cpu"),
        busiestWorkerCPU: try row.decode(forColumn: "busiest_worker_cpu"),
        connectionsOpened: try row.decode(forColumn: "connections_opened"),
        inFlight: try row.decode(forColumn: "in_flight"),
        queued: try row.decode(forColumn: "queued"), steal: try row.decode(forColumn: "steal"),
        runQueueDelay: try row.decode(forColumn: "run_queue_delay"),
        openConnections: try row.decode(forColumn: "open_connections"),
        ephemeralPortsUsed: try row.decode(forColumn: "ephemeral_ports_used"),
        ephemeralPorts: try row.decode(forColumn: "ephemeral_ports"),
        longestPause: try row.optionalInstant("longest_pause_us"), places: try row.decode(forColumn: "places"),
        placesHeldSince: try row.optionalInstant("places_held_since_us"))
    }
  }

  /// Up to schema 5 only figures were recorded.
  private static func lateness(_ row: Row) throws -> Lateness {
    if let values: Data = try row.decode(forColumn: "lateness") {
      return Lateness(try LatencyHistogram(encoded: values))
    }
    return Lateness(
      p50: try row.instant("lateness_p50_us"), p99: try row.instant("lateness_p99_us"),
      maximum: try row.instant("lateness_max_us"))
  }

  /// `nil` where it was not recorded.
  private static func machineLateness(_ row: Row) throws -> Lateness? {
    if let values: Data = try row.decode(forColumn: "machine_lateness") {
      return Lateness(try LatencyHistogram(encoded: values))
    }
    guard let p99 = try row.optionalInstant("machine_lateness_p99_us") else { return nil }
    return Lateness(p50: p99, p99: p99, maximum: try row.instant("machine_lateness_max_us"))
  }

  static func connections(_ database: Database) throws -> [ConnectionTally] {
    try all(database, "SELECT * FROM connection ORDER BY id") { row in
      ConnectionTally(
        start: try row.instant("start_us"), end: try row.instant("end_us"),
        address: try row.decode(forColumn: "address"), source: try row.decode(forColumn: "source"),
        ConnectionCount(
          opened: try row.decode(forColumn: "opened"), reused: try row.decode(forColumn: "reused"),
          closedByPeer: try row.decode(forColumn: "closed_by_peer"),
          mostRequests: try row.decode(forColumn: "most_requests"),
          compressed: try row.decode(forColumn: "compressed")))
    }
  }

  /// Gives each observation in the order of recording: all of a long run at once are many times as large as what is kept
  /// of them.
  static func forEachObservation(_ database: Database, path: String, _ body: (Observation) -> Void) throws {
    let sql = """
      SELECT sent_us, received_us, resource, kind, name, uid, resource_version, CAST(object AS BLOB), message
      FROM observation ORDER BY id
      """
    let rows = try Row.fetchCursor(database, sql: sql)
    while let row = try rows.next() {
      let text = try row.decode(String.self, atIndex: 3)
      guard let kind = Observation.Kind(rawValue: text) else {
        throw RecordingError.damaged(path: path, reason: "\"\(text)\" is no kind of observation")
      }
      body(
        Observation(
          sent: .microseconds(try row.decode(Int64.self, atIndex: 0)),
          received: .microseconds(try row.decode(Int64.self, atIndex: 1)),
          resource: try row.decode(String.self, atIndex: 2), kind: kind, name: try row.decode(String?.self, atIndex: 4),
          uid: try row.decode(String?.self, atIndex: 5), resourceVersion: try row.decode(String?.self, atIndex: 6),
          object: try row.decode(Data?.self, atIndex: 7), message: try row.decode(String?.self, atIndex: 8)))
    }
  }

  /// The clock as the newest bounds say, which hold all that came before; `nil` when nothing was measured.
  static func clock(_ database: Database, runStart: KubernetesTime) throws -> ServerClock? {
    try all(database, "SELECT * FROM clock_offset ORDER BY id DESC LIMIT 1") { row in
      let low = try row.instant("low_us")
      return ServerClock(
        runStart: runStart, offset: low...max(low, try row.instant("high_us")), skew: try row.instant("skew_us"))
    }.first
  }

  private static func all<Value>(_ database: Database, _ sql: String, _ value: (Row) throws -> Value) throws -> [Value]
  {
    var values: [Value] = []
    let rows = try Row.fetchCursor(database, sql: sql)
    while let row = try rows.next() { values.append(try value(row)) }
    return values
  }
}

extension Row {
  fileprivate func instant(_ column: String) throws -> Duration {
    .microseconds(try decode(Int64.self, forColumn: column))
  }

  fileprivate func optionalInstant(_ column: String) throws -> Duration? {
    try decode(Int64?.self, forColumn: column).map { .microseconds($0) }
  }
}
