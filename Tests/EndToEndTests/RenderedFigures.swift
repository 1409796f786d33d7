import Foundation
import Statistics
import Testing

/// All renderings of one run.
struct RenderedFigures {
  let html: String
  let json: [String: Any]
  let junit: String
  let markdown: String
  let terminal: String

  init(html: String, json: String, junit: String, markdown: String, terminal: String) throws {
    self.html = html
    self.json = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    self.junit = Self.unescaped(junit)
    self.markdown = Self.oneLine(Self.unescaped(markdown.replacing("\\", with: "")))
    self.terminal = Self.oneLine(terminal)
  }

  /// The cells of each row of the table in a section of the page.
  func table(_ section: String) -> [[String]] {
    guard let start = html.range(of: "<section id=\"\(section)\""),
      let end = html.range(of: "</section>", range: start.upperBound..<html.endIndex)
    else { return [] }
    return html[start.upperBound..<end.lowerBound].components(separatedBy: "<tr").dropFirst().map { row in
      row.components(separatedBy: "</t").compactMap { cell in
        guard let open = cell.range(of: "<t[dh][^>]*>", options: .regularExpression) else { return nil }
        return Self.text(String(cell[open.upperBound...]))
      }
    }
  }

  /// The values of a list of terms in the page, by term: of the head of the report, or of a section.
  var terms: [String: String] {
    html.components(separatedBy: "<dt>").dropFirst().reduce(into: [:]) { terms, item in
      let parts = item.components(separatedBy: "</dt>")
      guard parts.count > 1, let open = parts[1].range(of: "<dd>"), let close = parts[1].range(of: "</dd>") else {
        return
      }
      terms[Self.text(parts[0])] =
        terms[Self.text(parts[0])] ?? Self.text(String(parts[1][open.upperBound..<close.lowerBound]))
    }
  }

  /// The page as its reader sees it.
  var page: String { Self.text(html) }

  /// Without markup, on one line.
  static func text(_ markup: String) -> String {
    oneLine(unescaped(markup.replacingOccurrences(of: "<[^>]*>", with: "", options: .regularExpression)))
  }

  private static func unescaped(_ text: String) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#64;", "@"), ("&amp;", "&")].reduce(text) {
      $0.replacing($1.0, with: $1.1)
    }
  }

  static func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}

extension RenderedFigures {
  /// Holds every figure that SQL gives against every rendering that shows it.
  func expect(_ figures: RecordedFigures, _ source: Comment) async throws {
    try expectTotals(figures, source)
    try expectPhases(figures, source)
    expectRoutes(figures, source)
    try expectIntervals(figures, source)
    try expectGenerator(figures, source)
    expectVerdicts(figures, source)
    let series = try await RecordedSeries(figures.recording, timeScale: figures.timeScale)
    try expectLoadCharts(series, source)
  }

  private func expectTotals(_ figures: RecordedFigures, _ source: Comment) throws {
    let total = figures.total
    guard total.offered > 0 else { return }
    expectLoad(try #require(json["totals"] as? [String: Any]), total, source)
    let failed = Printed.count(total.failed)
    let offered = Printed.count(total.offered)
    #expect(terms["requests"] == offered, source)
    #expect(terms["requests due"] == offered, source)
    #expect(terms["given up unsent"] == Printed.count(total.dropped), source)
    #expect(terms["sent more than 10 ms late"] == Printed.count(total.late), source)
    #expect(page.contains("\(failed) failed"), source)
    #expect(terms["answered as expected"] == Printed.share(total.succeeded, of: total.offered), source)
    let rates =
      "\(Printed.rate(Double(total.offered) / total.wallSeconds)) on average, \(Printed.rate(figures.highestRate)) at most"
    #expect(page.contains("highest rate \(Printed.rate(figures.highestRate))"), source)
    for text in [markdown, terminal] {
      #expect(text.contains("\(offered) request"), source)
      #expect(text.contains(rates), "\(rates) in \(text)")
      if total.failed > 0 {
        #expect(
          text.contains("\(failed) of \(offered) failed (\(Printed.share(total.failed, of: total.offered))"), source)
      }
      for (outcome, count) in total.failures {
        #expect(text.contains("\(Printed.count(count)) with \(outcome)"), source)
      }
    }
    expectRow("all requests", total, of: figures, source)
  }

