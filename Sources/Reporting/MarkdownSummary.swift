package import Expectations
package import RunTimeline
import Units

/// A summary for the job page of a CI system, in GitHub's flavour of Markdown.
package enum MarkdownSummary {
  package static func render(
    _ timeline: Timeline, _ judgements: [Judgement], by profile: JudgedProfile = JudgedProfile()
  ) -> String {
    let headline = Headline(timeline, judgements, by: profile)
    var lines = [
      "## \(icon(headline.verdict)) \(headline.verdict?.word ?? "not judged"): \(text(timeline.run.name))", "",
    ]
    if let incomplete = headline.incomplete { lines += ["> **Not a whole run.** \(text(incomplete))", ""] }
    for note in headline.notes { lines += ["> \(text(note))", ""] }
    lines += [text(headline.sentence), ""]
    if !judgements.isEmpty {
      lines += ["| verdict | expectation | expected | found |", "| --- | --- | --- | --- |"]
      lines += judgements.map { judgement in
        "| \(icon(judgement.verdict)) \(judgement.verdict.word) | \(text(judgement.name)) | \(text(judgement.expected)) "
          + "| \(text(judgement.findingWithReason)) |"
      }
      lines.append("")
    }
    lines += ["| figure | value |", "| --- | --- |"]
    lines += RunFigures(timeline).rows.map { "| \(text($0.name)) | \(text($0.value)) |" }
    if let timeScale = headline.timeScale { lines += ["", text(timeScale)] }
    return lines.joined(separator: "\n") + "\n"
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
