import GRDB
import KubernetesObjects
import RunTimeline

/// The tables `verdict`, `verdict_evidence` and `measurement`.
enum VerdictRows {
  static func insert(_ judging: Judging, into database: Database) throws {
    let number =
      try Int.fetchOne(
        database,
        sql: "SELECT ifnull(max(judging), 0) + 1 FROM (SELECT judging FROM verdict UNION SELECT judging FROM judging)")
      ?? 1
    if let profile = judging.profile {
      try database.execute(
        sql: "INSERT INTO judging VALUES (?, ?, ?)", arguments: [number, profile.source, profile.text])
    }
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
      for (position, measurement) in verdict.measurements.enumerated() {
        try database.cachedStatement(sql: "INSERT INTO measurement VALUES (?, ?, ?, ?, ?, ?, ?, ?)").execute(
          arguments: [
            id, position, measurement.name, measurement.unit, measurement.lowest, measurement.highest,
            measurement.limit?.relation, measurement.limit?.value,
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
            toolVersion: try row.decode(forColumn: "tool_version"), profile: try profile(of: rowNumber, database),
            verdicts: []))
      }
      number = rowNumber
      judgings[judgings.count - 1].verdicts.append(try verdict(row, database))
    }
    return judgings
  }

  private static func profile(of judging: Int, _ database: Database) throws -> JudgingProfile? {
    let row = try Row.fetchOne(database, sql: "SELECT * FROM judging WHERE judging = ?", arguments: [judging])
    return try row.map { row in
      JudgingProfile(
        source: try row.decode(forColumn: "profile_source"), text: try row.decode(forColumn: "profile_text"))
    }
  }

  private static func verdict(_ row: Row, _ database: Database) throws -> VerdictRow {
    let name: String = try row.decode(forColumn: "name")
    let kind: String = try row.decode(forColumn: "kind")
    let expected: String = try row.decode(forColumn: "expected")
    let verdict: String = try row.decode(forColumn: "verdict")
    let finding: String = try row.decode(forColumn: "finding")
    let reason: String? = try row.decode(forColumn: "reason")
    let window = try bounds(row, "window_start_us", "window_end_us")
    let id = try row.decode(Int64.self, forColumn: "id")
    return VerdictRow(
      name: name, kind: kind, expected: expected, verdict: verdict, finding: finding, reason: reason, window: window,
      evidence: try evidence(of: id, database), measurements: try measurements(of: id, database))
  }

  private static func measurements(of verdict: Int64, _ database: Database) throws -> [VerdictRow.Measurement] {
    try Row.fetchAll(
      database, sql: "SELECT * FROM measurement WHERE verdict_id = ? ORDER BY position", arguments: [verdict]
    ).map { row in
      let relation: String? = try row.decode(forColumn: "relation")
      let bound: Double? = try row.decode(forColumn: "bound")
      let limit = relation.flatMap { relation in
        bound.map { VerdictRow.Measurement.Limit(relation: relation, value: $0) }
      }
      return VerdictRow.Measurement(
        name: try row.decode(forColumn: "name"), unit: try row.decode(forColumn: "unit"),
        lowest: try row.decode(forColumn: "lowest"), highest: try row.decode(forColumn: "highest"), limit: limit)
    }
  }

  private static func evidence(of verdict: Int64, _ database: Database) throws -> [VerdictRow.Evidence] {
    try Row.fetchAll(
      database, sql: "SELECT * FROM verdict_evidence WHERE verdict_id = ? ORDER BY position", arguments: [verdict]
    ).map { row in
      let text: String = try row.decode(forColumn: "text")
      return VerdictRow.Evidence(at: try bounds(row, "earliest_us", "latest_us"), text: text)
    }
  }

  private static func bounds(_ row: Row, _ earliest: String, _ latest: String) throws -> InstantBounds? {
    guard let earliest = try row.decode(Int64?.self, forColumn: earliest),
      let latest = try row.decode(Int64?.self, forColumn: latest)
    else { return nil }
    return InstantBounds(.microseconds(earliest), .microseconds(latest))
  }
}
