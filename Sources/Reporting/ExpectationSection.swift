import Expectations
import RunTimeline
import Units

/// The table of expectations: what was expected, what was found, when, and on what evidence.
enum ExpectationSection {
  static func html(_ judgements: [Judgement], frame: ChartFrame) -> HTML {
    guard !judgements.isEmpty else { return .empty }
    let rows = judgements.enumerated().map { row($1, number: $0 + 1) }
    return """
      <section id="expectations" aria-labelledby="expectations-heading"><h2 id="expectations-heading">Expectations</h2>
      <table class="expectations"><thead><tr><th scope="col">verdict</th><th scope="col">expectation</th>\
      <th scope="col">found</th><th scope="col">when</th></tr></thead>
      <tbody>\(rows)</tbody></table></section>
      """
  }

  private static func row(_ judgement: Judgement, number: Int) -> HTML {
    let reason: HTML = judgement.furtherReason.map { "<p class=\"reason\">\($0)</p>" } ?? .empty
    return """
      <tr id="expectation-\(number)" class="\(judgement.verdict.rawValue)"><td class="word">\
      <span class="badge">\(HTMLReport.icon(judgement.verdict))\(judgement.verdict.word)</span></td>
      <td><strong>\(judgement.name)</strong><p class="expected">\(judgement.expected)</p></td>
      <td class="found">\(finding(judgement))\(reason)</td>
      <td class="when">\(when(judgement))</td></tr>

      """
  }

  private static func when(_ judgement: Judgement) -> HTML {
    guard let window = judgement.window else { return "–" }
    let text: HTML = "\(window.earliest.clock) – \(window.latest.clock)"
    let moment = judgement.verdict == .pass ? window.earliest : judgement.moment ?? window.latest
    return "<a href=\"#charts\" data-at=\"\(moment.seconds)\" title=\"show on the charts\">\(text)</a>"
  }

  /// The finding, which opens the evidence behind it; open for what did not pass.
  private static func finding(_ judgement: Judgement) -> HTML {
    guard !judgement.evidence.isEmpty else { return "<p class=\"finding\">\(judgement.finding)</p>" }
    let rows = judgement.evidence.map { fact -> HTML in
      let at: HTML =
        fact.at.map { "<a href=\"#charts\" data-at=\"\($0.earliest.seconds)\">\($0.clock)</a> " } ?? .empty
      return "<li>\(at)\(fact.text)</li>"
    }
    let isOpen: HTML = judgement.verdict == .pass ? "" : " open"
    return """
      <details class="evidence"\(isOpen)><summary title="show the evidence">\(judgement.finding)</summary>
      <ul>\(rows)</ul></details>
      """
  }
}
