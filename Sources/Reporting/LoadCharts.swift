import RunTimeline
import Statistics
import Units

/// The pictures of what was asked of the target and how it answered.
enum LoadCharts {
  static let columns = 1000

  /// Offered beside achieved requests.
  static func rate(_ load: LoadSeries, _ timeline: Timeline, _ frame: ChartFrame) -> Chart {
    let offered = series("offered", "area-offered", .perSecond, load) { $0.offeredRate }
    let achieved = series("answered as expected", "line-achieved", .perSecond, load) { $0.succeededRate }
    let sent = series("sent", "line-sent", .perSecond, load) { $0.rate($0.sent) }
    let differs = load.points.contains { $0.sent != $0.offered }
    let peak = load.points.flatMap { [$0.offeredRate, $0.succeededRate].compactMap { $0 } }
    let planned = timeline.phases.flatMap { [$0.startRate, $0.endRate] }
    let axis = ValueAxis(.linear, values: peak + planned, height: 170)
    let time = frame.time
    var drawing: HTML = """
      <path class="area-offered" d="\(offered.stepPath(time, axis, closed: true))"/>\
      <path class="line-planned" d="\(plannedPath(timeline.phases, time, axis))"/>
      """
    if differs { drawing += "<path class=\"line-sent\" d=\"\(sent.stepPath(time, axis))\"/>" }
    drawing += "<path class=\"line-achieved\" d=\"\(achieved.stepPath(time, axis))\"/>"
    return Chart(
      id: "rate", title: "Request rate", measure: "requests per second",
      description:
        "Requests that were due, and those that were answered as their route expects, per second of wall time. "
        + "The highest offered rate was \((load.points.compactMap(\.offeredRate).max() ?? 0).rateText) per second.",
      axis: axis, tickLabel: { $0.rateText }, drawing: drawing,
      series: [offered] + (differs ? [sent] : []) + [achieved],
      extraLegend: timeline.phases.contains { $0.users == nil } ? [("line-planned", "planned")] : [])
  }

  /// Latency percentiles of successful requests, on a logarithmic axis when they spread.
  static func latency(_ load: LoadSeries, _ timeline: Timeline, _ frame: ChartFrame) -> Chart {
    func percentile(_ name: String, _ style: String, _ quantile: Double) -> ChartSeries {
      series(name, style, .milliseconds, load) { $0.latency.quantile(quantile).map { $0.seconds * 1000 } }
    }
    let lines = [
      percentile("p99", "line-p99", 0.99), percentile("p95", "line-p95", 0.95), percentile("p50", "line-p50", 0.5),
    ]
    let values = lines.flatMap { $0.samples.map(\.value) }
    let spread = (values.max() ?? 1) / max(values.filter { $0 > 0 }.min() ?? 1, 1e-3)
    let axis = ValueAxis(spread > 8 ? .logarithmic : .linear, values: values, height: 170)
    let paths = lines.map { line -> HTML in
      "<path class=\"\(line.style)\" d=\"\(line.linePath(frame.time, axis))\"/>"
    }
    return Chart(
      id: "latency", title: "Latency from the due time",
      measure: "successful requests" + (axis.scale == .logarithmic ? ", logarithmic axis" : ""),
      description: "Median, 95th and 99th percentile of the latency of successful requests, counted from the moment at "
        + "which each was due. The highest p99 of an interval was "
        + "\(ChartSeries.Unit.milliseconds.text(values.max() ?? 0)).",
      axis: axis, tickLabel: latencyTick, drawing: paths.joined(), series: lines, note: ClosedModel(timeline)?.sentence)
  }

  /// Failed requests by class, stacked.
  static func failures(_ load: LoadSeries, _ frame: ChartFrame) -> Chart {
    let classes = load.failureClasses
    let lines = classes.enumerated().map { index, name in
      series(name, "bar-failure-\(index % 6)", .perSecond, load) { $0.rate($0.failures[name] ?? 0) }
    }
    let totals = load.points.compactMap { $0.rate($0.failed) }
    let axis = ValueAxis(.linear, values: totals, height: classes.isEmpty ? 0 : 110)
    return Chart(
      id: "errors", title: "Failed requests", measure: "per second, by class",
      description: classes.isEmpty
        ? "No request failed."
        : "Requests that ended otherwise than their route expects, by class: \(classes.joined(separator: ", ")). "
          + "The worst interval had \((totals.max() ?? 0).rateText) per second.",
      axis: axis, tickLabel: { $0.rateText }, drawing: failureBars(load, classes, frame.time, axis), series: lines,
      emptiness: classes.isEmpty ? "No request failed." : nil)
  }

