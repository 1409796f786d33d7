package import Expectations
import RunTimeline

/// The verdict table at the end of a run.
package enum TerminalTable {
  /// - Parameters:
  ///   - width: columns of the terminal; texts are broken to it, down to 40 columns.
  ///   - colour: whether to colour the verdicts; the words say the same without.
  ///   - totals: whether to show what became of the requests.
  package static func render(
    _ run: RunAnalysis, _ judgements: [Judgement], by profile: JudgedProfile = JudgedProfile(), width: Int = 80,
    colour: Bool = false, totals: Bool = true
  ) -> String {
    let width = max(width, 40)
    let headline = Headline(run.timeline, judgements, by: profile)
    var lines: [String] = []
    let verdictWidth = Verdict.inconclusive.word.count
    let indent = String(repeating: " ", count: verdictWidth + 2)
    for judgement in judgements {
      let word = judgement.verdict.word.padded(to: verdictWidth)
      let title = wrapped("\(judgement.name.plainLine): \(judgement.expected.plainLine)", to: width - verdictWidth - 2)
      let finding = wrapped(judgement.findingWithReason.plainLine, to: width - verdictWidth - 4)
      for (index, line) in title.enumerated() {
        lines.append((index == 0 ? painted(word, judgement.verdict, colour) + "  " : indent) + line)
      }
      lines += finding.map { indent + "  " + $0 }
      for fact in ShownEvidence(judgement).rows {
        let text = wrapped(fact.plainLine, to: width - verdictWidth - 6)
        lines += text.enumerated().map { indent + ($0 == 0 ? "  · " : "    ") + $1 }
      }
    }
    if totals, let table = TotalsTable(run) {
      if !lines.isEmpty { lines.append(String(repeating: "─", count: width)) }
      lines += table.lines(width: width)
    }
    if !lines.isEmpty { lines.append(String(repeating: "─", count: width)) }
    for note in [headline.incomplete].compactMap({ $0 }) + headline.notes(of: run) {
      lines += wrapped(note.plainLine, to: width)
    }
    let word = headline.verdict?.word ?? "not judged"
    let sentence = wrapped("\(word): \(headline.sentence.plainLine)", to: width)
    for (index, line) in sentence.enumerated() {
      if index == 0, let verdict = headline.verdict {
        lines.append(painted(word, verdict, colour) + line.dropFirst(word.count))
      } else {
        lines.append(line)
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func painted(_ word: String, _ verdict: Verdict, _ colour: Bool) -> String {
    guard colour else { return word }
    let code =
      switch verdict {
      case .pass: "32"
      case .fail: "1;31"
      case .inconclusive: "33"
      }
    return "\u{1B}[\(code)m\(word)\u{1B}[0m"
  }

  /// The words of a text, each number together with its unit.
  private static func figures(in text: String) -> [String] {
    var words: [String] = []
    for word in text.split(separator: " ", omittingEmptySubsequences: true) {
      let unit = word.prefix { $0.isLetter || $0 == "%" }
      if ["s", "ms", "µs", "%"].contains(unit), let last = words.last?.last, last.isNumber {
        words[words.count - 1] += " \(word)"
      } else {
        words.append(String(word))
      }
    }
    return words
  }

  /// Broken at spaces; a word longer than the width is cut.
  static func wrapped(_ text: String, to width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for part in figures(in: text) {
      var word = part
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      while word.count > width {
        if !line.isEmpty { lines.append(line) }
        lines.append(String(word.prefix(width)))
        word.removeFirst(width)
        line = ""
      }
      line += line.isEmpty ? word : " " + word
    }
    if !line.isEmpty { lines.append(line) }
    return lines
  }
}
