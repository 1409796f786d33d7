import GRDB

/// The numbers that a recording can hold. SQLite keeps 64 bits of whatever was written into a file; a number far beyond
/// what any run has is damage, and no arithmetic has to reckon with it.
enum RecordingRanges {
  /// Instants of the wall clock, in microseconds since 1970: the years 1 to 9999.
  private static let wallClock = -62_135_596_800_000_000...253_402_300_799_999_999
  /// Instants and lengths of run time in microseconds: 31 years either way.
  private static let runTime = -1_000_000_000_000_000...1_000_000_000_000_000
  private static let counts = 0...10_000_000_000_000
  private static let timeScales = 0.001...1_000_000.0
  private static let measures = -1_000_000_000_000.0...1_000_000_000_000.0

  private static let wallClockColumns: Set<String> = ["started_at_us", "judged_at_us"]

  /// Refuses a recording that holds a number out of range, by its table, column and row.
  static func check(_ database: Database, path: String) throws {
    for table in try String.fetchAll(database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table'") {
      let conditions = try database.columns(in: table).compactMap { column in
        condition(column.name, type: column.type).map { (column: column.name, holds: $0) }
      }
      guard !conditions.isEmpty else { continue }
      let all = conditions.map { "(\($0.holds))" }.joined(separator: " AND ")
      guard let row = try Row.fetchOne(database, sql: "SELECT rowid AS _row, * FROM \"\(table)\" WHERE NOT (\(all))")
      else { continue }
      let number: Int64 = try row.decode(forColumn: "_row")
      for (column, holds) in conditions {
        let value = try DatabaseValue.fetchOne(
          database, sql: "SELECT \"\(column)\" FROM \"\(table)\" WHERE rowid = ? AND NOT (\(holds))",
          arguments: [number])
        guard let value else { continue }
        throw RecordingError.damaged(
          path: path, reason: "\(table).\(column) is \(value) in row \(number), which no run can have")
      }
    }
  }

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
}
