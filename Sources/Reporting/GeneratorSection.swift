import RunTimeline
import Units

/// What the load generator saw of itself: whether its figures can be trusted.
enum GeneratorSection {
  static func html(_ timeline: Timeline, frame: ChartFrame) -> HTML {
    guard !timeline.load.isEmpty || !timeline.generator.isEmpty else { return .empty }
    let health = GeneratorHealth(timeline)
    let warnings = health.warnings.map { warning -> HTML in "<li>\(warning)</li>" }
    let box: HTML =
      warnings.isEmpty
      ? "<p class=\"box fine\">The generator kept up: every request was sent, none of them late enough to matter.</p>"
      : "<div class=\"box warning\" role=\"note\"><strong>The load generator did not keep up.</strong><ul>\(warnings)</ul></div>"
    let unknown = "not recorded"
    let figures: [(String, String)] = [
      ("requests due", health.offered.grouped),
      ("given up unsent", health.dropped.grouped),
      ("sent more than 1 ms late", health.late.grouped),
      ("unanswered at the end", health.unfinished.grouped),
      ("lateness, worst p99 of an interval", health.worstLatenessP99?.latencyText ?? unknown),
      ("lateness, longest", health.worstLateness?.latencyText ?? unknown),
      ("busiest worker, highest CPU", health.highestWorkerCPU?.percentText ?? unknown),
      ("most requests in flight", health.highestInFlight?.grouped ?? unknown),
      ("most requests queued", health.highestQueued?.grouped ?? unknown),
      ("connections opened", timeline.generator.isEmpty ? unknown : health.connectionsOpened.grouped),
    ]
    let facts = figures.map { name, value -> HTML in "<div><dt>\(name)</dt><dd>\(value)</dd></div>" }
    let charts: [HTML] =
      timeline.tellingGeneratorSamples.isEmpty
      ? [] : LoadCharts.generator(timeline.tellingGeneratorSamples, frame).map { $0.html(in: frame) }
    return """
      <section id="generator" class="charts" aria-labelledby="generator-heading">
      <h2 id="generator-heading">The load generator itself</h2>
      \(box)<dl class="facts-list">\(facts)</dl>\(charts)</section>
      """
  }
}
