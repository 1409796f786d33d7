import Expectations
import RunTimeline
import Units

/// What the autoscaler decided over time, and why: a row for each kind of reason, a tick for each sync, an arrow for each
/// rescale.
struct DecisionLane: Sendable {
  /// So many marks are told in the table.
  static let tableLimit = 500
  private static let rowHeight = 18.0

  private let label: WorkloadLabel
  private let marks: [DecisionMark]
  private let rows: [DecisionMark.Row]

  /// `nil` when no sync left a trace.
  init?(_ marks: [DecisionMark], label: WorkloadLabel = .alone) {
    guard !marks.isEmpty else { return nil }
    self.marks = marks
    self.label = label
    let present = Set(marks.map(\.row))
    rows = DecisionMark.Row.allCases.filter { present.contains($0) }
  }

  func html(in frame: ChartFrame) -> HTML {
    let height = Double(rows.count) * Self.rowHeight
    return """
      <figure class="chart" id="chart-\(id)" data-chart="\(id)">
      <figcaption><h3>\(title) <span class="measure">by what decided</span></h3>\(legend)</figcaption>
      <div class="plot lane" id="\(id)" tabindex="0" role="group" \
      aria-label="\(title); the arrow keys step through them" aria-describedby="\(textID)">\
      <svg class="picture" width="100%" height="\(height + 20)" role="img" \
      aria-labelledby="\(id)-title \(id)-description">
      <title id="\(id)-title">\(title)</title>\
      <desc id="\(id)-description">\(description)</desc>
      \(frame.backdrop(height: height))\(rowLabels)\(frame.foreground(height: height))\(drawing(in: frame))\
      \(frame.timeLabels(height: height))
      </svg></div>
      <p class="hint lane-hint">Point at a mark, or focus the lane and use the arrow keys.</p>
      <p class="decision-text" id="\(textID)" role="status" aria-live="polite">\(first.text)</p>
      \(table)
      </figure>

      """
  }

  private var id: String { label.id("decisions") }
  private var textID: String { label.id("decision-text") }
  private var title: String { label.title("Decisions of the autoscaler") }

  /// What is told before anything is pointed at: the first rescale, else the first sync.
  private var first: DecisionMark { marks.first(where: \.isRescale) ?? marks[0] }

  private var description: String {
    let rescales = marks.filter(\.isRescale)
    let counts = rows.map { row in "\(row.meaning): \(marks.count { $0.row == row })" }.joined(separator: ", ")
    return "\(marks.count.counted("sync")) that left a trace, \(rescales.count.counted("rescale")): "
      + "\(rescales.map(\.step).joined(separator: ", ")). By what decided: \(counts)."
  }

  private var legend: HTML {
    var items: HTML = """
      <li><svg class="swatch" width="14" height="12" aria-hidden="true"><rect class="decision metric" x="5.5" y="1" \
      width="3" height="10"/></svg><span>sync</span></li>\
      <li><svg class="swatch" width="16" height="12" aria-hidden="true"><path class="decision metric arrow" \
      d="M2 11L8 1L14 11Z"/></svg><span>rescale</span></li>
      """
    for row in rows { items += "<li><span class=\"row-name\">\(row.rawValue)</span><span>\(row.meaning)</span></li>" }
    return "<ul class=\"legend\">\(items)</ul>"
  }

  private var rowLabels: HTML {
    var labels: HTML = "<g class=\"axis value-axis\">"
    for (index, row) in rows.enumerated() {
      let y = (Double(index) + 0.5) * Self.rowHeight
      labels += """
        <line class="grid" x1="0" x2="100%" y1="\(y)" y2="\(y)"/>\
        <text x="-8" y="\(y + 4)" text-anchor="end">\(row.rawValue)</text>
        """
    }
    return labels + "</g>"
  }

