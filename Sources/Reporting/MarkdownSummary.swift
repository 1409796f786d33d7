package import Expectations
import RunTimeline
import Units

/// A summary for the job page of a CI system, in GitHub's flavour of Markdown.
package enum MarkdownSummary {
  package static func render(
    _ run: RunAnalysis, _ judgements: [Judgement], by profile: JudgedProfile = JudgedProfile()
  ) -> String {
    let timeline = run.timeline
    let headline = Headline(timeline, judgements, by: profile)
    var lines = [
      "## \(icon(headline.verdict)) \(headline.verdict?.word ?? "not judged"): \(text(timeline.run.name))", "",
    ]
    if let incomplete = headline.incomplete { lines += ["> **Not a whole run.** \(text(incomplete))", ""] }
    for note in headline.notes(of: run) { lines += ["> \(text(note))", ""] }
    lines += [text(headline.sentence), ""]
    if !judgements.isEmpty {
      lines += ["| verdict | expectation | expected | found |", "| --- | --- | --- | --- |"]
      lines += judgements.map { judgement in
        "| \(icon(judgement.verdict)) \(judgement.verdict.word) | \(text(judgement.name)) | \(text(judgement.expected)) "
          + "| \(text(judgement.findingWithReason)) |"
      }
      lines.append("")
      lines += evidence(judgements)
    }
    lines += faults(timeline)
    lines += totals(run)
    lines += ["| figure | value | |", "| --- | --- | --- |"]
    lines += RunFigures(run).rows.map { "| \(text($0.name)) | \(text($0.value)) | \(text($0.detail)) |" }
    if let timeScale = headline.timeScale { lines += ["", text(timeScale)] }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What stands behind each verdict that is no pass.
  private static func evidence(_ judgements: [Judgement]) -> [String] {
    judgements.flatMap { judgement -> [String] in
      let rows = ShownEvidence(judgement).rows
      guard !rows.isEmpty else { return [] }
      return ["**\(text(judgement.name))**: \(text(judgement.findingWithReason.withFullStop))", ""]
        + rows.map { "- \(text($0))" } + [""]
    }
  }

  /// What was made to go wrong.
  private static func faults(_ timeline: Timeline) -> [String] {
    guard !timeline.faults.isEmpty else { return [] }
    return ["| made to go wrong | planned | from | to |", "| --- | --- | --- | --- |"]
      + timeline.faults.map { fault in "| \(FaultRow(fault).cells.map(text).joined(separator: " | ")) |" } + [""]
  }

  /// What became of the requests.
  private static func totals(_ run: RunAnalysis) -> [String] {
    guard let totals = run.totals else { return [] }
    let sentences = ([totals.rate] + [totals.failures].compactMap { $0 }).map { text($0.withFullStop) }
    let heads = ["latency from due", "requests", "failed"] + RunTotals.percentiles.map(\.name)
    return [sentences.joined(separator: " "), ""]
      + [
        "| \(heads.joined(separator: " | ")) |",
        "| --- | \(heads.dropFirst().map { _ in "--:" }.joined(separator: " | ")) |",
      ]
      + totals.rows.map { row in
        let cells = [row.requests.grouped, row.failed?.grouped ?? ""] + row.latencies
        return "| \(text(row.name)) | \(cells.map(text).joined(separator: " | ")) |"
      } + [""]
  }

  private static func icon(_ verdict: Verdict?) -> String {
    switch verdict {
    case .pass: "✅"
    case .fail: "❌"
    case .inconclusive: "❔"
    case nil: "➖"
    }
  }

  /// Text from outside on one line, without meaning to Markdown, to HTML inside of it, or to GitHub's mentions.
  static func text(_ text: String) -> String {
    var result = ""
    for character in text.plainLine {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "@": result += "&#64;"
      case "\\", "`", "*", "_", "[", "]", "|", "#", "~", "!": result += "\\\(character)"
      default: result.append(character)
      }
    }
    return result
  }
}
