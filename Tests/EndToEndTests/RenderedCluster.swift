import Foundation
import Testing

/// What the renderings say of replicas, corridor, decisions and pods, against SQL and against each other.
extension RenderedFigures {
  /// - Parameters:
  ///   - explained: what `scaleproof explain` prints.
  ///   - isPrompt: whether each change was received within moments, so that what was seen last is what was.
  func expectCluster(_ recording: String, explained: String, isPrompt: Bool, _ source: Comment) async throws {
    let rows = try await RecordedFigures.rows(recording, "SELECT * FROM replicas")
    try #require(!rows.isEmpty, source)
    try expectCounts(rows, isPrompt: isPrompt, source)
    try await expectReadyPods(recording, isPrompt: isPrompt, source)
    try expectReplicaChart(source)
    try expectCorridor(rows, isPrompt: isPrompt, source)
    try expectDecisions(rows, explained: explained, isPrompt: isPrompt, source)
    try expectPods(source)
  }

  /// A step of a count: from when on, and the fewest and the most; `nil` where nothing is known.
  private typealias Step = (from: Double, counts: ClosedRange<Int>?)

  private func steps(_ name: String) throws -> [Step] {
    let replicas = try #require(json["replicas"] as? [String: Any])
    return try #require(replicas[name] as? [[Any]]).map { step in
      let (low, high) = (step[1] as? Int, step[2] as? Int)
      return (try #require(step[0] as? Double), low.flatMap { low in high.map { low...$0 } })
    }
  }

  /// The counts of the view, and those of the report, one after the other. What was received may be told later than it was
  /// so, where the machine was busy, and never earlier.
  private func expectCounts(_ rows: [[String: Any]], isPrompt: Bool, _ source: Comment) throws {
    for name in ["wanted", "recommended", "current", "available", "updated"] {
      let steps = try steps(name)
      let seen = rows.compactMap { row in
        (row[name] as? Int).flatMap { value in (row["seconds"] as? Double).map { (at: $0, value: value) } }
      }
      if isPrompt { expect(seen, within: steps, "\(name), \(source)") }
      // Each count that is certain was seen, in the same order, and not before it is certain.
      var rest = seen[...]
      for step in steps {
        guard let counts = step.counts, counts.count == 1 else { continue }
        rest = rest.drop { $0.value != counts.lowerBound || $0.at < step.from - 1e-6 }
        #expect(!rest.isEmpty, "\(name) \(counts) from \(step.from), \(source)")
      }
      if name == "wanted" {
        let certain = Set(steps.compactMap { $0.counts.flatMap { $0.count == 1 ? $0.lowerBound : nil } })
        #expect(certain == Set(seen.map(\.value)), "every count that was wanted is told, \(source)")
      }
    }
  }

  /// What was seen last at a moment lies within the bounds of that moment.
  private func expect(_ seen: [(at: Double, value: Int)], within steps: [Step], _ source: Comment) {
    for (index, moment) in seen.enumerated() {
      // Of several versions in one microsecond the last one counts.
      guard index + 1 == seen.count || seen[index + 1].at != moment.at else { continue }
      let step = steps.last { $0.from <= moment.at + 1e-6 }
      #expect(step?.counts?.contains(moment.value) ?? true, "\(moment) is not in \(step as Any), \(source)")
    }
  }