  private func drawing(in frame: ChartFrame) -> HTML {
    var picture = HTML.empty
    for (index, mark) in marks.enumerated() {
      let middle = (Double(rows.firstIndex(of: mark.row) ?? 0) + 0.5) * Self.rowHeight
      let x = frame.time.percent(mark.at.middle)
      let next = marks.dropFirst(index + 1).first?.at.middle ?? frame.time.end
      picture += """
        <g class="decision \(Self.style(mark.row))" data-entry="\(index)" data-at="\(mark.at.middle.seconds)">\
        <title>\(mark.text)</title>
        """
      if mark.repeats > 0 {
        picture += """
          <line class="repeats" x1="\(x)%" x2="\(frame.time.percent(next))%" y1="\(middle)" y2="\(middle)"/>
          """
      }
      picture += mark.isRescale ? arrow(mark, x: x, y: middle, frame) : tick(x: x, y: middle)
      picture += "</g>"
    }
    return picture
  }

  private func tick(x: Double, y: Double) -> HTML {
    "<rect x=\"\(x)%\" y=\"\(y - 5)\" width=\"3\" height=\"10\" transform=\"translate(-1.5 0)\"/>"
  }

  /// Upwards or downwards, with its counts beside it where there is room.
  private func arrow(_ mark: DecisionMark, x: Double, y: Double, _ frame: ChartFrame) -> HTML {
    let shape: HTML = mark.to > mark.from ? "M-6 6L0 -7L6 6Z" : "M-6 -6L0 7L6 -6Z"
    let others = marks.filter { $0.row == mark.row && $0.at.middle != mark.at.middle }
      .map { frame.time.percent($0.at.middle) - x }
    // Percent of the width that the counts need where the page is as narrow as it may be to show them.
    let width = 1.4 + 0.9 * Double(mark.step.count)
    let isFreeAfter = x < 100 - width && !others.contains { $0 > 0 && $0 < width }
    let isFreeBefore = x > width && !others.contains { $0 < 0 && -$0 < width }
    let label: HTML =
      isFreeAfter
      ? "<text x=\"9\" y=\"4\">\(mark.step)</text>"
      : isFreeBefore ? "<text x=\"-9\" y=\"4\" text-anchor=\"end\">\(mark.step)</text>" : .empty
    return "<svg x=\"\(x)%\" y=\"\(y)\" overflow=\"visible\"><path class=\"arrow\" d=\"\(shape)\"/>\(label)</svg>"
  }

  /// Class of a row in the style sheet; colours repeat, since the rows tell the reasons apart.
  private static func style(_ row: DecisionMark.Row) -> HTML {
    switch row {
    case .metric: "metric"
    case .stepLimit, .maximum, .minimum, .disabled: "limit"
    case .window: "window"
    case .tolerance, .damping: "calm"
    case .failed, .noTarget, .unexplained: "trouble"
    case .other: "other"
    }
  }

  private var table: HTML {
    let shown = marks.prefix(Self.tableLimit)
    let rows = shown.map { mark -> HTML in
      let cells = mark.facts.map { fact -> HTML in "<td>\(fact.text)</td>" }
      return """
        <tr><th scope="row">\(mark.at.clock)</th><td class="step">\(mark.step)</td>\(cells)\
        <td>\(mark.repeats)</td></tr>
        """
    }
    let rest = marks.count - shown.count
    let note: HTML =
      rest > 0 ? "<p class=\"note\">\(rest.counted("more sync")); scaleproof explain lists them.</p>" : .empty
    return """
      <details class="values decisions"><summary>Decisions as a table</summary><div class="scroll"><table>
      <thead><tr><th scope="col">at</th><th scope="col">replicas</th><th scope="col">what the metrics said</th>\
      <th scope="col">what the model decides</th><th scope="col">bound by</th><th scope="col">what the controller did</th>\
      <th scope="col">for another outcome</th><th scope="col">syncs alike after it</th></tr></thead>\
      <tbody>\(rows)</tbody></table></div>\(note)</details>
      """
  }
}
