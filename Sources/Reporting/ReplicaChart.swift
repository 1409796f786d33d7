import Expectations
import KubernetesObjects
import RunTimeline
import Units

/// The picture of what the autoscaler asked for and what the cluster gave.
enum ReplicaChart {
  /// By so many pixels the corridor is drawn wider than it is, so that it shows where it allows one count only.
  private static let corridorMargin = 4.0

  static func chart(_ cluster: ClusterHistory, corridor: ReplicaCorridor?, _ frame: ChartFrame) -> Chart {
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
    var drawing: HTML = "<path class=\"area-corridor\" d=\"\(corridorPath(allowed, frame.time, axis))\"/>"
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
    return Chart(
      id: "replicas", title: "Replicas", measure: "pods",
      description: description(lines), axis: axis, tickLabel: { $0.rateText }, drawing: drawing,
      series: lines + (allowed.isEmpty ? [] : [allowed]),
      extraLegend: extra, note: gapNote(cluster))
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

  private static func gapNote(_ cluster: ClusterHistory) -> String? {
    let concerned = [Deployment.resource, HorizontalPodAutoscaler.resource, Pod.resource]
      .filter { !(cluster.gaps[$0.plural] ?? []).isEmpty }
    guard !concerned.isEmpty else { return nil }
    return
      "The observer missed stretches of \(concerned.map(\.plural).joined(separator: ", ")): lines are interrupted there."
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
