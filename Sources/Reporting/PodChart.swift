import Expectations
import KubernetesObjects
import RunTimeline
import Units

/// One row per pod: from its creation over start and readiness to its deletion and end.
struct PodChart: Sendable {
  /// A pod as it is drawn.
  struct Row: Sendable {
    let pod: PodLifeline
    /// Number of the pod's version in the order in which versions appeared.
    let version: Int
    let failures: [Duration]
    /// When that happened to it which explains failed requests.
    let causes: [Duration]
  }

  let rows: [Row]
  /// Names of the versions, in the order in which they appeared.
  let versions: [String]
  let failures: TerminationFailures
  private let end: Duration
  private let label: WorkloadLabel

  init(
    _ cluster: ClusterHistory, _ timeline: Timeline, label: WorkloadLabel = .alone, attribution: Attribution? = nil
  ) {
    end = timeline.span
    self.label = label
    let failures = TerminationFailures(timeline.failures, pods: cluster.pods)
    self.failures = failures
    let pods = cluster.pods.sorted { ($0.created.latest, $0.name) < ($1.created.latest, $1.name) }
    var versions: [String] = []
    rows = pods.map { pod in
      let name = Self.versionName(pod)
      let version = versions.firstIndex(of: name) ?? versions.count
      if version == versions.count { versions.append(name) }
      return Row(
        pod: pod, version: version, failures: failures.momentsByPod[pod.uid] ?? [],
        causes: Self.moments(of: attribution?.causes ?? [], in: pod))
    }
    self.versions = versions
  }

  private static func moments(of causes: [Trigger], in pod: PodLifeline) -> [Duration] {
    let asked = causes.contains(.termination) ? [pod.deleteRequested].compactMap { $0 } : []
    let ready = causes.contains(.readiness) ? pod.ready.map(\.from) : []
    let ended = causes.contains(.crash) ? pod.health.ends.map(\.at) : []
    return (asked + ready + ended).map(\.middle).filter { $0 > .zero }
  }

  /// The tag of the image, or the hash of the template where the image has none.
  static func versionName(_ pod: PodLifeline) -> String {
    guard let image = pod.image else { return pod.templateHash ?? "unknown" }
    let name = image.split(separator: "/").last ?? ""
    if let at = name.firstIndex(of: "@") { return String(name[name.index(after: at)...].prefix(19)) }
    guard let colon = name.firstIndex(of: ":") else {
      return pod.templateHash.map { "\(name) (\($0))" } ?? String(name)
    }
    return String(name[name.index(after: colon)...])
  }

  private var rowHeight: Double {
    switch rows.count {
    case ...40: 17
    case ...120: 9
    default: 4
    }
  }

  private var id: String { label.id("pods") }

  private var labelled: Bool { rowHeight > 12 }

  func html(in frame: ChartFrame) -> HTML {
    let height = max(Double(rows.count) * rowHeight, 20)
    var bars = HTML.empty
    for (index, row) in rows.enumerated() { bars += bar(row, y: Double(index) * rowHeight, frame) }
    return """
      <figure class="chart" id="chart-\(id)" data-chart="\(id)">
      <figcaption><h3>\(label.title("Pods")) <span class="measure">one row each, in order of creation</span></h3>\(legend)</figcaption>
      <div class="plot"><svg class="picture" width="100%" height="\(height + 20)" role="img" \
      aria-labelledby="\(id)-title \(id)-description">
      <title id="\(id)-title">\(label.title("Pods"))</title><desc id="\(id)-description">\(description)</desc>
      \(label.isFirst ? Self.patterns : .empty)\(frame.backdrop(height: height))\(bars)
      \(frame.foreground(height: height))\(frame.timeLabels(height: height))
      </svg></div>
      \(note)\(table)
      </figure>

      """
  }

  private var description: String {
    let gone = rows.filter { $0.pod.removed != nil }.count
    return
      "\(rows.count.counted("pod")) of \(versions.count.counted("version")) (\(versions.joined(separator: ", "))); "
      + "\(gone) were gone at the end. The table below gives each step."
  }

