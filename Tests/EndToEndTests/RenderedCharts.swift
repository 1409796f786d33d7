import Foundation
import Statistics
import Testing

/// A chart of the page: what its script reads, and what its table says.
struct RenderedChart {
  struct Point {
    let at: Double
    let value: Double
    let upper: Double
  }

  let id: String
  /// The points of each series, by its name in the legend, without those that end a stretch.
  let series: [String: [Point]]
  let units: [String: String]
  /// Rows of the table: an instant in seconds, and the texts by series.
  let table: [(at: Double, cells: [String: String])]
}

extension RenderedFigures {
  /// The data of the page's script.
  func data() throws -> [String: Any] {
    let start = try #require(html.range(of: "id=\"run-data\">"))
    let end = try #require(html.range(of: "</script>", range: start.upperBound..<html.endIndex))
    let text = html[start.upperBound..<end.lowerBound]
    return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  /// The charts of the page, by name.
  func charts() throws -> [String: RenderedChart] {
    let data = try data()
    let last = try #require(data["end"] as? Double)
    let charts = try #require(data["charts"] as? [[String: Any]])
    return try charts.reduce(into: [:]) { found, chart in
      let id = try #require(chart["id"] as? String)
      let series = try #require(chart["series"] as? [[String: Any]])
      guard !series.isEmpty else { return }
      found[id] = try self.chart(id, series, end: last)
    }
  }

  private func chart(_ id: String, _ series: [[String: Any]], end: Double) throws -> RenderedChart {
    let start = try #require(html.range(of: "id=\"chart-\(id)\""), "\(id)")
    let stop = try #require(html.range(of: "</figure>", range: start.upperBound..<html.endIndex))
    let figure = html[start.upperBound..<stop.lowerBound]
    let names = figure.matches(of: /<span>([^<]*)<\/span> <output data-series="(\d+)">/).map {
      Self.text(String($0.output.1))
    }
    try #require(names.count == series.count, "\(id): \(names)")
    var points: [String: [RenderedChart.Point]] = [:]
    for (name, line) in zip(names, series) {
      let times = line["t"] as? [Double] ?? []
      let values = line["v"] as? [Any] ?? []
      let uppers = line["u"] as? [Any] ?? values
      points[name] = zip(times, zip(values, uppers)).compactMap { at, pair in
        guard let value = pair.0 as? Double, let upper = pair.1 as? Double else { return nil }
        return RenderedChart.Point(at: at, value: value, upper: upper)
      }
    }
    let body = figure.range(of: "<tbody>").map { String(figure[$0.upperBound...]) } ?? ""
    let rows = body.components(separatedBy: "<tr>").dropFirst().map { row in
      row.matches(of: /<t[dh][^>]*>(.*?)<\/t[dh]>/).map { Self.text(String($0.output.1)) }
    }
    let table = try rows.enumerated().map { index, cells in
      let instant = index == rows.count - 1 ? end : try #require(Self.seconds(cells[0]), "\(cells)")
      return (at: instant, cells: Dictionary(zip(names, cells.dropFirst()), uniquingKeysWith: { first, _ in first }))
    }
    let units = series.map { $0["unit"] as? String ?? "" }
    return RenderedChart(
      id: id, series: points, units: Dictionary(zip(names, units), uniquingKeysWith: { first, _ in first }),
      table: table)
  }

  /// The seconds of a clock such as `03:05.4` or `1:03:05`.
  private static func seconds(_ clock: String) -> Double? {
    let parts = clock.split(separator: ":").map { Double($0) }
    guard !parts.isEmpty, !parts.contains(nil) else { return nil }
    return parts.compactMap { $0 }.reduce(0) { $0 * 60 + $1 }
  }
}

extension RenderedFigures {
  /// Holds every value of every chart of load and generator, and of the tables below them, against SQL.
  func expectLoadCharts(_ recorded: RecordedSeries, _ source: Comment) throws {
    let charts = try charts()
    let expected = recorded.charts
    let known = Set(charts.keys).subtracting(["replicas", "ports"])
    #expect(known == Set(expected.keys), source)
    for (id, lines) in expected {
      guard let chart = charts[id] else { continue }
      #expect(Set(chart.series.keys) == Set(lines.keys), "\(id), \(source)")
      for (name, samples) in lines { expect(chart, name, samples, source) }
    }
    try expectRows(recorded, source)
  }

