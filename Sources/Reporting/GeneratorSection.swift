import LoadFacts
import RunTimeline
import Units

/// What the load generator saw of itself: whether its figures can be trusted.
enum GeneratorSection {
  /// So many stretches of saturation are told one by one.
  static let shownStretches = 8

  static func html(_ timeline: Timeline, charts: GeneratorCharts, frame: ChartFrame) -> HTML {
    guard !timeline.load.isEmpty || !timeline.generator.isEmpty else { return .empty }
    let health = GeneratorHealth(timeline)
    let facts = figures(health).map { name, value -> HTML in "<div><dt>\(name)</dt><dd>\(value)</dd></div>" }
    let pictures = charts.charts.map { $0.html(in: frame) }
    return """
      <section id="generator" class="charts" aria-labelledby="generator-heading">
      <h2 id="generator-heading">The load generator itself</h2>
      \(box(health, SaturatedStretch.stretches(timeline)))<dl class="facts-list">\(facts)</dl>\(pictures)</section>
      """
  }

  private static func box(_ health: GeneratorHealth, _ stretches: [SaturatedStretch]) -> HTML {
    guard !health.warnings.isEmpty else {
      if let note = health.targetNote {
        return "<p class=\"box fine\">The generator kept up; the figures can be trusted. \(note)</p>"
      }
      return
        "<p class=\"box fine\">The generator kept up: every request was sent, none of them late enough to matter.</p>"
    }
    let warnings = health.warnings.map { warning -> HTML in "<li>\(warning)</li>" }
    let moments = stretches.prefix(shownStretches).map { stretch -> HTML in
      let causes = stretch.causes
      let why = causes.isEmpty ? "none of its own figures says why" : causes.joined(separator: "; ")
      return """
        <li><a href="#charts" data-at="\(stretch.from.seconds)">\(stretch.from.clock) – \(stretch.to.clock)</a> \
        \(stretch.effect). <span class="why">Seen meanwhile: \(why).</span></li>
        """
    }
    let rest = stretches.count - moments.count
    let more: HTML = rest > 0 ? "<li>and \(rest.counted("more stretch", "more stretches"))</li>" : .empty
    return """
      <div class="box warning" role="note"><strong>The load generator did not keep up.</strong><ul>\(warnings)</ul>\
      <p>When, and what it saw of itself:</p><ul>\(moments)\(more)</ul></div>
      """
  }

  private static func figures(_ health: GeneratorHealth) -> [(String, String)] {
    let unknown = "not recorded"
    func ports() -> String {
      guard let used = health.mostPortsUsed, let all = health.ports else { return unknown }
      return "\(used.grouped) of \(all.grouped)"
    }
    return [
      ("requests due", health.offered.grouped),
      ("given up unsent", health.dropped.grouped),
      ("of them, while the target held all places", health.droppedByTarget.grouped),
      ("sent more than \((LoadInterval.lateAfter.seconds * 1000).fixed(0)) ms late", health.late.grouped),
      ("unanswered at the end", health.unfinished.grouped),
      ("lateness, worst p50 of an interval", health.worstLatenessP50?.text ?? unknown),
      ("lateness, worst p99 of an interval", health.worstLatenessP99?.text ?? unknown),
      ("lateness, longest", health.worstLateness?.text ?? unknown),
      ("longest time in which an answer may have lain unread", health.longestPause?.text ?? unknown),
      ("busiest worker, highest CPU", health.highestWorkerCPU?.wholePercent ?? unknown),
      ("whole process, highest CPU", health.highestProcessCPU?.wholePercent ?? unknown),
      ("longest wait for a CPU, share of time", health.longestRunQueueDelay?.wholePercent ?? unknown),
      ("most CPU time taken by a hypervisor", health.highestSteal?.wholePercent ?? unknown),
      ("most requests in flight", health.highestInFlight?.grouped ?? unknown),
      ("most requests waiting to be sent", health.highestQueued?.grouped ?? unknown),
      ("connections opened", health.hasSamples ? health.connectionsOpened.grouped : unknown),
      ("most connections open", health.mostConnections?.grouped ?? unknown),
      ("most local ports in use", ports()),
    ]
  }
}