  /// The row of totals for a name, and that of its successful requests, in both summaries.
  private func expectRow(
    _ name: String, _ load: RecordedFigures.Load, of figures: RecordedFigures, _ source: Comment
  ) {
    let (offered, failed) = (Printed.count(load.offered), Printed.count(load.failed))
    let latencies = [0.5, 0.9, 0.99, 0.999].map { load.latency.quantile($0).map(Printed.latency) ?? "–" }
    #expect(terminal.contains("\(name) \(offered) \(failed) "), "\(name) \(offered) \(failed) in \(terminal)")
    #expect(markdown.contains("| \(name) | \(offered) | \(failed) | "), "\(name) in \(markdown)")
    let measured = "\(name) \(offered) \(failed) \(latencies.joined(separator: " "))"
    // Where this machine was away for more than 100 ms, its part of the times is taken off, and a row as measured follows.
    let wasAway = ["longest", "pause"].contains { (figures.generator[$0] as? Int ?? 0) > 100_000 }
    if load.succeeded == load.offered, !wasAway || terminal.contains(measured) {
      #expect(terminal.contains(measured), source)
      #expect(markdown.contains("| \(name) | \(offered) | \(failed) | \(latencies.joined(separator: " | ")) |"), source)
    } else {
      let succeeded = Printed.count(load.succeeded)
      #expect(
        terminal.contains("the successful \(succeeded) \(latencies.joined(separator: " "))"),
        "\(name), \(latencies) in \(terminal)")
      #expect(markdown.contains("| the successful | \(succeeded) | | \(latencies.joined(separator: " | ")) |"), source)
    }
  }

  private func expectLoad(_ json: [String: Any], _ load: RecordedFigures.Load, _ source: Comment) {
    for (key, count) in [
      ("offered", load.offered), ("sent", load.sent), ("dropped", load.dropped), ("stopped", load.stopped),
      ("late", load.late), ("succeeded", load.succeeded), ("failed", load.failed),
    ] {
      #expect(json[key] as? Int == count, "\(key), \(source)")
    }
    let groups = Dictionary(load.failures.map { (Printed.group($0.key), $0.value) }, uniquingKeysWith: +)
    #expect((json["failures"] as? [String: Int] ?? [:]).filter { $0.value > 0 } == groups, source)
    #expect(isClose(json["wallSeconds"], load.wallSeconds), "wall seconds, \(source)")
    let latency = json["latency"] as? [String: Any]
    for (key, quantile) in [("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("p999", 0.999), ("max", 1)] {
      let expected = load.latency.quantile(quantile).map {
        Double($0.components.attoseconds) / 1e15 + Double($0.components.seconds) * 1e3
      }
      #expect(expected == nil ? latency?[key] == nil : isClose(latency?[key], expected ?? 0), "\(key), \(source)")
    }
  }

  private func isClose(_ value: Any?, _ expected: Double) -> Bool {
    guard let value = value as? Double else { return false }
    return abs(value - expected) <= 1.1e-6 + abs(expected) * 1e-9
  }

  private func expectPhases(_ figures: RecordedFigures, _ source: Comment) throws {
    let phases = (json["phases"] as? [[String: Any]] ?? []).filter { $0["start"] as? Double != nil }
    let rows = table("phases").dropFirst().filter { !$0.contains("not reached") }
    #expect(phases.count == figures.phases.count && rows.count == figures.phases.count, source)
    for ((phase, row), figures) in zip(zip(phases, rows), figures.phases) {
      #expect(phase["name"] as? String == figures.name, source)
      let (certain, perhaps) = (figures.certain, figures.perhaps)
      if figures.hasCertain {
        expectLoad(try #require(phase["totals"] as? [String: Any]), certain, source)
      } else {
        #expect(phase["totals"] is NSNull, source)
      }
      let edge = phase["perhaps"] as? [String: Any]
      #expect(edge?["offered"] as? Int == (figures.hasPerhaps ? perhaps.offered : nil), source)
      #expect(edge?["failed"] as? Int == (figures.hasPerhaps ? perhaps.failed : nil), source)
      guard figures.hasCertain || figures.hasPerhaps else { continue }
      try #require(row.count == 11, "\(row)")
      #expect(row[3] == Printed.counts(certain.offered, certain.offered + perhaps.offered), source)
      #expect(row[6] == Printed.counts(certain.failed, certain.failed + perhaps.failed), source)
      guard figures.hasCertain else { continue }
      #expect(row[4] == Printed.rate(Double(certain.offered) / certain.wallSeconds), source)
      #expect(row[5] == Printed.rate(Double(certain.succeeded) / certain.wallSeconds), source)
      let latencies = [0.5, 0.95, 0.99].map { certain.latency.quantile($0).map(Printed.latency) ?? "–" }
      #expect(Array(row[7...9]) == latencies, source)
    }
  }

  private func expectRoutes(_ figures: RecordedFigures, _ source: Comment) {
    let rows = Dictionary(table("routes").dropFirst().map { ($0[0], $0) }, uniquingKeysWith: { first, _ in first })
    #expect(Set(rows.keys) == Set(figures.routes.keys), source)
    for (name, load) in figures.routes {
      guard let row = rows[name], row.count == 7 else { continue }
      #expect(row[1] == Printed.count(load.offered) && row[2] == Printed.count(load.failed), source)
      let latencies = [0.5, 0.99, 1].map { load.latency.quantile($0).map(Printed.latency) ?? "–" }
      #expect(Array(row[3...5]) == latencies, "\(name), \(source)")
      for (outcome, count) in load.failures { #expect(row[6].contains("\(outcome): \(Printed.count(count))"), source) }
      if figures.routes.count > 1 { expectRow(name, load, of: figures, source) }
    }
  }

  /// The intervals of the JSON report add up to the totals of SQL, and each has its counts.
  private func expectIntervals(_ figures: RecordedFigures, _ source: Comment) throws {
    let load = try #require(json["load"] as? [String: Any])
    let columns = try #require(load["columns"] as? [String])
    let rows = try #require(load["rows"] as? [[Any]])
    for (key, sum) in [
      ("offered", figures.total.offered), ("sent", figures.total.sent), ("dropped", figures.total.dropped),
      ("late", figures.total.late), ("succeeded", figures.total.succeeded), ("failed", figures.total.failed),
    ] {
      let column = try #require(columns.firstIndex(of: key))
      #expect(rows.reduce(0) { $0 + ($1[column] as? Int ?? 0) } == sum, "\(key), \(source)")
    }
  }

  /// What the generator saw of itself, and of each address.
  private func expectGenerator(_ figures: RecordedFigures, _ source: Comment) throws {
    let generator = try #require(json["generator"] as? [String: Any])
    let facts = figures.generator
    if !facts.isEmpty {
      #expect(generator["connectionsOpened"] as? Int == facts["opened"] as? Int, source)
      for (term, key) in [
        ("connections opened", "opened"), ("most requests in flight", "in_flight"),
        ("most requests waiting to be sent", "queued"),
      ] {
        #expect(terms[term] == (facts[key] as? Int).map(Printed.count), "\(term), \(source)")
      }
      for (term, key, member) in [
        ("lateness, worst p50 of an interval", "p50", nil),
        ("lateness, worst p99 of an interval", "p99", "worstLatenessP99"),
        ("lateness, longest", "longest", "worstLateness"),
        ("longest time in which an answer may have lain unread", "pause", "longestPause"),
      ] {
        let microseconds = try #require(facts[key] as? Int)
        #expect(terms[term] == Printed.latency(.microseconds(microseconds)), "\(term), \(source)")
        if let member { #expect(isClose(generator[member], Double(microseconds) / 1000), "\(member), \(source)") }
      }
    }
    let rows = Dictionary(table("connections").dropFirst().map { ($0[0], $0) }, uniquingKeysWith: { first, _ in first })
    let reported = json["connections"] as? [[String: Any]] ?? []
    #expect(rows.count == figures.connections.count && reported.count == figures.connections.count, source)
    for connection in figures.connections {
      let address = try #require(connection["address"] as? String)
      let json = try #require(reported.first { $0["address"] as? String == address })
      let (opened, reused) = (connection["opened"] as? Int ?? 0, connection["reused"] as? Int ?? 0)
      #expect(json["opened"] as? Int == opened && json["reused"] as? Int == reused, source)
      #expect(json["closedByPeer"] as? Int == connection["closed_by_peer"] as? Int, source)
      #expect(json["mostRequests"] as? Int == connection["most_requests"] as? Int, source)
      let row = try #require(rows[address])
      #expect(row[1] == Printed.count(opened + reused), source)
      #expect(row[3] == Printed.count(opened) && row[4] == Printed.count(reused), source)
    }
  }

  private func expectVerdicts(_ figures: RecordedFigures, _ source: Comment) {
    let expectations = json["expectations"] as? [[String: Any]] ?? []
    #expect(expectations.map { $0["finding"] as? String } == figures.verdicts.map(\.finding), source)
    #expect(expectations.map { $0["verdict"] as? String } == figures.verdicts.map(\.verdict), source)
    let failed = figures.verdicts.count { $0.verdict == "fail" }
    #expect(junit.contains("tests=\"\(figures.verdicts.count)\" failures=\"\(failed)\""), source)
    for verdict in figures.verdicts {
      for (name, text) in [
        ("page", page), ("junit", RenderedFigures.oneLine(junit)), ("markdown", markdown), ("terminal", terminal),
      ] {
        #expect(text.contains(RenderedFigures.oneLine(verdict.finding)), "\(name) tells \(verdict.finding), \(source)")
        #expect(
          text.contains(RenderedFigures.oneLine(verdict.expected)), "\(name) tells \(verdict.expected), \(source)")
        guard verdict.verdict != "pass" else { continue }
        for fact in verdict.evidence.prefix(8) {
          #expect(text.contains(RenderedFigures.oneLine(fact)), "\(name) tells \(fact), \(source)")
        }
      }
    }
  }
}