  /// So many pods are ready as were when they were seen last, and were not asked to go.
  private func expectReadyPods(_ recording: String, isPrompt: Bool, _ source: Comment) async throws {
    let rows = try await RecordedFigures.rows(
      recording,
      """
      WITH pod AS (
        SELECT o.id, o.received_us, o.uid,
          o.kind <> 'deleted' AND json_extract(o.object, '$.metadata.deletionTimestamp') IS NULL AND EXISTS (
            SELECT 1 FROM json_each(o.object, '$.status.conditions')
            WHERE json_extract(value, '$.type') = 'Ready' AND json_extract(value, '$.status') = 'True') AS ready
        FROM observation o WHERE o.resource = 'pods' AND (o.object IS NOT NULL OR o.kind = 'deleted')
      )
      SELECT t.received_us / 1e6 AS seconds, (
        SELECT count(*) FROM pod p WHERE p.ready AND p.id = (
          SELECT max(q.id) FROM pod q WHERE q.uid = p.uid AND q.received_us <= t.received_us)) AS ready
      FROM (SELECT DISTINCT received_us FROM pod) t ORDER BY 1
      """)
    let seen = rows.compactMap { row in
      (row["ready"] as? Int).flatMap { value in (row["seconds"] as? Double).map { (at: $0, value: value) } }
    }
    let steps = try steps("ready")
    if isPrompt { expect(seen, within: steps, "ready, \(source)") }
    #expect(
      steps.last { $0.counts != nil }?.counts?.contains(seen.last?.value ?? -1) == true, "ready at the end, \(source)")
  }

  private func expectReplicaChart(_ source: Comment) throws {
    guard let chart = try charts()["replicas"] else { return }
    let end = try #require(try data()["end"] as? Double)
    for (name, member) in [
      ("wanted", "wanted"), ("recommended by the HPA", "recommended"), ("available", "available"), ("ready", "ready"),
    ] {
      let steps = try steps(member)
      var samples: [RecordedSeries.Sample] = []
      for (index, step) in steps.enumerated() {
        let next = index + 1 < steps.count ? steps[index + 1].from : end
        guard let counts = step.counts, min(next, end) > max(step.from, 0) else { continue }
        samples.append(
          RecordedSeries.Sample(
            start: max(step.from, 0), end: min(next, end), value: Double(counts.lowerBound),
            upper: Double(counts.upperBound)))
      }
      // Neighbours that say the same are one piece.
      samples = samples.reduce(into: []) { pieces, sample in
        if let last = pieces.last, last.end == sample.start, last.value == sample.value, last.upper == sample.upper {
          pieces[pieces.count - 1] = RecordedSeries.Sample(
            start: last.start, end: sample.end, value: last.value, upper: last.upper)
        } else {
          pieces.append(sample)
        }
      }
      guard !samples.isEmpty else { continue }
      expect(chart, name, samples, source)
    }
  }

  /// The counts of a conforming autoscaler lie within the corridor.
  private func expectCorridor(_ rows: [[String: Any]], isPrompt: Bool, _ source: Comment) throws {
    let stretches = try #require(json["corridor"] as? [[Double]])
    try #require(!stretches.isEmpty, source)
    let end = try #require(try data()["end"] as? Double)
    if let chart = try charts()["replicas"] {
      let samples = stretches.map {
        RecordedSeries.Sample(start: $0[0], end: min($0[1], end), value: $0[2], upper: $0[3])
      }
      expect(chart, "allowed by the spec", samples, source)
    }
    guard isPrompt else { return }
    for row in rows {
      guard let wanted = row["wanted"] as? Double, let at = row["seconds"] as? Double else { continue }
      guard let stretch = stretches.last(where: { $0[0] <= at + 1e-6 }), at <= stretch[1] else { continue }
      #expect(stretch[2] <= wanted && wanted <= stretch[3], "\(wanted) at \(at): \(stretch), \(source)")
    }
  }

  private struct Decision: Equatable, CustomStringConvertible {
    let at: String
    let from: Int
    let to: Int
    var description: String { "\(at) \(from) -> \(to)" }
  }

  private func expectDecisions(_ rows: [[String: Any]], explained: String, isPrompt: Bool, _ source: Comment) throws {
    let decisions = try #require(json["decisions"] as? [[String: Any]])
    try #require(!decisions.isEmpty, source)
    // Each change of the wanted count, whoever made it.
    let counts = rows.compactMap { row in
      (row["wanted"] as? Int).flatMap { wanted in (row["seconds"] as? Double).map { (at: $0, wanted: wanted) } }
    }
    let changes = zip(counts, counts.dropFirst()).filter { $0.0.wanted != $0.1.wanted }
    let rescales = decisions.filter {
      $0["from"] as? Int != $0["to"] as? Int && ($0["at"] as? [Double])?[1] ?? 0 > counts[0].at
    }
    #expect(
      rescales.map { [$0["from"] as? Int, $0["to"] as? Int] } == changes.map { [$0.0.wanted, $0.1.wanted] }, source)
    for (rescale, change) in zip(rescales, changes) {
      let at = rescale["at"] as? [Double] ?? [0, 0]
      #expect(
        at[0] <= change.1.at && (!isPrompt || abs(at[1] - change.1.at) < 0.2),
        "\(rescale) seen at \(change.1.at), \(source)")
    }
    // The table of the page.
    let cells = try decisionTable()
    #expect(cells.count == min(decisions.count, 500), source)
    for (row, decision) in zip(cells, decisions) {
      let facts = decision["facts"] as? [String: String] ?? [:]
      let (from, to) = (decision["from"] as? Int ?? 0, decision["to"] as? Int ?? 0)
      #expect(row[1] == (from == to ? "stays at \(from)" : "\(from) → \(to)") || row[1] == "could not read the count")
      let words = ["metrics", "model", "bound by", "controller", "otherwise"].map {
        RenderedFigures.oneLine(facts[$0] ?? "?")
      }
      #expect(Array(row[2...6]) == words, source)
      #expect(row[7] == (decision["alike"] as? Int).map(String.init), source)
    }
    // What explain prints of each sync.
    let list = explained.components(separatedBy: "Every sync that left a trace:").last ?? ""
    let lines = list.matches(of: /\n *(-?[0-9.]+)s  (?:(\d+) -> (\d+)|stays at (\d+))  \[/).map { line in
      let stays = line.output.4.map { Int($0) ?? -1 }
      return Decision(
        at: String(line.output.1), from: stays ?? line.output.2.flatMap { Int($0) } ?? -1,
        to: stays ?? line.output.3.flatMap { Int($0) } ?? -1)
    }
    let reported = decisions.filter { $0["boundBy"] as? String != "others" }.map { decision in
      let at = (decision["at"] as? [Double])?[1] ?? 0
      let tenths = Int((at * 10).rounded())
      return Decision(
        at: "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)", from: decision["from"] as? Int ?? 0,
        to: decision["to"] as? Int ?? 0)
    }
    #expect(
      lines.sorted { $0.description < $1.description } == reported.sorted { $0.description < $1.description }, source)
  }

  private func decisionTable() throws -> [[String]] {
    let start = try #require(html.range(of: "Decisions as a table"))
    let end = try #require(html.range(of: "</table>", range: start.upperBound..<html.endIndex))
    let body = html[start.upperBound..<end.lowerBound].components(separatedBy: "<tbody>").last ?? ""
    return body.components(separatedBy: "<tr>").dropFirst().map { row in
      row.matches(of: /<t[dh][^>]*>(.*?)<\/t[dh]>/).map { Self.text(String($0.output.1)) }
    }
  }

  /// The rows of the pods' chart are the pods of the JSON report, in the order of their creation.
  private func expectPods(_ source: Comment) throws {
    let charts = try data()["pods"] as? [[String: Any]] ?? []
    let drawn = charts.flatMap { $0["rows"] as? [[Any]] ?? [] }
    let pods = (json["pods"] as? [[String: Any]] ?? []).sorted { one, other in
      func key(_ pod: [String: Any]) -> (Double, String) {
        ((pod["created"] as? [Double])?[1] ?? 0, pod["name"] as? String ?? "")
      }
      return key(one) < key(other)
    }
    func middle(_ bounds: Any?) -> Double? { (bounds as? [Double]).map { ($0[0] + $0[1]) / 2 } }
    #expect(drawn.count == pods.count, source)
    for (row, pod) in zip(drawn, pods) {
      let ready = (row[2] as? [[Any]] ?? []).flatMap { [$0[0] as? Double, $0[1] as? Double] }
      let found = [row[0] as? Double, row[1] as? Double] + ready + [row[3] as? Double, row[4] as? Double]
      let stretches = (pod["ready"] as? [[Any]] ?? []).flatMap { [middle($0[0]), middle($0[1])] }
      let told =
        [max(middle(pod["created"]) ?? 0, 0), middle(pod["started"])] + stretches
        + [middle(pod["deleteRequested"]), middle(pod["removed"])]
      let isSame =
        found.count == told.count
        && zip(found, told).allSatisfy { one, other in
          one.flatMap { one in other.map { abs(one - $0) <= 2e-6 } } ?? (one == nil && other == nil)
        }
      #expect(isSame, "\(pod["name"] ?? ""): \(found) is not \(told), \(source)")
    }
  }
}
