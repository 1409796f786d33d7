import Foundation
import GRDB
import LoadFacts
import Statistics

/// How intervals of load lie in the table `load_interval`, and how later counts of the same interval join them.
///
/// A request that is answered late belongs to the interval in which it was due, whose rows may have been written long
/// before. Rows are therefore merged as they are written, and percentiles worked out anew, so that the table always
/// holds one row for one thing.
enum LoadRows {
  /// Adds an interval to what the table holds of the same key.
  static func merge(_ addition: LoadInterval, into database: Database) throws {
    let start = addition.start.wholeMicroseconds
    let known = try intervals(
      database, where: "start_us = ? AND route = ? AND source = ?", arguments: [start, addition.route, addition.source]
    ).first
    guard var interval = known else { return try store(addition, in: database) }
    interval.merge(addition)
    try store(interval, in: database)
  }

  private static let upsert = """
    INSERT INTO load_interval (start_us, end_us, route, source, outcome, version, offered, sent, dropped, late, failed,
      completed, bytes, p50_us, p95_us, p99_us, max_us, from_due, from_send, late_by_machine)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (start_us, route, source, outcome, version) DO UPDATE SET
      end_us = excluded.end_us, offered = excluded.offered, sent = excluded.sent, dropped = excluded.dropped,
      late = excluded.late, failed = excluded.failed, completed = excluded.completed, bytes = excluded.bytes,
      p50_us = excluded.p50_us, p95_us = excluded.p95_us, p99_us = excluded.p99_us, max_us = excluded.max_us,
      from_due = excluded.from_due, from_send = excluded.from_send, late_by_machine = excluded.late_by_machine
    """

  private static func store(_ interval: LoadInterval, in database: Database) throws {
    let statement = try database.cachedStatement(sql: upsert)
    let start = interval.start.wholeMicroseconds
    let end = interval.end.wholeMicroseconds
    var all = LatencyHistogram()
    for tally in interval.outcomes { all.merge(tally.fromDue) }
    let totals = percentiles(all)
    try statement.execute(arguments: [
      start, end, interval.route, interval.source, "", "", interval.offered, interval.sent, interval.dropped,
      interval.late,
      interval.failed, interval.completed, interval.outcomes.reduce(0) { $0 + $1.bytes }, totals[0], totals[1],
      totals[2], totals[3], nil, nil, interval.lateByMachine,
    ])
    for tally in interval.outcomes {
      let values = interval.outcomes.count == 1 ? totals : percentiles(tally.fromDue)
      try statement.execute(arguments: [
        start, end, interval.route, interval.source, tally.outcome, tally.version ?? "", nil, nil, nil, nil,
        tally.failed ? 1 : 0,
        tally.completed, tally.bytes, values[0], values[1], values[2], values[3], Data(tally.fromDue.encoded()),
        Data(tally.fromSend.encoded()), nil,
      ])
    }
  }

  /// p50, p95, p99 and the maximum in microseconds; nothing for an empty histogram.
  private static func percentiles(_ histogram: LatencyHistogram) -> [Int64?] {
    guard !histogram.isEmpty else { return [nil, nil, nil, nil] }
    return histogram.quantiles([0.5, 0.95, 0.99]).map(\.wholeMicroseconds)
      + [histogram.maximum?.wholeMicroseconds]
  }

  /// The intervals that the table holds, in the order of their start, routes in the order in which they came.
  static func intervals(
    _ database: Database, where condition: String = "1", arguments: StatementArguments = []
  ) throws -> [LoadInterval] {
    let statement = try database.cachedStatement(
      sql: """
        SELECT start_us, end_us, route, outcome, version, offered, sent, dropped, late, failed, completed, bytes,
          from_due, from_send, late_by_machine, source
        FROM load_interval WHERE \(condition) ORDER BY start_us, id
        """)
    var intervals: [LoadInterval] = []
    var places: [FactKey: Int] = [:]
    var start: Int64?
    let rows = try Row.fetchCursor(statement, arguments: arguments)
    while let row = try rows.next() {
      let rowStart = try row.decode(Int64.self, atIndex: 0)
      if rowStart != start { places = [:] }
      start = rowStart
      let key = FactKey(
        start: .microseconds(rowStart), subject: try row.decode(String.self, atIndex: 2),
        source: try row.decode(String.self, atIndex: 15))
      let outcome = try row.decode(String.self, atIndex: 3)
      if outcome.isEmpty {
        places[key] = intervals.count
        intervals.append(try totals(row, of: key))
      } else if let place = places[key] {
        intervals[place].add(try tally(row, outcome: outcome))
      }
    }
    return intervals
  }

  private static func totals(_ row: Row, of key: FactKey) throws -> LoadInterval {
    LoadInterval(
      start: key.start, end: .microseconds(try row.decode(Int64.self, atIndex: 1)), route: key.subject,
      source: key.source, offered: try row.decode(Int.self, atIndex: 5), sent: try row.decode(Int.self, atIndex: 6),
      dropped: try row.decode(Int.self, atIndex: 7), late: try row.decode(Int.self, atIndex: 8),
      lateByMachine: try row.decode(Int?.self, atIndex: 14), outcomes: [])
  }

  private static func tally(_ row: Row, outcome: String) throws -> OutcomeTally {
    let version = try row.decode(String.self, atIndex: 4)
    let completed = try row.decode(Int.self, atIndex: 10)
    let fromDue = try LatencyHistogram(encoded: try row.decode(Data.self, atIndex: 12))
    guard fromDue.count == completed else {
      throw Contradiction("\(completed) requests ended as \(outcome), and there are latencies of \(fromDue.count)")
    }
    return OutcomeTally(
      outcome: outcome, failed: try row.decode(Int.self, atIndex: 9) != 0, version: version.isEmpty ? nil : version,
      completed: completed, bytes: try row.decode(Int.self, atIndex: 11), fromDue: fromDue,
      fromSend: try LatencyHistogram(encoded: try row.decode(Data.self, atIndex: 13)))
  }
}

/// Rows that cannot all be true.
private struct Contradiction: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
