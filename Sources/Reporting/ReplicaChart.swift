import KubernetesObjects
import RunTimeline
import Units

/// The picture of what the autoscaler asked for and what the cluster gave.
enum ReplicaChart {
  static func chart(_ cluster: ClusterHistory, _ frame: ChartFrame) -> Chart {
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
    let axis = ValueAxis(
      .linear, values: lines.flatMap { $0.samples.map(\.upper) } + bounds, height: 190, wholeNumbers: true)
    // Narrower than a pixel or two: not worth a band of its own.
    let tolerance = end.seconds / 250
    var drawing = HTML.empty
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
      description: description(lines), axis: axis, tickLabel: { $0.rateText }, drawing: drawing, series: lines,
      extraLegend: extra, note: gapNote(cluster))
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
