import KubernetesObjects
import LoadFacts
import RunTimeline
import Statistics
import Units

/// The tables below the charts.
enum TableSections {
  static func phases(_ timeline: Timeline, _ load: LoadSeries) -> HTML {
    let isShared = Set(timeline.phases.map(\.stream)).count > 1
    let rows = timeline.phases.map { phase -> HTML in
      guard let start = phase.start, let window = load.window(of: phase) else {
        return """
          <tr><th scope="row">\(phase.fullName)</th><td>\(phase.modelText)</td><td colspan="9">not reached</td></tr>
          """
      }
      let end = phase.end ?? timeline.lastInstant
      let total = window.certain
      let quantiles = total?.latency.quantiles([0.5, 0.95, 0.99]).map { WallTime($0).text } ?? []
      let ready = timeline.clusters.compactMap { cluster in
        cluster.readyReplicas.extentForPeople(from: start, to: end).map { extent in
          (cluster.watched.name.map { "\($0): " } ?? "") + extent.text
        }
      }.joined(separator: ", ")
      let cells: [String] = [
        phase.modelText,
        "\(start.clock) – \(end.clock)",
        window.count(\.offered)?.grouped ?? "–",
        total?.offeredRate.map { "\($0.rateText)/s" } ?? "–",
        total?.succeededRate.map { "\($0.rateText)/s" } ?? "–",
        window.count(\.failed)?.grouped ?? "–",
      ]
      return row(
        phase.fullName, cells + (quantiles.isEmpty ? ["–", "–", "–"] : quantiles) + [ready.isEmpty ? "–" : ready])
    }
    return section(
      "phases", "Phases",
      [
        "phase", "load", "from – to", "requests", "offered", "answered as expected", "failed", "p50", "p95", "p99",
        "ready replicas",
      ],
      rows,
      note: [
        isShared ? "Streams ran side by side: a phase counts the requests of all streams in its time." : nil,
        latencyNote(timeline),
      ].compactMap { $0 }.joined(separator: " "))
  }

  static func rollouts(_ timeline: Timeline, _ load: LoadSeries) -> HTML {
    let areSeveral = timeline.clusters.count > 1
    let all = timeline.clusters.flatMap { cluster in cluster.rollouts.map { (cluster.watched.title, $0) } }
    let rows = all.map { workload, rollout -> HTML in
      let end = rollout.completed ?? rollout.superseded ?? InstantBounds(exactly: timeline.lastInstant)
      let window = load.window(from: rollout.started, to: end)
      return row(
        rollout.image ?? "–",
        (areSeveral ? [workload] : []) + [
          rollout.started.seen, rollout.completed?.seen ?? "–", rollout.lengthText, rollout.stateText,
          window.count(\.offered).map { "\(window.count(\.failed)?.grouped ?? "–") of \($0.grouped)" } ?? "–",
        ])
    }
    return section(
      "rollouts", "Rollouts",
      ["image"] + (areSeveral ? ["workload"] : []) + [
        "started", "complete", "took", "state", "requests failed meanwhile",
      ],
      rows)
  }

  static func faults(_ timeline: Timeline) -> HTML {
    section(
      "faults", "Made to go wrong", ["fault", "planned", "from", "to"],
      timeline.faults.map { fault in
        let cells = FaultRow(fault).cells
        return row(cells[0], Array(cells[1...]))
      })
  }

  static func routes(_ timeline: Timeline) -> HTML {
    struct Total {
      var offered = 0
      var completed = 0
      var failed = 0
      var bytes = 0
      var outcomes: [String: Int] = [:]
      var latency = LatencyHistogram()
    }
    var totals: [String: Total] = [:]
    for interval in timeline.load {
      totals[interval.route, default: Total()].offered += interval.offered
      for tally in interval.outcomes {
        totals[interval.route, default: Total()].completed += tally.completed
        totals[interval.route, default: Total()].bytes += tally.bytes
        totals[interval.route, default: Total()].outcomes[tally.outcome, default: 0] += tally.completed
        if tally.failed {
          totals[interval.route, default: Total()].failed += tally.completed
        } else if tally.succeeded {
          totals[interval.route, default: Total()].latency.merge(tally.fromDue)
        }
      }
    }
    let rows = totals.sorted { $0.key < $1.key }.map { name, total -> HTML in
      let quantiles = total.latency.quantiles([0.5, 0.99, 1]).map { WallTime($0).text }
      let outcomes = total.outcomes.mostFrequentFirst
        .map { "\($0.key): \($0.value.grouped)" }.joined(separator: ", ")
      return row(
        name,
        [total.offered.grouped, total.failed.grouped] + (quantiles.isEmpty ? ["–", "–", "–"] : quantiles) + [outcomes])
    }
    return section(
      "routes", "Routes", ["route", "requests", "failed", "p50", "p99", "longest", "outcomes"], rows,
      note: latencyNote(timeline))
  }

