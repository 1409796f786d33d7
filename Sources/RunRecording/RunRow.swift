import Foundation
import GRDB
import KubernetesObjects
import RunTimeline

/// The one row of the table `run`.
enum RunRow {
  static func insert(_ run: RunDescription, into database: Database) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let environment = try encoder.encode(run.environment)
    try database.execute(
      sql: """
        INSERT OR REPLACE INTO run (id, name, tool_version, profile_text, profile_source, started_at_us, started_at_exact,
          time_scale, ended_us, end_reason, end_detail, context, namespace, deployment, workload_kind,
          autoscaler, server_version, environment)
        VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        run.name, run.toolVersion, run.profileText, run.profileSource, run.startedAt.microseconds,
        run.startedAt.hasFraction ? 1 : 0, run.timeScale, run.endedAt?.wholeMicroseconds, run.endReason?.rawValue,
        run.endDetail, run.cluster?.context, run.cluster?.namespace, run.cluster?.workload.name,
        run.cluster?.workload.kind.rawValue, run.cluster?.autoscaler,
        run.cluster?.serverVersion, String(decoding: environment, as: UTF8.self),
      ])
    for (position, workload) in (run.cluster?.workloads.all ?? []).enumerated() {
      try database.execute(
        sql: """
          INSERT INTO workload (position, called, workload_kind, workload_name, autoscaler) VALUES (?, ?, ?, ?, ?)
          """,
        arguments: [
          position, workload.name, workload.reference.kind.rawValue, workload.reference.name, workload.autoscaler,
        ])
    }
  }

  static func read(_ database: Database, path: String) throws -> RunDescription {
    guard let row = try Row.fetchOne(database, sql: "SELECT * FROM run") else {
      throw RecordingError.damaged(path: path, reason: "the row of the run is missing")
    }
    let environment = try row.decode(String.self, forColumn: "environment")
    var cluster: ClusterDescription?
    if let workloads = try workloads(database, path: path) {
      cluster = ClusterDescription(
        context: try row.decode(String.self, forColumn: "context"),
        namespace: try row.decode(String.self, forColumn: "namespace"), workloads: workloads,
        serverVersion: try row.decode(String?.self, forColumn: "server_version"))
    }
    return RunDescription(
      name: try row.decode(String.self, forColumn: "name"),
      toolVersion: try row.decode(String.self, forColumn: "tool_version"),
      profileText: try row.decode(String.self, forColumn: "profile_text"),
      profileSource: try row.decode(String.self, forColumn: "profile_source"),
      startedAt: KubernetesTime(
        microseconds: try row.decode(Int64.self, forColumn: "started_at_us"),
        hasFraction: try row.decode(Bool.self, forColumn: "started_at_exact")),
      timeScale: try row.decode(Double.self, forColumn: "time_scale"),
      endedAt: try row.decode(Int64?.self, forColumn: "ended_us").map { .microseconds($0) },
      endReason: try endReason(row, path: path), endDetail: try row.decode(String?.self, forColumn: "end_detail"),
      cluster: cluster,
      environment: try JSONDecoder().decode([String: String].self, from: Data(environment.utf8)))
  }

  /// In the order of the profile; `nil` where none was watched.
  private static func workloads(_ database: Database, path: String) throws -> WatchedWorkloads? {
    let rows = try Row.fetchAll(database, sql: "SELECT * FROM workload ORDER BY position")
    let all = try rows.map { row in
      WatchedWorkload(
        name: try row.decode(String?.self, forColumn: "called"),
        WorkloadReference(
          try workloadKind(row, path: path), try row.decode(String.self, forColumn: "workload_name")),
        autoscaler: try row.decode(String?.self, forColumn: "autoscaler"))
    }
    return all.first.map { WatchedWorkloads($0, others: Array(all.dropFirst())) }
  }

  private static func workloadKind(_ row: Row, path: String) throws -> WorkloadKind {
    let text = try row.decode(String.self, forColumn: "workload_kind")
    guard let kind = WorkloadKind(rawValue: text) else {
      throw RecordingError.damaged(path: path, reason: "\"\(text)\" is no kind of a workload")
    }
    return kind
  }

  private static func endReason(_ row: Row, path: String) throws -> EndReason? {
    guard let text = try row.decode(String?.self, forColumn: "end_reason") else { return nil }
    guard let reason = EndReason(rawValue: text) else {
      throw RecordingError.damaged(path: path, reason: "\"\(text)\" is no reason for the end of a run")
    }
    return reason
  }
}
