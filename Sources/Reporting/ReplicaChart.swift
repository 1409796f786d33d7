import Expectations
import KubernetesObjects
import RunTimeline
import Units

/// The picture of what the autoscaler asked for and what the cluster gave.
enum ReplicaChart {
  /// By so many pixels the corridor is drawn wider than it is, so that it shows where it allows one count only.
  private static let corridorMargin = 4.0

  static func chart(
    _ cluster: ClusterHistory, corridor: ReplicaCorridor?, label: WorkloadLabel, _ frame: ChartFrame
  ) -> Chart {
    let end = frame.time.end
    let lines = [
      ChartSeries(name: "wanted", style: "line-wanted", envelope: cluster.wantedReplicas, until: end),
      ChartSeries(
        name: "recommended by the HPA", style: "line-recommended", envelope: cluster.recommendedReplicas, until: end),
      ChartSeries(name: "available", style: "line-available", envelope: cluster.availableReplicas, until: end),
      ChartSeries(name: "ready", style: "line-ready", envelope: cluster.readyReplicas, until: end),
    ].filter { !$0.isEmpty }
    let limits = cluster.autoscaler.last?.object.spec
    let bounds = [limits?.minReplicas, limits?.maxReplicas].compactMap { $0 }.map(Double.init)
    let allowed = ChartSeries(
      name: "allowed by the spec", style: "area-corridor", unit: .count,
      samples: (corridor?.stretches ?? []).map {
        ChartSeries.Sample(
          start: $0.from.seconds, end: min($0.to, end).seconds, value: Double($0.low), upper: Double($0.high))
      })
    let axis = ValueAxis(
      .linear, values: (lines + [allowed]).flatMap { $0.samples.map(\.upper) } + bounds, height: 190, wholeNumbers: true
    )
    // Narrower than a pixel or two: not worth a band of its own.
    let tolerance = end.seconds / 250
    let missed = missedStretches(cluster, until: end)
    var drawing = HTML.empty
    for (resource, gap) in missed {
      let x = frame.time.x(max(gap.stretch.earliest.seconds, 0))
      let width = max(frame.time.x(min(gap.stretch.latest, end).seconds) - x, 1)
      drawing += """
        <rect class="area-gap" x="\(x.coordinate)" y="0" width="\(width.coordinate)" height="\(axis.height)">\
        <title>\(gapText(resource, gap, until: end))</title></rect>
        """
    }
    drawing += "<path class=\"area-corridor\" d=\"\(corridorPath(allowed, frame.time, axis))\"/>"
    for bound in bounds {
      drawing += "<path class=\"line-limit\" d=\"M0 \(axis.y(bound))H1000\"/>"
    }
    for line in lines {
      drawing += """
        <path class="\(line.style) band" d="\(line.bandPath(frame.time, axis))"/>\
        <path class="\(line.style)" d="\(line.asSeen(tolerance: tolerance).stepPath(frame.time, axis))"/>
        """
    }
    var extra: [(style: String, text: String)] = []
    if let limits {
      extra.append(("line-limit", "HPA limits: \(limits.minReplicas ?? 1) to \(limits.maxReplicas)"))
    }
    if lines.contains(where: { $0.samples.contains { $0.upper > $0.value } }) {
      extra.append(("area-uncertain", "uncertain"))
    }
    if !missed.isEmpty { extra.append(("area-gap", "nothing certain was heard")) }
    return Chart(
      id: label.id("replicas"), title: label.title("Replicas"), measure: "pods",
      description: description(lines), axis: axis, tickLabel: { $0.rateText }, drawing: drawing,
      series: lines + (allowed.isEmpty ? [] : [allowed]),
      extraLegend: extra, note: gapNote(missed, until: end))
  }

  private static func corridorPath(_ allowed: ChartSeries, _ time: TimeAxis, _ axis: ValueAxis) -> HTML {
    var path = ""
    for sample in allowed.samples {
      path += "M\(time.x(sample.start).coordinate) \((axis.y(sample.upper) - corridorMargin).coordinate)"
      path += "H\(time.x(sample.end).coordinate)V\((axis.y(sample.value) + corridorMargin).coordinate)"
      path += "H\(time.x(sample.start).coordinate)Z"
    }
    return HTML(text: path)
  }

  private static func description(_ lines: [ChartSeries]) -> String {
    let parts = lines.compactMap { line -> String? in
      guard let low = line.samples.map(\.value).min(), let high = line.samples.map(\.upper).max() else { return nil }
      return "\(line.name) from \(Int(low)) to \(Int(high))"
    }
    return parts.isEmpty
      ? "No replica counts were observed." : "Replica counts over time: \(parts.joined(separator: ", "))."
  }

  /// Stretches in which something may have been missed of what the chart draws, in order.
  private static func missedStretches(
    _ cluster: ClusterHistory, until end: Duration
  ) -> [(resource: String, gap: ObservationGap)] {
    [cluster.kind.resource, HorizontalPodAutoscaler.resource, Pod.resource].flatMap { resource in
      (cluster.observationGaps[resource.plural] ?? []).filter { $0.stretch.earliest < end && $0.stretch.latest > .zero }
        .map { (resource.plural, $0) }
    }.sorted { $0.gap.stretch.earliest < $1.gap.stretch.earliest }
  }

  /// `pods, 00:12 - 00:30: 401: token expired`.
  private static func gapText(_ resource: String, _ gap: ObservationGap, until end: Duration) -> String {
    let seen = InstantBounds(max(gap.stretch.earliest, .zero), min(gap.stretch.latest, end))
    return "\(resource), \(seen.clock)" + (gap.cause.map { ": \($0)" } ?? "")
  }

  private static func gapNote(_ missed: [(resource: String, gap: ObservationGap)], until end: Duration) -> String? {
    guard !missed.isEmpty else { return nil }
    let told = missed.prefix(6).map { gapText($0.resource, $0.gap, until: end) }.joined(separator: "; ")
    let more = missed.count > 6 ? "; and \(missed.count - 6) more" : ""
    return "The observer missed stretches, over which lines are interrupted: \(told)\(more)."
  }
}

extension ReplicaCorridor {
  /// A step with its end.
  struct Stretch: Sendable, Equatable {
    let from: Duration
    let to: Duration
    let low: Int
    let high: Int
  }

  /// The steps, each up to the next one or to a gap.
  var stretches: [Stretch] {
    steps.indices.map { index in
      let step = steps[index]
      let next = index + 1 < steps.count ? steps[index + 1].at : end
      let gap = gaps.map(\.earliest).filter { $0 > step.at }.min() ?? next
      return Stretch(from: step.at, to: max(min(next, gap), step.at), low: step.low, high: step.high)
    }
  }
}