  /// Of which requests the latencies are, where that is not all.
  private static func latencyNote(_ timeline: Timeline) -> String? {
    let succeeded = timeline.load.reduce(0) { $0 + $1.succeeded }
    let offered = timeline.load.reduce(0) { $0 + $1.offered }
    guard succeeded < offered else { return nil }
    return "Latencies are those of the \(succeeded.grouped) successful requests, of \(offered.grouped)."
  }

  static func events(_ timeline: Timeline) -> HTML {
    let events = (timeline.cluster?.events ?? []).sorted { $0.at.latest < $1.at.latest }
    let shown = events.suffix(2000)
    let rows = shown.map { version -> HTML in
      let event = version.event
      let object = [event.involvedObject.kind, event.involvedObject.name].compactMap { $0 }.joined(separator: " ")
      let warning: HTML = event.type == "Warning" ? " class=\"warning-event\"" : ""
      return """
        <tr\(warning)><th scope="row">\(version.at.seen)</th><td>\(event.type ?? "–")</td><td>\(event.reason ?? "–")</td>\
        <td class="name">\(object)</td><td>\(event.message ?? "")</td><td>\(event.count ?? 1)</td></tr>
        """
    }
    return collapsed(
      "events", "Kubernetes events (\(events.count.grouped))",
      ["seen", "type", "reason", "object", "message", "count"],
      rows, note: events.count > shown.count ? "Only the last \(shown.count.grouped) are shown." : nil)
  }

  static func row(_ head: String, _ cells: [String]) -> HTML {
    let columns = cells.map { cell -> HTML in "<td>\(cell)</td>" }
    return "<tr><th scope=\"row\">\(head)</th>\(columns)</tr>\n"
  }

  static func section(
    _ id: String, _ title: String, _ heads: [String], _ rows: [HTML], note: String? = nil
  ) -> HTML {
    guard !rows.isEmpty else { return .empty }
    let noteLine: HTML = note.flatMap { $0.isEmpty ? nil : "<p class=\"note\">\($0)</p>" } ?? .empty
    return """
      <section id="\(id)" aria-labelledby="\(id)-heading"><h2 id="\(id)-heading">\(title)</h2>
      <div class="scroll">\(table(heads, rows))</div>\(noteLine)</section>
      """
  }

  static func collapsed(
    _ id: String, _ title: String, _ heads: [String], _ rows: [HTML], note: String?
  ) -> HTML {
    guard !rows.isEmpty else { return .empty }
    let noteLine: HTML = note.map { "<p class=\"note\">\($0)</p>" } ?? .empty
    return """
      <section id="\(id)"><details class="list"><summary><h2>\(title)</h2></summary>
      <div class="scroll">\(table(heads, rows))</div>\(noteLine)</details></section>
      """
  }

  private static func table(_ heads: [String], _ rows: [HTML]) -> HTML {
    let columns = heads.map { head -> HTML in "<th scope=\"col\">\(head)</th>" }
    return "<table class=\"figures-table\"><thead><tr>\(columns)</tr></thead><tbody>\(rows)</tbody></table>"
  }
}

extension ClosedRange<Int> {
  /// One number, or both ends.
  var text: String {
    lowerBound == upperBound ? "\(lowerBound)" : "\(lowerBound) – \(upperBound)"
  }

  /// The same with commas between thousands.
  var grouped: String {
    lowerBound == upperBound ? lowerBound.grouped : "\(lowerBound.grouped) – \(upperBound.grouped)"
  }
}