  private var legend: HTML {
    var items: HTML = """
      <li>\(Chart.swatch("bar-pending"))<span>created, not started</span> <output data-state="0"></output></li>\
      <li>\(Chart.swatch("bar-starting"))<span>started, not ready</span> <output data-state="1"></output></li>
      """
    for (index, version) in versions.enumerated() {
      items += "<li>\(Chart.swatch("bar-version-\(index % 5)"))<span>ready, \(version)</span></li>"
    }
    items += """
      <li>\(Chart.swatch("bar-going"))<span>terminating</span> <output data-state="3"></output></li>
      """
    if rows.contains(where: { !$0.causes.isEmpty }) {
      items += """
        <li><svg class="swatch" width="26" height="12" aria-hidden="true"><circle class="pod-cause" cx="13" cy="6" r="3"/></svg>\
        <span>what failed requests have to do with</span></li>
        """
    }
    if rows.contains(where: { !$0.failures.isEmpty }) {
      items += """
        <li><svg class="swatch" width="26" height="12" aria-hidden="true"><path class="pod-failure" d="M13 0V12"/></svg>\
        <span>failed request</span></li>
        """
    }
    return "<ul class=\"legend\">\(items)</ul>"
  }

  private var note: HTML {
    guard failures.recorded > 0 else { return .empty }
    return """
      <p class="note">\(failures.attributed.grouped) of \(failures.recorded.counted("recorded failure")) fell into the \
      termination of a pod. A failure whose answer names no pod is marked on every pod that was going at that moment.</p>
      """
  }

  /// Patterns tell states apart without colour.
  private static let patterns: HTML = """
    <defs><pattern id="hatch-starting" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">\
    <rect class="hatch-ground" width="6" height="6"/><rect class="hatch-start" width="3" height="6"/></pattern>\
    <pattern id="hatch-going" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">\
    <rect class="hatch-ground" width="6" height="6"/><rect class="hatch-end" width="2.5" height="6"/></pattern></defs>
    """

  private func bar(_ row: Row, y: Double, _ frame: ChartFrame) -> HTML {
    let pod = row.pod
    let thickness = rowHeight - (rowHeight > 6 ? 4 : 1)
    func rectangle(_ style: HTML, _ from: Duration, _ to: Duration) -> HTML {
      let x = frame.time.percent(from)
      let width = max(frame.time.percent(to) - x, 0.08)
      return "<rect class=\"\(style)\" x=\"\(x)%\" y=\"\(y + 2)\" width=\"\(width)%\" height=\"\(thickness)\"/>"
    }
    let gone = min(pod.left?.latest ?? end, end)
    let leaving = min(pod.deleteRequested?.middle ?? gone, gone)
    let created = max(pod.created.middle, .zero)
    let started = min(pod.started?.middle ?? leaving, leaving)
    var bar: HTML = "<g class=\"pod\"><title>\(summary(row))</title>"
    if created < started { bar += rectangle("bar-pending", created, started) }
    if let first = pod.started?.middle, first < leaving { bar += rectangle("bar-starting", max(first, .zero), leaving) }
    for stretch in pod.ready {
      bar += rectangle(
        "bar-version-\(row.version % 5)", max(stretch.from.middle, .zero), min(stretch.to?.middle ?? gone, gone))
    }
    if pod.deleteRequested != nil { bar += rectangle("bar-going", leaving, gone) }
    if labelled {
      let x = frame.time.percent(max(pod.ready.first?.from.middle ?? created, .zero))
      // What the name needs where the page is as narrow as it may be to show it.
      let isWide = frame.time.percent(leaving) - x > max(7, 1.5 + Double(versions[row.version].count) * 0.95)
      if isWide {
        bar +=
          "<text class=\"pod-version\" x=\"\(x)%\" dx=\"5\" y=\"\(y + rowHeight - 5)\">\(versions[row.version])</text>"
      }
      bar +=
        "<text class=\"pod-name\" x=\"-8\" y=\"\(y + rowHeight - 4)\" text-anchor=\"end\">\(shortName(pod.name))</text>"
    }
    for moment in Set(row.failures.map { (frame.time.percent($0) * 20).rounded() / 20 }).sorted() {
      bar += "<line class=\"pod-failure\" x1=\"\(moment)%\" x2=\"\(moment)%\" y1=\"\(y)\" y2=\"\(y + rowHeight)\"/>"
    }
    for cause in row.causes {
      bar +=
        "<circle class=\"pod-cause\" cx=\"\(frame.time.percent(cause))%\" cy=\"\(y + rowHeight / 2)\" r=\"\(min(rowHeight / 4, 3))\"/>"
    }
    return bar + "</g>"
  }

