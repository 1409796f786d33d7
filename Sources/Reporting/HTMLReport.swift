package import Expectations
import KubernetesObjects
import RunTimeline
import Units

/// A run as one page that needs nothing else: no network, no other file, and no script to be read.
///
/// On top the verdict and each expectation; below, on one time axis, what was offered, how it was answered and what
/// the cluster did; then tables, the generator's own state, events and the facts of the run.
package enum HTMLReport {
  package static func render(
    _ run: RunAnalysis, _ judgements: [Judgement], by profile: JudgedProfile = JudgedProfile()
  ) -> String {
    let timeline = run.timeline
    let load = run.load
    let frame = ChartFrame(timeline, judgements)
    let headline = Headline(timeline, judgements, by: profile)
    let stack = ChartStack(run, frame: frame)
    let page: HTML = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
      script-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'">
      <meta name="generator" content="ScaleProof \(timeline.run.toolVersion)">
      <link rel="icon" href="data:,">
      <title>\(headline.verdict?.word ?? "not judged"): \(timeline.run.name)</title>
      <style>\(ReportStyle.sheet)</style>
      </head>
      <body>
      <a class="skip" href="#charts">Skip to the charts</a>
      <main>
      \(header(timeline, headline, judgements))
      \(figures(run))
      \(ExpectationSection.html(judgements, frame: frame))
      \(stack.html)
      \(TableSections.phases(timeline, load))
      \(TableSections.rollouts(timeline, load))
      \(TableSections.faults(timeline))
      \(TableSections.routes(timeline))
      \(AttributionSection.html(run.attribution))
      \(GeneratorSection.html(timeline, charts: stack.generator, frame: frame))
      \(ConnectionSection.html(timeline))
      \(FailureSection.html(timeline))
      \(TableSections.events(timeline))
      \(FactSection.html(timeline, by: profile))
      </main>
      <footer>ScaleProof \(timeline.run.toolVersion). Made from the recording alone; times are run time, mm:ss.</footer>
      <script type="application/json" id="run-data">\(HTML.embedded(stack.data))</script>
      <script>\(ReportScript.source)</script>
      </body>
      </html>

      """
    return page.markup
  }

  private static func header(_ timeline: Timeline, _ headline: Headline, _ judgements: [Judgement]) -> HTML {
    let verdict = headline.verdict?.rawValue ?? "none"
    let facts = [
      "started \(timeline.run.startedAt.description.prefix(19).split(separator: "T").joined(separator: " ")) UTC",
      "\(timeline.span.lengthText) of run time",
      timeline.run.cluster.map { cluster in
        "\(cluster.context), \(cluster.namespace)/\(cluster.workloads.all.map(\.reference.name).joined(separator: ", "))"
      } ?? "no cluster watched",
    ]
    let first = judgements.firstIndex { $0.verdict == headline.verdict && $0.verdict != .pass }
    let sentence: HTML =
      first.map { "\(headline.sentence) <a href=\"#expectation-\($0 + 1)\">See why</a>" } ?? "\(headline.sentence)"
    var boxes = HTML.empty
    if let incomplete = headline.incomplete {
      boxes += "<p class=\"box warning\" role=\"note\"><strong>Not a whole run.</strong> \(incomplete)</p>"
    }
    for absence in headline.absences {
      boxes += "<p class=\"box warning\" role=\"note\"><strong>\(absence)</strong></p>"
    }
    let health = GeneratorHealth(timeline)
    if let note = health.targetNote {
      boxes += "<p class=\"box warning\" role=\"note\"><strong>\(note)</strong></p>"
    }
    if !health.warnings.isEmpty {
      boxes += """
        <p class="box warning" role="note"><strong>The load generator did not keep up.</strong> \
        <a href="#generator">What it saw of itself</a> decides how far the figures can be trusted.</p>
        """
    }
    if let warning = CertificateNotice(timeline.run)?.warning {
      boxes += "<p class=\"box warning\" role=\"note\"><strong>\(warning)</strong></p>"
    }
    let remarks = [headline.severalInferences, headline.simulation, headline.timeScale].compactMap { $0 }
      .map { "<p class=\"facts\" role=\"note\">\($0)</p>" as HTML }
    return """
      <header class="verdict \(verdict)">
      <p class="verdict-word">\(headline.verdict.map(icon) ?? .empty)\(headline.verdict?.word ?? "not judged")</p>
      <div><h1>\(timeline.run.name)</h1><p class="sentence">\(sentence)</p>
      <p class="facts">\(facts.joined(separator: " · "))</p>\(remarks)</div>
      </header>
      \(boxes)
      """
  }

  private static func figures(_ run: RunAnalysis) -> HTML {
    let cards = RunFigures(run).rows.map { row -> HTML in
      "<div><dt>\(row.name)</dt><dd>\(row.value)</dd><dd class=\"detail\">\(row.detail)</dd></div>"
    }
    return "<dl class=\"figures\">\(cards)</dl>"
  }

  /// A tick, a cross or a question mark in a ring: drawn, so that it needs no font.
  static func icon(_ verdict: Verdict) -> HTML {
    let path: HTML =
      switch verdict {
      case .pass: "M4.5 8.5L7 11L11.5 5.5"
      case .fail: "M5.2 5.2L10.8 10.8M10.8 5.2L5.2 10.8"
      case .inconclusive: "M5.8 6.2C5.8 3.6 10.2 3.6 10.2 6.2C10.2 8 8 7.8 8 9.6M8 11.6V11.8"
      }
    return """
      <svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="7"/>\
      <path d="\(path)"/></svg>
      """
  }
}
