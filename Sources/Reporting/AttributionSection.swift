import Expectations
import RunTimeline
import Units

/// What the failed requests have to do with what happened in the cluster: one row for each kind of trigger.
enum AttributionSection {
  static func html(_ attribution: Attribution?) -> HTML {
    guard let attribution else { return .empty }
    let rows = attribution.rows.map { row in
      TableSections.row(
        "\(row.title)\(attribution.mark(of: row))",
        [
          row.moments.count.grouped, row.moments.first?.seen ?? "–",
          "\(row.failed.grouped) of \(attribution.failed.grouped)", row.shareText, row.pText,
          row.fractionText.isEmpty ? "–" : row.fractionText, row.outcomes.prefix(3).joined(separator: ", "),
          row.medianText.isEmpty ? "–" : row.medianText,
        ])
    }
    return TableSections.section(
      "attribution", "What failed requests have to do with",
      [
        "around", "times", "first", "failed requests", "share of all requests", "chance", "more than elsewhere",
        "outcomes", "half of them within",
      ],
      rows, note: attribution.note)
  }
}

extension Attribution {
  fileprivate func mark(of row: Row) -> String {
    switch cause {
    case .named(row.trigger): ": the cause"
    case .ambiguous(let triggers) where triggers.contains(row.trigger): ": perhaps the cause"
    default: row.contradiction.map { ": not the cause, since \($0.text)" } ?? ""
    }
  }

  fileprivate var note: String {
    let method =
      "Chance: how likely so many failures would be there if they had nothing to do with it, corrected for the number of "
      + "rows (Holm). More than elsewhere: of the failures there, the share that is not to be expected anyway, with 95% bounds."
    return "\(sentence ?? "Nothing that was seen of the cluster explains most of the failures.") \(method)"
  }
}
