import Profiles
import Units

/// What a profile may expect, for people at a terminal: the kinds, or the keys of one.
package enum KindGuide {
  /// - Parameter name: of a kind; `nil` for all.
  /// - Throws: ``HarnessError`` where there is no such kind.
  package static func printText(of name: String?) throws(HarnessError) -> ExitStatus {
    for line in try lines(of: name) { StandardOutput.line(line) }
    return .passed
  }

  static func lines(of name: String?) throws(HarnessError) -> [String] {
    guard let name else { return all }
    guard let kind = Expectation.KindName(rawValue: name) else {
      let names = Expectation.KindName.allCases.map(\.rawValue)
      let nearest = Spelling.nearest(to: name, among: names)
      let hint = nearest.map { "did you mean \($0)?" } ?? "what is known: \(names.joined(separator: ", "))"
      throw HarnessError(.usage, "--kinds: there is no kind of expectation \"\(name)\"; \(hint)")
    }
    return about(kind)
  }

  private static var all: [String] {
    let rows = Expectation.KindName.allCases.map { [$0.rawValue, $0.type.summary] }
    return ["Kinds of expectations:", ""] + columns(rows)
      + ["", "scaleproof validate --kinds NAME tells what may be written of one."]
  }

  private static func about(_ kind: Expectation.KindName) -> [String] {
    let fields = kind.type.fields
    var lines = ["\(kind.rawValue): \(kind.type.summary)", ""]
    lines += columns([["key", "value", "without it", "meaning"]] + fields.map(row))
    let forms = fields.map(\.form)
    let notes = forms.indices.filter { forms.firstIndex(of: forms[$0]) == $0 }.compactMap { forms[$0].note }
    if !notes.isEmpty { lines += [""] + columns(notes.map { [$0.form, $0.text] }) }
    return lines + ["", "example:", "", "  - {name: in your words, \(kind.rawValue): \(kind.type.example)}"]
  }

  private static func row(_ field: FieldDeclaration) -> [String] {
    let presence =
      switch field.presence {
      case .required: "required"
      case .optional: "–"
      case .byDefault(let text): text
      }
    return [field.key, field.form.words, presence, field.about]
  }

  /// Rows whose cells stand below each other.
  private static func columns(_ rows: [[String]]) -> [String] {
    let widths = (rows.first ?? []).indices.map { column in rows.map { TerminalText.columns($0[column]) }.max() ?? 0 }
    return rows.map { row in
      let cells = row.indices.map { column in
        let isLast = column == row.count - 1
        return isLast
          ? row[column]
          : row[column] + String(repeating: " ", count: widths[column] - TerminalText.columns(row[column]))
      }
      return "  " + cells.joined(separator: "  ")
    }
  }
}

extension FieldDeclaration.Form {
  /// How a value of it is written.
  fileprivate var note: (form: String, text: String)? {
    let text: String? =
      switch self {
      case .moment: "surge.start, release.end, surge + 120s, 30s (of the run)"
      case .window:
        "a phase, an action, run, surge.start..+90s, scaleUp, scaleDown, terminations, readiness 30s, outside release"
      case .count: "3, \">= 8\""
      case .duration: "250ms, 90s, 5m, 1h30m"
      case .percentage: "99.9%"
      case .percentile: "99, 99.9"
      case .rate: "50/s"
      case .shareOrRate: "99%, 1300/s"
      case .wholeNumber: "0, 2"
      case .writers: "argocd-controller, or [argocd-controller, keda]"
      case .request, .action, .service, .config, .words: nil
      }
    return text.map { (words, $0) }
  }
}
