import GRDB
import KubernetesObjects
import RunTimeline

/// The tables `verdict` and `verdict_evidence`.
enum VerdictRows {
  static func insert(_ judging: Judging, into database: Database) throws {
    let number = try Int.fetchOne(database, sql: "SELECT ifnull(max(judging), 0) + 1 FROM verdict") ?? 1
    for verdict in judging.verdicts {
      try database.cachedStatement(
        sql: """
          INSERT INTO verdict (judging, judged_at_us, tool_version, name, kind, expected, verdict, finding, reason,
            window_start_us, window_end_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """
      ).execute(arguments: [
        number, judging.at.microseconds, judging.toolVersion, verdict.name, verdict.kind, verdict.expected,
        verdict.verdict, verdict.finding, verdict.reason, verdict.window?.earliest.wholeMicroseconds,
        verdict.window?.latest.wholeMicrosecondsUp,
      ])
      let id = database.lastInsertedRowID
      for (position, evidence) in verdict.evidence.enumerated() {
        try database.cachedStatement(sql: "INSERT INTO verdict_evidence VALUES (?, ?, ?, ?, ?)").execute(arguments: [
          id, position, evidence.at?.earliest.wholeMicroseconds, evidence.at?.latest.wholeMicrosecondsUp, evidence.text,
        ])
      }
    }
  }

  static func judgings(_ database: Database) throws -> [Judging] {
    var judgings: [Judging] = []
    var number: Int?
    for row in try Row.fetchAll(database, sql: "SELECT * FROM verdict ORDER BY judging, id") {
      let rowNumber = try row.decode(Int.self, forColumn: "judging")
      if rowNumber != number {
        judgings.append(
          Judging(
            at: KubernetesTime(microseconds: try row.decode(Int64.self, forColumn: "judged_at_us")),
            toolVersion: try row.decode(forColumn: "tool_version"), verdicts: []))
      }
      number = rowNumber
      judgings[judgings.count - 1].verdicts.append(try verdict(row, database))
    }
    return judgings
  }

  private static func verdict(_ row: Row, _ database: Database) throws -> VerdictRow {
    let evidence = try Row.fetchAll(
      database, sql: "SELECT * FROM verdict_evidence WHERE verdict_id = ? ORDER BY position",
      arguments: [try row.decode(Int64.self, forColumn: "id")])
    return VerdictRow(
      name: try row.decode(forColumn: "name"), kind: try row.decode(forColumn: "kind"),
      expected: try row.decode(forColumn: "expected"), verdict: try row.decode(forColumn: "verdict"),
      finding: try row.decode(forColumn: "finding"), reason: try row.decode(forColumn: "reason"),
      window: try bounds(row, "window_start_us", "window_end_us"),
      evidence: try evidence.map {
        VerdictRow.Evidence(at: try bounds($0, "earliest_us", "latest_us"), text: try $0.decode(forColumn: "text"))
      })
  }

  private static func bounds(_ row: Row, _ earliest: String, _ latest: String) throws -> InstantBounds? {
    guard let earliest = try row.decode(Int64?.self, forColumn: earliest),
      let latest = try row.decode(Int64?.self, forColumn: latest)
    else { return nil }
    return InstantBounds(.microseconds(earliest), .microseconds(latest))
  }
}