  /// What tells a pod from its siblings: the random end of its name.
  private func shortName(_ name: String) -> String {
    let last = name.split(separator: "-").last.map(String.init) ?? name
    return last.count <= 8 ? last : "…" + last.suffix(7)
  }

  private func summary(_ row: Row) -> String {
    let pod = row.pod
    var parts = ["\(pod.name), \(versions[row.version])", "created \(pod.created.seen)"]
    if let started = pod.started { parts.append("started \(started.seen)") }
    if let ready = pod.ready.first { parts.append("ready \(ready.from.seen)") } else { parts.append("never ready") }
    if let deleted = pod.deleteRequested { parts.append("asked to go \(deleted.seen)") }
    if let removed = pod.removed { parts.append("gone \(removed.seen)") }
    if let released = pod.released { parts.append("let go \(released.seen)") }
    if pod.restarts > 0 { parts.append(pod.restarts.counted("restart")) }
    if let reason = pod.waitingReason { parts.append("waiting: \(reason)") }
    if !row.failures.isEmpty { parts.append("\(row.failures.count.counted("failed request")) while it was going") }
    return parts.joined(separator: "\n")
  }

  private var table: HTML {
    var body = HTML.empty
    for row in rows {
      let pod = row.pod
      func cell(_ bounds: InstantBounds?) -> HTML { "<td>\(bounds?.seen ?? "–")</td>" }
      body += """
        <tr><th scope="row" class="name">\(pod.name)</th><td>\(versions[row.version])</td>\(cell(pod.created))\
        \(cell(pod.started))\(cell(pod.ready.first?.from))\(cell(pod.deleteRequested))\(cell(pod.removed))\
        <td>\(pod.restarts)\(HTML(text: pod.waitingReason.map { ", \($0)" } ?? ""))</td><td>\(row.failures.count)</td></tr>
        """
    }
    return """
      <details class="values"><summary>\(label.title("Pods")) as a table</summary><div class="scroll"><table>
      <thead><tr><th scope="col">pod</th><th scope="col">version</th><th scope="col">created</th>\
      <th scope="col">started</th><th scope="col">ready</th><th scope="col">asked to go</th><th scope="col">gone</th>\
      <th scope="col">restarts</th><th scope="col">failures while going</th></tr></thead><tbody>\(body)</tbody></table></div></details>
      """
  }

  /// The steps of each pod for the script of the page: name, created, ready from, asked to go, gone.
  var data: OrderedJSON {
    .record([("id", .string(id)), ("rows", .row(rows.map { Self.steps(of: $0.pod) }))])
  }

  private static func steps(of pod: PodLifeline) -> OrderedJSON {
    .row([
      .seconds(max(pod.created.middle, .zero)),
      .optional(pod.started) { .seconds($0.middle) },
      .row(pod.ready.map { .row([.seconds($0.from.middle), .optional($0.to) { .seconds($0.middle) }]) }),
      .optional(pod.deleteRequested) { .seconds($0.middle) },
      .optional(pod.left) { .seconds($0.middle) },
    ])
  }
}

extension InstantBounds {
  /// The bounds for a table; what happened before the run says so instead of naming a time.
  var seen: String {
    if latest <= .zero || earliest < .zero - .seconds(60) && latest < .seconds(5) { return "before the run" }
    if earliest < .zero { return "by \(latest.preciseClock)" }
    return width > .seconds(1) ? clock : middle.preciseClock
  }
}
