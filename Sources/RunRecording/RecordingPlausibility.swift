import GRDB

/// Whether a recording has the tables and columns of the newest schema, no number that no run can have, and no row that
/// contradicts itself.
///
/// SQLite keeps 64 bits of whatever was written into a file; a number far beyond what any run has is damage, and no arithmetic
/// has to reckon with it.
enum RecordingPlausibility {
  /// Throws ``RecordingError/damaged(path:reason:)`` for the first thing that no run writes.
  static func check(_ database: Database, path: String) throws {
    for (table, columns) in try expected.get() {
      let present = Set(try columnsOf(table, in: database))
      guard !present.isEmpty else { throw RecordingError.damaged(path: path, reason: "the table \(table) is missing") }
      if let missing = columns.first(where: { !present.contains($0) }) {
        throw RecordingError.damaged(path: path, reason: "the column \(table).\(missing) is missing")
      }
      if let reason = try numberOutOfRange(in: table, database) ?? contradiction(in: table, database) {
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

  private static func numberOutOfRange(in table: String, _ database: Database) throws -> String? {
    let conditions = try database.columns(in: table).compactMap { column in
      condition(column.name, type: column.type).map { (column: column.name, holds: $0) }
    }
    guard !conditions.isEmpty else { return nil }
    let all = conditions.map { "(\($0.holds))" }.joined(separator: " AND ")
    let row = try Row.fetchOne(database, sql: "SELECT rowid AS _row, * FROM \"\(table)\" WHERE NOT (\(all))")
    guard let row else { return nil }
    let number: Int64 = try row.decode(forColumn: "_row")
    for (column, holds) in conditions {
      let value = try DatabaseValue.fetchOne(
        database, sql: "SELECT \"\(column)\" FROM \"\(table)\" WHERE rowid = ? AND NOT (\(holds))", arguments: [number])
      if let value { return "\(table).\(column) is \(value) in row \(number), which no run can have" }
    }
    return nil
  }

  /// Instants of the wall clock, in microseconds since 1970: the years 1 to 9999.
  private static let wallClock = -62_135_596_800_000_000...253_402_300_799_999_999
  /// Instants and lengths of run time in microseconds: 31 years either way.
  private static let runTime = -1_000_000_000_000_000...1_000_000_000_000_000
  private static let counts = 0...10_000_000_000_000
  private static let timeScales = 0.001...1_000_000.0
  private static let measures = -1_000_000_000_000.0...1_000_000_000_000.0

  private static let wallClockColumns: Set<String> = ["started_at_us", "judged_at_us"]

  /// What holds of every number of a column; `nil` for columns of other types.
  private static func condition(_ column: String, type: String) -> String? {
    switch type {
    case "REAL":
      let range = column == "time_scale" ? timeScales : measures
      return "\"\(column)\" IS NULL OR \"\(column)\" BETWEEN \(range.lowerBound) AND \(range.upperBound)"
    case "INTEGER":
      let range = wallClockColumns.contains(column) ? wallClock : column.hasSuffix("_us") ? runTime : counts
      return "\"\(column)\" IS NULL OR \"\(column)\" BETWEEN \(range.lowerBound) AND \(range.upperBound)"
    default: return nil
    }
  }

  private static func contradiction(in table: String, _ database: Database) throws -> String? {
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
    "action_request": [("sent_us", "answered_us")],
    "fault": [("began_us", "ended_us")],
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
    "measurement": [("lowest", "highest")],
  ]
}
