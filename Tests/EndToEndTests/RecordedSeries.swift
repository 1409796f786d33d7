import Foundation
import Statistics
import Testing

/// What the charts of a page draw, as `sqlite3` finds it in the tables of the recording.
struct RecordedSeries {
  /// A value that holds from `start` to `end`, in seconds of run time; `upper` differs where it is uncertain.
  struct Sample: Equatable {
    let start: Double
    let end: Double
    let value: Double
    var upper: Double?
  }

  /// What became of the requests of an interval, all routes together.
  struct Interval {
    let start: Double
    let end: Double
    let wallSeconds: Double
    var offered = 0
    var sent = 0
    var dropped = 0
    var late = 0
    var succeeded = 0
    var failures: [String: Int] = [:]
    var droppedByTarget = 0
    var latency = LatencyHistogram()

    var failed: Int { failures.values.reduce(0, +) }
  }

  let intervals: [Interval]
  /// The rows of the table `generator`, in order.
  let generator: [[String: Any]]
  /// Samples that took long enough for a share of CPU to mean something.
  private let telling: [[String: Any]]

  init(_ recording: String, timeScale: Double) async throws {
    func rows(_ sql: String) async throws -> [[String: Any]] { try await RecordedFigures.rows(recording, sql) }
    struct Edges: Hashable {
      let start: Int
      let end: Int
    }
    func edges(_ row: [String: Any]) -> Edges { Edges(start: row["a"] as? Int ?? 0, end: row["b"] as? Int ?? 0) }
    var found: [Edges: Interval] = [:]
    let part = RecordedFigures.intervals
    for row in try await rows(
      "\(part) SELECT start_us AS a, CAST(end_us AS INTEGER) AS b, sum(offered) AS offered, sum(sent) AS sent, "
        + "sum(dropped) AS dropped, sum(late) AS late FROM part WHERE outcome = '' GROUP BY 1, 2")
    {
      let edges = edges(row)
      var interval = Interval(
        start: Double(edges.start) / 1e6, end: Double(edges.end) / 1e6,
        wallSeconds: Double(edges.end - edges.start) / 1e6 / timeScale)
      interval.offered = row["offered"] as? Int ?? 0
      interval.sent = row["sent"] as? Int ?? 0
      interval.dropped = row["dropped"] as? Int ?? 0
      interval.late = row["late"] as? Int ?? 0
      found[edges] = interval
    }
    for row in try await rows(
      "\(part) SELECT start_us AS a, CAST(end_us AS INTEGER) AS b, outcome, failed, completed, hex(from_due) AS bytes "
        + "FROM part WHERE outcome <> ''")
    {
      let (outcome, count) = (row["outcome"] as? String ?? "", row["completed"] as? Int ?? 0)
      let bytes = RecordedFigures.bytes(hexadecimal: row["bytes"] as? String ?? "")
      var interval = try #require(found[edges(row)])
      if row["failed"] as? Int == 1 {
        interval.failures[Printed.group(outcome), default: 0] += count
        if outcome == "dropped: target" { interval.droppedByTarget += count }
      } else if outcome != "stopped" {
        interval.succeeded += count
        interval.latency.merge(try LatencyHistogram(encoded: bytes))
      }
      found[edges(row)] = interval
    }
    intervals = found.values.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
    generator = try await rows(
      """
      SELECT start_us / 1e6 AS start, end_us / 1e6 AS "end", lateness_p50_us / 1e3 AS latenessP50,
        lateness_p99_us / 1e3 AS latenessP99, lateness_max_us / 1e3 AS latenessMax, process_cpu AS processCPU,
        busiest_worker_cpu AS workerCPU, run_queue_delay AS runQueueDelay, steal, in_flight AS inFlight, queued,
        connections_opened AS connectionsOpened, open_connections AS openConnections,
        ephemeral_ports_used AS portsUsed, machine_lateness_p99_us / 1e3 AS machineLatenessP99,
        longest_pause_us / 1e3 AS longestPause, places, places_held_since_us / 1e6 AS placesHeldSince,
        ephemeral_ports AS ports
      FROM generator ORDER BY id
      """)
    telling = generator.filter { row in
      ((row["end"] as? Double ?? 0) - (row["start"] as? Double ?? 0)) / timeScale >= 0.1 - 1e-9
    }
  }

  /// The series of each chart of load and generator, by the names in its legend.
  var charts: [String: [String: [Sample]]] {
    var charts = ["rate": rate, "latency": latency, "errors": failures, "unsent": unsent]
    if !telling.isEmpty {
      charts["lateness"] = [
        "longest": samples("latenessMax"), "p99": samples("latenessP99"), "p50": samples("latenessP50"),
      ]
      charts["cpu"] = [
        "busiest worker": samples("workerCPU", times: 100), "whole process": samples("processCPU", times: 100),
        "a worker waiting for a CPU": samples("runQueueDelay", times: 100),
        "taken by a hypervisor, of all CPUs": samples("steal", times: 100),
      ]
      charts["connections"] = [
        "open connections": samples("openConnections"), "unanswered requests": samples("inFlight"),
      ]
    }
    return charts.mapValues { $0.filter { !$0.value.isEmpty } }.filter { !$0.value.isEmpty }
  }

  private func series(_ value: (Interval) -> Double?) -> [Sample] {
    intervals.compactMap { interval in
      value(interval).map { Sample(start: interval.start, end: interval.end, value: $0) }
    }
  }

  private func perSecond(_ count: @escaping (Interval) -> Int) -> [Sample] {
    series { $0.wallSeconds > 0 ? Double(count($0)) / $0.wallSeconds : nil }
  }

  private func samples(_ column: String, times factor: Double = 1) -> [Sample] {
    telling.compactMap { row in
      guard let start = row["start"] as? Double, let end = row["end"] as? Double,
        let value = row[column] as? Double
      else { return nil }
      return Sample(start: start, end: end, value: value * factor)
    }
  }

  private var rate: [String: [Sample]] {
    var rate = ["offered": perSecond(\.offered), "answered as expected": perSecond(\.succeeded)]
    if intervals.contains(where: { $0.sent != $0.offered }) { rate["sent"] = perSecond(\.sent) }
    return rate
  }

  private var latency: [String: [Sample]] {
    [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)].reduce(into: [:]) { lines, line in
      lines[line.0] = series { interval in
        interval.latency.quantile(line.1).map {
          Double($0.components.seconds) * 1e3 + Double($0.components.attoseconds) / 1e15
        }
      }
    }
  }

  private var failures: [String: [Sample]] {
    let classes = Set(intervals.flatMap { $0.failures.filter { $0.value > 0 }.keys })
    return classes.reduce(into: [:]) { lines, name in lines[name] = perSecond { $0.failures[name] ?? 0 } }
  }

  private var unsent: [String: [Sample]] {
    let lines = [
      "late": perSecond(\.late), "given up": perSecond { $0.dropped - $0.droppedByTarget },
      "given up, all places held by the target": perSecond(\.droppedByTarget),
      "waiting to be sent": samples("queued"),
    ]
    return lines.filter { $0.value.contains { $0.value > 0 } }
  }
}
