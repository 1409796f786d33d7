import Expectations
import Units

/// What became of the requests of a run, for a terminal.
struct TotalsTable {
  private let totals: RunTotals

  /// `nil` for a run without load.
  init?(_ run: RunAnalysis) {
    guard let totals = run.totals else { return nil }
    self.totals = totals
  }

  /// In columns where they fit, else a sentence for each row.
  func lines(width: Int) -> [String] {
    let sentences = [totals.rate] + [totals.failures].compactMap { $0 }
    return sentences.flatMap { TerminalTable.wrapped($0.plainLine, to: width) }
      + (columns(width: width) ?? rows.flatMap { sentence($0, width: width) })
  }

  /// Rows of successful requests are indented below those of all.
  private var rows: [RunTotals.Row] { totals.rows }

  private func columns(width: Int) -> [String]? {
    let head = ["latency from due", "requests", "failed"] + RunTotals.percentiles.map(\.name)
    let cells =
      [head]
      + rows.map { row in
        [row.failed == nil ? "  \(row.name)" : row.name.plainLine, row.requests.grouped, row.failed?.grouped ?? ""]
          + row.latencies
      }
    let widths = head.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
    guard widths.reduce(0, +) + 2 * (widths.count - 1) <= width else { return nil }
    return cells.map { row in
      let figures = zip(row, widths).dropFirst().map { "  " + $0.leftPadded(to: $1) }.joined()
      return row[0].padded(to: widths[0]) + figures
    }
  }

  private func sentence(_ row: RunTotals.Row, width: Int) -> [String] {
    let latencies = zip(RunTotals.percentiles, row.latencies).map { "\($0.name) \($1)" }.joined(separator: ", ")
    let failed = row.failed.map { ", \($0.grouped) failed" } ?? ""
    let indent = row.failed == nil ? "  " : ""
    return TerminalTable.wrapped(
      "\(row.name.plainLine): \(row.requests.grouped)\(failed); \(latencies)", to: width - indent.count - 2
    ).enumerated().map { indent + ($0 == 0 ? "" : "  ") + $1 }
  }
}
