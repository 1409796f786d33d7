import Units

/// One picture of the stack: an SVG with its axes, a legend that shows the values at the pointer, and a table.
struct Chart: Sendable {
  let id: String
  let title: String
  /// What the vertical axis measures, with its unit.
  let measure: String
  /// The picture in words, for those who do not see it.
  let description: String
  let axis: ValueAxis
  let tickLabel: @Sendable (Double) -> String
  /// Drawn over the phase bands, in thousandths of the width.
  let drawing: HTML
  /// Series of the legend, of the readout and of the table.
  let series: [ChartSeries]
  /// What the legend shows beside the series: swatch and text.
  var extraLegend: [(style: String, text: String)] = []
  /// A sentence below the picture.
  var note: String?
  /// What is said in place of a picture that would show nothing.
  var emptiness: String?

  func html(in frame: ChartFrame) -> HTML {
    if let emptiness {
      return """
        <figure class="chart empty" id="chart-\(id)"><figcaption><h3>\(title)</h3></figcaption>\
        <p class="none">\(emptiness)</p></figure>

        """
    }
    return """
      <figure class="chart" id="chart-\(id)" data-chart="\(id)">
      <figcaption><h3>\(title) <span class="measure">\(measure)</span></h3>\(legend(in: frame))</figcaption>
      <div class="plot"><svg class="picture" width="100%" height="\(axis.height + 20)" role="img" \
      aria-labelledby="\(id)-title \(id)-description">
      <title id="\(id)-title">\(title)</title><desc id="\(id)-description">\([description, frame.faultSentence].compactMap { $0 }.joined(separator: " "))</desc>
      \(frame.backdrop(height: axis.height))\(valueLabels)
      <svg class="data" width="100%" height="\(axis.height)" viewBox="0 0 1000 \(axis.height)" \
      preserveAspectRatio="none" aria-hidden="true">\(drawing)</svg>
      \(frame.foreground(height: axis.height))\(frame.timeLabels(height: axis.height))
      </svg></div>
      \(noteLine)\(table(in: frame))
      </figure>

      """
  }

  private var noteLine: HTML { note.map { "<p class=\"note\">\($0)</p>" } ?? .empty }

  private func legend(in frame: ChartFrame) -> HTML {
    var items = HTML.empty
    for (index, line) in series.enumerated() {
      items += """
        <li>\(Self.swatch(line.style))<span>\(line.name)</span> <output data-series="\(index)"></output></li>
        """
    }
    for extra in extraLegend { items += "<li>\(Self.swatch(extra.style))<span>\(extra.text)</span></li>" }
    if !frame.faults.isEmpty { items += "<li>\(Self.swatch("area-fault"))<span>a fault</span></li>" }
    return "<ul class=\"legend\">\(items)</ul>"
  }

  /// A small picture of how a series is drawn.
  static func swatch(_ style: String) -> HTML {
    """
    <svg class="swatch" width="26" height="12" aria-hidden="true">\
    <path class="\(style)" d="\(style.hasPrefix("area") || style.hasPrefix("bar") ? "M1 1H25V11H1Z" : "M1 6H25")"/></svg>
    """
  }

  private var valueLabels: HTML {
    var labels: HTML = "<g class=\"axis value-axis\">"
    for tick in axis.ticks {
      let y = axis.y(tick)
      labels += """
        <line class="grid" x1="0" x2="100%" y1="\(y)" y2="\(y)"/>\
        <text x="-8" y="\(y + 4)" text-anchor="end">\(tickLabel(tick))</text>
        """
    }
    return labels + "</g>"
  }

  private func table(in frame: ChartFrame) -> HTML {
    let cursors = series.map { SeriesCursor($0) }
    var body = HTML.empty
    for instant in frame.time.tableInstants {
      let cells = cursors.map { cursor -> HTML in "<td>\(cursor.text(at: instant.seconds))</td>" }
      body += "<tr><th scope=\"row\">\(instant.preciseClock)</th>\(cells)</tr>"
    }
    let heads = series.map { line -> HTML in "<th scope=\"col\">\(line.name)</th>" }
    return """
      <details class="values"><summary>\(title) as a table</summary><div class="scroll"><table>
      <thead><tr><th scope="col">run time</th>\(heads)</tr></thead><tbody>\(body)</tbody></table></div></details>
      """
  }

  /// The series as the script of the page reads them: times, values, and the upper values where they differ.
  var data: OrderedJSON {
    .record([
      ("id", .string(id)),
      ("series", .row(series.map(\.data))),
    ])
  }
}

/// Finds the value of a series at an instant.
struct SeriesCursor {
  private let samples: [ChartSeries.Sample]
  private let unit: ChartSeries.Unit

  init(_ series: ChartSeries) {
    // Thinning keeps the peaks of a column; inside a stretch each sample holds until the next one.
    samples = series.stretches.flatMap { stretch in
      stretch.indices.map { index in
        let sample = stretch[index]
        let end = index + 1 < stretch.count ? stretch[index + 1].start : sample.end
        return ChartSeries.Sample(start: sample.start, end: end, value: sample.value, upper: sample.upper)
      }
    }
    unit = series.unit
  }

  func text(at instant: Double) -> String {
    var low = 0
    var high = samples.count
    while low < high {
      let middle = (low + high) / 2
      if samples[middle].start <= instant { low = middle + 1 } else { high = middle }
    }
    guard low > 0, instant <= samples[low - 1].end else { return "–" }
    let sample = samples[low - 1]
    let lower = unit.text(sample.value)
    return sample.upper == sample.value ? lower : "\(lower)–\(unit.text(sample.upper))"
  }
}

extension ChartSeries.Unit {
  func text(_ value: Double) -> String {
    switch self {
    case .perSecond: "\(value.rateText)/s"
    case .milliseconds: WallTime(.microseconds(Int64((value * 1000).rounded()))).text
    case .count: Int(value.rounded()).grouped
    case .percent: "\(value.fixed(0))%"
    }
  }
}

extension ChartSeries {
  var data: OrderedJSON {
    var times: [OrderedJSON] = []
    var values: [OrderedJSON] = []
    var uppers: [OrderedJSON] = []
    func append(_ time: Double, _ value: OrderedJSON, _ upper: OrderedJSON) {
      times.append(.number((time * 100).rounded() / 100))
      values.append(value)
      uppers.append(upper)
    }
    for stretch in stretches {
      for sample in stretch {
        append(sample.start, .number(Self.rounded(sample.value)), .number(Self.rounded(sample.upper)))
      }
      if let last = stretch.last { append(last.end, .null, .null) }
    }
    var members: [(key: String, value: OrderedJSON)] = [
      ("unit", .string(unit.rawValue)), ("t", .row(times)), ("v", .row(values)),
    ]
    if samples.contains(where: { $0.upper != $0.value }) { members.append(("u", .row(uppers))) }
    return .record(members)
  }

  private static func rounded(_ value: Double) -> Double {
    (value * 1000).rounded() / 1000
  }
}
