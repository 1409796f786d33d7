import Foundation
import KubernetesObjects
import Statistics
import Testing

/// The figures of a recording as the `sqlite3` program computes them from its tables: what every rendering has to agree with.
///
/// Only percentiles need more than SQL: the histograms come as they lie in the table and are added up here.
struct RecordedFigures {
  struct Load: Equatable {
    var offered = 0
    var sent = 0
    var dropped = 0
    var stopped = 0
    var late = 0
    var succeeded = 0
    /// By outcome.
    var failures: [String: Int] = [:]
    var bytes = 0
    var wallSeconds = 0.0
    /// Of the successful requests.
    var latency = LatencyHistogram()

    var failed: Int { failures.values.reduce(0, +) }
  }

  struct Phase {
    let name: String
    let certain: Load
    let perhaps: Load
    let hasCertain: Bool
    let hasPerhaps: Bool
  }

  struct Verdict {
    let name: String
    let verdict: String
    let expected: String
    let finding: String
    let evidence: [String]
  }

  let recording: String
  let timeScale: Double
  let endedAt: Double?
  let total: Load
  /// The highest rate of an interval, per wall second.
  let highestRate: Double
  let routes: [String: Load]
  let phases: [Phase]
  let verdicts: [Verdict]
  /// What the generator saw of itself: the highest of each column, and how many connections it opened. Empty without samples.
  let generator: [String: Any]
  /// The rows of the view `connections`.
  let connections: [[String: Any]]

  /// Intervals with the end that the load put to the last one, in microseconds of run time.
  static let intervals = """
    WITH ending AS (
      SELECT min(ifnull(run.ended_us, 9e18), ifnull((SELECT max(ifnull(end_us, planned_end_us)) FROM phase
        WHERE start_us IS NOT NULL), 9e18)) AS at FROM run
    ), part AS (
      SELECT start_us, CASE WHEN start_us < at THEN min(end_us, at) ELSE end_us END AS end_us, route, outcome, version,
        offered, sent, dropped, late, failed, completed, bytes, from_due FROM load_interval, ending
    )
    """

  init(_ recording: String) async throws {
    self.recording = recording
    func rows(_ sql: String) async throws -> [[String: Any]] { try await Self.rows(recording, sql) }
    let run = try #require(try await rows("SELECT time_scale, ended_us / 1e6 AS ended FROM run").first)
    timeScale = try #require(run["time_scale"] as? Double)
    endedAt = run["ended"] as? Double
    total = try await Self.load(recording, timeScale, where: "1")
    highestRate =
      try await rows(
        "\(Self.intervals) SELECT max(n / (length / 1e6 / \(timeScale))) AS rate FROM (SELECT sum(offered) AS n, "
          + "end_us - start_us AS length FROM part WHERE outcome = '' GROUP BY start_us, end_us)"
      ).first?["rate"] as? Double ?? 0
    var routes: [String: Load] = [:]
    for row in try await rows("SELECT DISTINCT route FROM load_interval") {
      let route = try #require(row["route"] as? String)
      routes[route] = try await Self.load(recording, timeScale, where: "route = '\(route)'")
    }
    self.routes = routes
    var phases: [Phase] = []
    for row in try await rows(
      "SELECT name, start_us AS a, ifnull(end_us, 9e18) AS b FROM phase WHERE start_us IS NOT NULL ORDER BY position")
    {
      let (a, b) = (row["a"] ?? 0, row["b"] ?? 0)
      let inside = "start_us >= \(a) AND end_us <= \(b)"
      let across = "start_us < \(b) AND end_us > \(a) AND NOT (\(inside))"
      func isAny(_ condition: String) async throws -> Bool {
        try await !rows("\(Self.intervals) SELECT 1 FROM part WHERE \(condition) LIMIT 1").isEmpty
      }
      phases.append(
        Phase(
          name: try #require(row["name"] as? String), certain: try await Self.load(recording, timeScale, where: inside),
          perhaps: try await Self.load(recording, timeScale, where: across), hasCertain: try await isAny(inside),
          hasPerhaps: try await isAny(across)))
    }
    self.phases = phases
    var verdicts: [Verdict] = []
    for row in try await rows(
      "SELECT id, name, verdict, expected, finding FROM verdict WHERE judging = (SELECT max(judging) FROM verdict) ORDER BY id"
    ) {
      let id = row["id"] ?? 0
      let evidence = try await rows("SELECT text FROM verdict_evidence WHERE verdict_id = \(id) ORDER BY position")
      verdicts.append(
        Verdict(
          name: row["name"] as? String ?? "", verdict: row["verdict"] as? String ?? "",
          expected: row["expected"] as? String ?? "", finding: row["finding"] as? String ?? "",
          evidence: evidence.compactMap { $0["text"] as? String }))
    }
    self.verdicts = verdicts
    generator =
      try await rows(
        "SELECT sum(connections_opened) AS opened, max(in_flight) AS in_flight, max(queued) AS queued, "
          + "max(lateness_p50_us) AS p50, max(lateness_p99_us) AS p99, max(lateness_max_us) AS longest, "
          + "max(longest_pause_us) AS pause FROM generator HAVING count(*) > 0"
      ).first ?? [:]
    connections = try await rows("SELECT address, opened, reused, closed_by_peer, most_requests FROM connections")
  }

