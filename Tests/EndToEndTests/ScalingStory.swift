/// What a recording says of a workload that goes up from a floor to a peak and comes back, and of the load and the verdicts.
struct ScalingStory {
  let floor: Int
  let peak: Int
  /// Run time, in seconds, at which the floor was left, the peak reached and left, and the floor reached again.
  let turns: [Double]
  /// Requests by interval and route, which both drivers plan alike.
  let offered: String
  /// Each expectation with its verdict.
  let verdicts: String

  init(recording: String) async throws {
    func query(_ sql: String) async throws -> String {
      try await Program.command("sqlite3", ["-readonly", recording, sql]).output
    }
    let rows = try await query(
      """
      SELECT received_us / 1e6, json_extract(object, '$.spec.replicas') FROM observation
      WHERE resource = 'deployments' AND object IS NOT NULL ORDER BY received_us, id
      """)
    var counts: [(at: Double, wanted: Int)] = []
    for row in rows.split(separator: "\n") {
      let columns = row.split(separator: "|")
      guard columns.count == 2, let at = Double(columns[0]), let wanted = Int(columns[1]) else { continue }
      if counts.last?.wanted != wanted { counts.append((at, wanted)) }
    }
    let peak = counts.map(\.wanted).max() ?? 0
    floor = counts.first?.wanted ?? 0
    self.peak = peak
    let top = counts.firstIndex { $0.wanted == peak } ?? 0
    // The first change, the peak, the change after it, and the last.
    turns =
      counts.count > top + 1 && top > 0
      ? [counts[1].at, counts[top].at, counts[top + 1].at, counts[counts.count - 1].at] : []
    offered = try await query("SELECT start_us, route, sum(offered) FROM load_interval GROUP BY 1, 2 ORDER BY 1, 2")
    verdicts = try await query("SELECT name, verdict FROM verdict ORDER BY id")
  }
}
