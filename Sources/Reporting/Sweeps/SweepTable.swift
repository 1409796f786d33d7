import Expectations
import Units

/// A sweep for a terminal.
package enum SweepTable {
  /// - Parameter width: columns of the terminal, for what is said in sentences.
  package static func render(_ sweep: Sweep, width: Int = 80) -> String {
    let head = sweep.columns + ["verdicts"] + Sweep.figureNames
    let cells = [head] + sweep.rows.map { $0.values.map(\.plainLine) + [$0.verdictText] + $0.figureTexts }
    let widths = head.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
    let textColumns = sweep.columns.count + 1
    var lines = cells.map { row in
      row.indices.map { column in
        column < textColumns ? row[column].padded(to: widths[column]) : row[column].leftPadded(to: widths[column])
      }.joined(separator: "  ")
    }
    let sentences = sweep.expectations.indices.compactMap { index in
      sweep.exceptions(of: index).map { "“\(sweep.expectations[index].plainLine)” \($0.plainLine)" }
    }
    if !sentences.isEmpty { lines.append("") }
    for sentence in sentences {
      lines += TerminalTable.wrapped(sentence, to: max(width, 40) - 2).enumerated().map { ($0 == 0 ? "" : "  ") + $1 }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