  private static func load(_ recording: String, _ timeScale: Double, where condition: String) async throws -> Load {
    var load = Load()
    let sums = try await rows(
      recording,
      "\(intervals) SELECT sum(offered) AS offered, sum(sent) AS sent, sum(dropped) AS dropped, sum(late) AS late, "
        + "sum(bytes) AS bytes FROM part WHERE outcome = '' AND \(condition)"
    ).first
    load.offered = sums?["offered"] as? Int ?? 0
    load.sent = sums?["sent"] as? Int ?? 0
    load.dropped = sums?["dropped"] as? Int ?? 0
    load.late = sums?["late"] as? Int ?? 0
    load.bytes = sums?["bytes"] as? Int ?? 0
    load.wallSeconds =
      try await rows(
        recording,
        "\(intervals) SELECT sum(length) / 1e6 AS seconds FROM (SELECT DISTINCT start_us, end_us, end_us - start_us AS length "
          + "FROM part WHERE \(condition))"
      ).first?["seconds"] as? Double ?? 0
    load.wallSeconds /= timeScale
    for row in try await rows(
      recording,
      "\(intervals) SELECT outcome, failed, sum(completed) AS n FROM part WHERE outcome <> '' AND completed > 0 "
        + "AND \(condition) GROUP BY outcome, failed")
    {
      let (outcome, count) = (row["outcome"] as? String ?? "", row["n"] as? Int ?? 0)
      if row["failed"] as? Int == 1 {
        load.failures[outcome] = count
      } else if outcome == "stopped" {
        load.stopped = count
      } else {
        load.succeeded += count
      }
    }
    for row in try await rows(
      recording,
      "\(intervals) SELECT hex(from_due) AS bytes FROM part WHERE outcome NOT IN ('', 'stopped') AND failed = 0 "
        + "AND \(condition)")
    {
      load.latency.merge(try LatencyHistogram(encoded: Self.bytes(hexadecimal: row["bytes"] as? String ?? "")))
    }
    return load
  }

  static func bytes(hexadecimal text: String) -> Data {
    let digits = Array(text.utf8)
    return Data(
      stride(from: 0, to: digits.count - 1, by: 2).map { index in
        UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16) ?? 0
      })
  }

  /// The rows of a query, by the program that users have.
  static func rows(_ recording: String, _ sql: String) async throws -> [[String: Any]] {
    let ending = try await Program.command("sqlite3", ["-readonly", "-json", recording, sql])
    try #require(ending.code == 0, "\(sql): \(ending.complaints)")
    guard !ending.output.isEmpty else { return [] }
    return try #require(try JSONSerialization.jsonObject(with: Data(ending.output.utf8)) as? [[String: Any]])
  }
}

/// Numbers as reports print them, written again from what Reports/README.md says of them.
enum Printed {
  static func count(_ count: Int) -> String {
    let formatter = NumberFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.numberStyle = .decimal
    formatter.groupingSeparator = ","
    formatter.groupingSize = 3
    formatter.usesGroupingSeparator = true
    return formatter.string(from: NSNumber(value: count)) ?? "?"
  }

  static func counts(_ fewest: Int, _ most: Int) -> String {
    fewest == most ? count(fewest) : "\(count(fewest)) – \(count(most))"
  }

  /// In per cent, with two decimals at most, or as many as tell it from none and from all.
  static func share(_ part: Int, of all: Int) -> String {
    let percent = Double(part) / Double(all) * 100
    for decimals in 2...7 {
      var text = String(format: "%.\(decimals)f", percent)
      while text.last == "0" { text.removeLast() }
      if text.last == "." { text.removeLast() }
      if text != "0" || part == 0, text != "100" || part == all { return text + "%" }
    }
    return "?"
  }

  /// Per second, with a decimal below ten.
  static func rate(_ rate: Double) -> String {
    let tenths = (rate * 10).rounded()
    return rate < 10 && tenths != rate.rounded() * 10
      ? "\(String(format: "%.1f", tenths / 10))/s" : "\(count(Int(rate.rounded())))/s"
  }

  /// With three digits, halves rounded up.
  static func latency(_ latency: Duration) -> String {
    // In decimals, since a latency may lie in the middle of two texts.
    let microseconds =
      Decimal(latency.components.seconds) * 1_000_000 + Decimal(latency.components.attoseconds) / 1_000_000_000_000
    func rounded(_ value: Decimal, _ decimals: Int) -> String {
      var (value, result) = (value, Decimal())
      NSDecimalRound(&result, &value, decimals, .plain)
      return String(format: "%.\(decimals)f", NSDecimalNumber(decimal: result).doubleValue)
    }
    switch microseconds {
    case ..<(Decimal(9_995) / 10): return "\(rounded(microseconds, 0)) µs"
    case ..<9_995: return "\(rounded(microseconds / 1_000, 2)) ms"
    case ..<99_950: return "\(rounded(microseconds / 1_000, 1)) ms"
    case ..<999_500: return "\(rounded(microseconds / 1_000, 0)) ms"
    default: return "\(rounded(microseconds / 1_000_000, 2)) s"
    }
  }

  /// A class of outcomes: `5xx` for a status, the word itself for others.
  static func group(_ outcome: String) -> String {
    outcome.count == 3 && Int(outcome) != nil ? "\(outcome.prefix(1))xx" : outcome
  }
}
