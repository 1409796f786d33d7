import LoadFacts
import RunTimeline
import Statistics
import Units

/// What the load generator saw of itself over time: what the other pictures can be trusted for.
struct GeneratorCharts: Sendable {
  let charts: [Chart]

  init(_ timeline: Timeline, load: LoadSeries, frame: ChartFrame) {
    let samples = timeline.tellingGeneratorSamples
    let drawer = Drawer(samples: samples, frame: frame, strained: SaturatedStretch.stretches(timeline))
    var charts: [Chart] = []
    if !load.points.isEmpty { charts.append(Self.unsent(load, drawer)) }
    if !samples.isEmpty {
      charts += [Self.lateness(drawer), Self.processor(drawer), Self.connections(drawer)]
      if let ports = Self.ports(drawer) { charts.append(ports) }
    }
    self.charts = charts
  }

  /// Requests that did not leave when they were due.
  private static func unsent(_ load: LoadSeries, _ drawer: Drawer) -> Chart {
    let late = LoadCharts.series("late", "line-p95", .perSecond, load) { $0.rate($0.late) }
    let dropped = LoadCharts.series("given up", "line-p99", .perSecond, load) {
      $0.rate($0.dropped - $0.droppedByTarget)
    }
    let held = LoadCharts.series("given up, all places held by the target", "line-p50", .perSecond, load) {
      $0.rate($0.droppedByTarget)
    }
    let queued = drawer.series("waiting to be sent", "line-sent", .count) { Double($0.queued) }
    let lines = [late, dropped, held, queued].filter { line in line.samples.contains { $0.value > 0 } }
    return drawer.chart(
      id: "unsent", title: "Requests that did not leave in time", measure: "per second; waiting at a moment",
      description:
        "Requests sent more than \(WallTime(LoadInterval.lateAfter).text) after they were due, and requests given "
        + "up, per second of wall time; and how many were waiting at the end of each interval.",
      lines: lines, axis: ValueAxis(.linear, values: lines.flatMap { $0.samples.map(\.value) }, height: 90),
      tickLabel: { $0.rateText },
      emptiness: lines.isEmpty ? "None was late, none waited, none was given up." : nil)
  }

  private static func lateness(_ drawer: Drawer) -> Chart {
    let lines = [
      drawer.series("longest", "line-sent", .milliseconds) { $0.latenessMax.seconds * 1000 },
      drawer.series("p99", "line-p99", .milliseconds) { $0.latenessP99.seconds * 1000 },
      drawer.series("p50", "line-p50", .milliseconds) { $0.latenessP50.seconds * 1000 },
    ]
    let values = lines.flatMap { $0.samples.map(\.value) }.map { max($0, 0.001) }
    return drawer.chart(
      id: "lateness", title: "How late requests left", measure: "logarithmic axis",
      description: "Moment of sending less the moment due, by interval.", lines: lines,
      axis: ValueAxis(.logarithmic, values: values, height: 100), tickLabel: LoadCharts.latencyTick)
  }

  private static func processor(_ drawer: Drawer) -> Chart {
    let lines =
      [
        drawer.series("busiest worker", "line-p99", .percent) { $0.busiestWorkerCPU * 100 },
        drawer.series("whole process", "line-achieved", .percent) { $0.processCPU * 100 },
        drawer.series("a worker waiting for a CPU", "line-p95", .percent) { $0.runQueueDelay.map { $0 * 100 } },
        drawer.series("taken by a hypervisor, of all CPUs", "line-sent", .percent) { $0.steal.map { $0 * 100 } },
      ].filter { !$0.isEmpty }
    return drawer.chart(
      id: "cpu", title: "CPU of the generator", measure: "percent of one core",
      description:
        "CPU time per second of wall time: of the busiest worker thread and of the whole process; how long the "
        + "worst worker was ready and waited for a CPU; and the share of all CPU time that a hypervisor gave to others.",
      lines: lines,
      axis: ValueAxis(.linear, values: lines.flatMap { $0.samples.map(\.value) } + [100], height: 90),
      tickLabel: { "\($0.fixed(0))%" })
  }

  private static func connections(_ drawer: Drawer) -> Chart {
    let lines =
      [
        drawer.series("open connections", "line-achieved", .count) { $0.openConnections.map(Double.init) },
        drawer.series("unanswered requests", "line-p95", .count) { Double($0.inFlight) },
      ].filter { !$0.isEmpty }
    return drawer.chart(
      id: "connections", title: "Connections and unanswered requests", measure: "at the end of each interval",
      description: "How many connections stood, and how many requests had been sent and not been answered.",
      lines: lines, axis: ValueAxis(.linear, values: lines.flatMap { $0.samples.map(\.value) }, height: 80),
      tickLabel: { $0.rateText })
  }

  /// Only where a good part of the range is in use: else there is nothing to see.
  private static func ports(_ drawer: Drawer) -> Chart? {
    let line = drawer.series("local ports in use", "line-achieved", .percent) { sample in
      sample.ephemeralPortsUsed.flatMap { used in
        sample.ephemeralPorts.flatMap { $0 > 0 ? Double(used) / Double($0) * 100 : nil }
      }
    }
    guard line.samples.contains(where: { $0.value >= 25 }) else { return nil }
    return drawer.chart(
      id: "ports", title: "Local ports in use", measure: "percent of the ephemeral range",
      description: "Share of the machine's local ports for outgoing connections that were in use.", lines: [line],
      axis: ValueAxis(.linear, values: [90], height: 70), tickLabel: { "\($0.fixed(0))%" })
  }
}

/// What the charts of the generator have in common.
private struct Drawer {
  let samples: [GeneratorSample]
  let frame: ChartFrame
  let strained: [SaturatedStretch]

  func series(
    _ name: String, _ style: String, _ unit: ChartSeries.Unit, _ value: (GeneratorSample) -> Double?
  ) -> ChartSeries {
    let known = samples.compactMap { sample in
      value(sample).map { ChartSeries.Sample(start: sample.start.seconds, end: sample.end.seconds, value: $0) }
    }
    return ChartSeries(name: name, style: style, unit: unit, samples: known)
      .thinned(columns: LoadCharts.columns, over: frame.time.end.seconds)
  }

  func chart(
    id: String, title: String, measure: String, description: String, lines: [ChartSeries], axis: ValueAxis,
    tickLabel: @escaping @Sendable (Double) -> String, emptiness: String? = nil
  ) -> Chart {
    var drawing = HTML.empty
    for stretch in strained {
      let from = frame.time.x(stretch.from)
      let to = max(frame.time.x(stretch.to), from + 2)
      drawing += "<path class=\"area-strained\" d=\"M\(from) 0H\(to)V\(axis.height)H\(from)Z\"/>"
    }
    for line in lines { drawing += "<path class=\"\(line.style)\" d=\"\(line.linePath(frame.time, axis))\"/>" }
    return Chart(
      id: id, title: title, measure: measure, description: description, axis: axis, tickLabel: tickLabel,
      drawing: drawing, series: lines, extraLegend: strained.isEmpty ? [] : [("area-strained", "did not keep up")],
      emptiness: emptiness)
  }
}
