import GRDB

/// Whether a recording has the tables and columns of the newest schema, and no row that contradicts itself.
enum RecordingPlausibility {
  /// Throws ``RecordingError/damaged(path:reason:)`` for the first thing that no run writes.
  static func check(_ database: Database, path: String) throws {
    for (table, columns) in try expected.get() {
      let present = Set(try columnsOf(table, in: database))
      guard !present.isEmpty else { throw RecordingError.damaged(path: path, reason: "the table \(table) is missing") }
      if let missing = columns.first(where: { !present.contains($0) }) {
        throw RecordingError.damaged(path: path, reason: "the column \(table).\(missing) is missing")
      }
      if let reason = try problem(in: table, database) {
        throw RecordingError.damaged(path: path, reason: reason)
      }
    }
  }

  private static let expected: Result<[(table: String, columns: [String])], any Error> = Result {
    try DatabaseQueue().writeWithoutTransaction { database in
      try RecordingSchema.migrate(database)
      let tables = try String.fetchAll(
        database, sql: "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
      return try tables.map { ($0, try columnsOf($0, in: database)) }
    }
  }

  private static func columnsOf(_ table: String, in database: Database) throws -> [String] {
    try String.fetchAll(database, sql: "SELECT name FROM pragma_table_info(?)", arguments: [table])
  }

  private static func problem(in table: String, _ database: Database) throws -> String? {
    for pair in order[table] ?? [] {
      // NULL is neither more nor less, and allowed where the schema allows it.
      let row = try Row.fetchOne(
        database,
        sql: "SELECT rowid, \(pair.least), \(pair.most) FROM \(table) WHERE \(pair.least) > \(pair.most) LIMIT 1")
      guard let row else { continue }
      let number = try row.decode(Int64.self, atIndex: 0)
      let (least, most): (DatabaseValue, DatabaseValue) = (row[1], row[2])
      return "row \(number) of \(table) says \(pair.least) = \(least), which is more than \(pair.most) = \(most)"
    }
    return nil
  }

  /// What is at most as much as something else in its row: instants in their order, parts of a sum.
  private static let order: [String: [(least: String, most: String)]] = [
    "phase": [("planned_start_us", "planned_end_us"), ("start_us", "end_us")],
    "action": [("sent_us", "answered_us")],
    "load_interval": [
      ("start_us", "end_us"), ("sent + dropped", "offered"), ("late", "sent"), ("late_by_machine", "late"),
    ],
    "failure": [("sent_us", "completed_us")],
    "observation": [("sent_us", "received_us")],
    "clock_offset": [("low_us", "high_us")],
    "generator": [("start_us", "end_us")],
    "connection": [("start_us", "end_us")],
    "verdict": [("window_start_us", "window_end_us")],
    "verdict_evidence": [("earliest_us", "latest_us")],
  ]
}