  func expect(_ chart: RenderedChart, _ name: String, _ samples: [RecordedSeries.Sample], _ source: Comment) {
    let points = chart.series[name] ?? []
    #expect(points.count == samples.count, "\(chart.id), \(name), \(source)")
    for (point, sample) in zip(points, samples) {
      let isSame =
        abs(point.at - sample.start) <= 0.0051 && abs(point.value - sample.value) <= 0.00051
        && abs(point.upper - (sample.upper ?? sample.value)) <= 0.00051
      #expect(isSame, "\(chart.id), \(name): \(point) is not \(sample), \(source)")
    }
    for row in chart.table {
      // Which side of an edge a moment is on is decided by the last bit of a number.
      let texts = [row.at - 1e-6, row.at + 1e-6, row.at].map {
        Self.text(samples, at: $0, unit: chart.units[name] ?? "")
      }
      #expect(
        texts.contains(row.cells[name] ?? ""), "\(chart.id), \(name) at \(row.at): \(row.cells) \(texts), \(source)")
    }
  }

  /// What a table says of a series at a moment.
  private static func text(_ samples: [RecordedSeries.Sample], at instant: Double, unit: String) -> String {
    guard let index = samples.lastIndex(where: { $0.start <= instant }) else { return "–" }
    let sample = samples[index]
    let next = index + 1 < samples.count ? samples[index + 1].start : .infinity
    guard instant <= (next <= sample.end + 0.001 ? next : sample.end) else { return "–" }
    func text(_ value: Double) -> String {
      switch unit {
      case "perSecond": Printed.rate(value)
      case "milliseconds": Printed.latency(.microseconds(Int64((value * 1000).rounded())))
      case "count": Printed.count(Int(value.rounded()))
      default: "\(Int(value.rounded()))%"
      }
    }
    let upper = sample.upper ?? sample.value
    return upper == sample.value ? text(sample.value) : "\(text(sample.value))–\(text(upper))"
  }

  /// Every field of every row of the JSON report's series.
  private func expectRows(_ recorded: RecordedSeries, _ source: Comment) throws {
    let load = try rows(of: "load")
    #expect(load.count == recorded.intervals.count, source)
    for (row, interval) in zip(load, recorded.intervals) {
      var expected: [String: Double?] = [
        "start": interval.start, "end": interval.end, "wallSeconds": interval.wallSeconds,
        "offered": Double(interval.offered), "sent": Double(interval.sent), "dropped": Double(interval.dropped),
        "late": Double(interval.late), "succeeded": Double(interval.succeeded), "failed": Double(interval.failed),
      ]
      for (name, quantile) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1)] {
        expected[name] = .some(
          interval.latency.quantile(quantile).map {
            Double($0.components.seconds) * 1e3 + Double($0.components.attoseconds) / 1e15
          })
      }
      expectRow(row, expected, source)
    }
    let generator = try rows(of: "generator")
    #expect(generator.count == recorded.generator.count, source)
    for (row, sample) in zip(generator, recorded.generator) {
      expectRow(row, row.keys.reduce(into: [:]) { $0[$1] = .some(sample[$1] as? Double) }, source)
    }
  }

  private func rows(of member: String) throws -> [[String: Any]] {
    let series = try #require(json[member] as? [String: Any])
    let columns = try #require(series["columns"] as? [String])
    return try #require(series["rows"] as? [[Any]]).map {
      Dictionary(zip(columns, $0), uniquingKeysWith: { first, _ in first })
    }
  }

  private func expectRow(_ row: [String: Any], _ expected: [String: Double?], _ source: Comment) {
    #expect(Set(row.keys) == Set(expected.keys), source)
    for (name, value) in expected {
      let isSame = value.map { value in (row[name] as? Double).map { abs($0 - value) <= 2e-6 } ?? false }
      #expect(isSame ?? (row[name] is NSNull), "\(name): \(row) is not \(value as Any), \(source)")
    }
  }
}