  /// One bar an interval, or where intervals are narrower than a column the worst interval of each column.
  private static func failureBars(
    _ load: LoadSeries, _ classes: [String], _ time: TimeAxis, _ axis: ValueAxis
  ) -> HTML {
    var worst: [Int: LoadPoint] = [:]
    for point in load.points where point.failed > 0 {
      let column = Int(time.x(point.start))
      if (worst[column].map { ($0.rate($0.failed) ?? 0) } ?? -1) < point.rate(point.failed) ?? 0 {
        worst[column] = point
      }
    }
    var paths = classes.map { _ in "" }
    for (_, point) in worst.sorted(by: { $0.key < $1.key }) {
      let left = time.x(point.start)
      let right = max(time.x(point.end), left + 2)
      var base = 0.0
      for (index, name) in classes.enumerated() {
        guard let count = point.failures[name], count > 0, let rate = point.rate(count) else { continue }
        let (bottom, top) = (axis.y(base), axis.y(base + rate))
        paths[index] += "M\(left.coordinate) \(bottom.coordinate)V\(min(top, bottom - 1.5).coordinate)"
        paths[index] += "H\(right.coordinate)V\(bottom.coordinate)Z"
        base += rate
      }
    }
    return paths.enumerated().map { index, path -> HTML in
      "<path class=\"bar-failure-\(index % 6)\" d=\"\(path)\"/>"
    }.joined()
  }

  static func series(
    _ name: String, _ style: String, _ unit: ChartSeries.Unit, _ load: LoadSeries, _ value: (LoadPoint) -> Double?
  ) -> ChartSeries {
    let samples = load.points.compactMap { point in
      value(point).map { ChartSeries.Sample(start: point.start.seconds, end: point.end.seconds, value: $0) }
    }
    let length = load.points.last?.end.seconds ?? 1
    return ChartSeries(name: name, style: style, unit: unit, samples: samples).thinned(columns: columns, over: length)
  }

  /// The planned rate: the sum over all streams. Closed-model phases plan none.
  private static func plannedPath(_ phases: [PhaseSpan], _ time: TimeAxis, _ axis: ValueAxis) -> HTML {
    let lines = phases.filter { $0.users == nil }.compactMap { PlannedLine($0, until: time.end) }
    let instants = Set(lines.flatMap { [$0.start, $0.end] }).sorted()
    var path = ""
    for (from, to) in zip(instants, instants.dropFirst()) {
      let under = lines.filter { $0.start <= from && $0.end >= to }
      guard !under.isEmpty else { continue }
      let before = under.reduce(0) { $0 + $1.rate(at: from) }
      let after = under.reduce(0) { $0 + $1.rate(at: to) }
      path += "\(path.isEmpty ? "M" : "L")\(time.x(from).coordinate) \(axis.y(before).coordinate)"
      path += "L\(time.x(to).coordinate) \(axis.y(after).coordinate)"
    }
    return HTML(text: path)
  }

  static let latencyTick: @Sendable (Double) -> String = { milliseconds in
    if milliseconds == 0 { return "0" }
    if milliseconds < 1 { return "\((milliseconds * 1000).fixed(0)) µs" }
    if milliseconds < 1000 { return "\(milliseconds.coordinate) ms" }
    return "\((milliseconds / 1000).coordinate) s"
  }
}

/// The rate that one phase plans, as far as the run came.
private struct PlannedLine {
  let start: Duration
  let end: Duration
  private let startRate: Double
  /// Change of the rate per second. An interrupted phase keeps the slope that was planned for its whole length.
  private let slope: Double

  init?(_ phase: PhaseSpan, until last: Duration) {
    guard let start = phase.start else { return nil }
    self.start = start
    end = max(min(phase.end ?? last, last), start)
    startRate = phase.startRate
    slope = (phase.endRate - phase.startRate) / max((phase.plannedEnd - phase.plannedStart).seconds, 0.001)
  }

  func rate(at instant: Duration) -> Double { startRate + slope * (instant - start).seconds }
}
