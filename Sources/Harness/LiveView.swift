import Foundation
import Glibc
import LoadFacts
import RunTimeline
import Units

/// Shows on the terminal what a run is doing: redrawn in place four times a second, or a line every ten seconds where
/// the output is no terminal.
///
/// A frame is one write that goes over the lines of the frame before it and clears only what is longer, so that nothing
/// flickers. The cursor stays visible, so that no way of ending the program leaves a terminal without one.
struct LiveView: Sendable {
  enum Style: Sendable, Equatable {
    case redrawn(emphasised: Bool)
    case lines
    /// For programs, see ``JSONLines``.
    case jsonLines
    case silent
  }

  let style: Style
  let progress: RunProgress
  let clock: RunClock
  let phases: [PhaseSpan]
  /// When it is planned to end; `nil` where only the user knows.
  let end: Duration?
  /// Whether requests are sent, so that there is something to say of them.
  var hasLoad = true

  /// The style that suits standard output and the wish of the user.
  static func style(quiet: Bool, jsonLines: Bool, log: DiagnosticLog) -> Style {
    if jsonLines { return .jsonLines }
    if quiet { return .silent }
    return StandardOutput.takesControlSequences && !log.disturbsTerminal ? .redrawn(emphasised: true) : .lines
  }

  /// Shows until the task is cancelled.
  func run(_ interruption: Interruption) async {
    switch style {
    case .silent: return
    case .jsonLines:
      await JSONLines(progress: progress, clock: clock, phases: phases, hasLoad: hasLoad).run(interruption)
    case .lines:
      repeat {
        progress.note(interruption, clock)
        StandardOutput.line(line(at: clock.runTime(of: .now)))
      } while await pause(.seconds(10))
    case .redrawn(let emphasised):
      var drawn = 0
      repeat {
        progress.note(interruption, clock)
        let size = Self.terminalSize()
        let lines = view(at: clock.runTime(of: .now), width: size.columns)
          .flatMap { Self.wrapped($0, width: size.columns) }.prefix(max(size.rows - 1, 1))
          .map { $0.rendered(width: size.columns, emphasised: emphasised) }
        StandardOutput.write(Self.frame(lines, over: drawn))
        drawn = lines.count
      } while await pause(.milliseconds(250))
      StandardOutput.write(Self.frame([], over: drawn))
    }
  }

  /// Whether to go on.
  private func pause(_ length: Duration) async -> Bool {
    do {
      try await Task.sleep(for: length)
      return true
    } catch {
      return false
    }
  }

  /// A line of the view in the width of the terminal: what does not fit goes on below, behind the label. Messages of the
  /// cluster, which may be of any length, have three lines; figures have as many as they need.
  static func wrapped(_ line: TerminalLine, width: Int) -> [TerminalLine] {
    line.wrapped(width: width, indent: labelWidth, most: line.text.hasPrefix("event ") ? 3 : .max)
  }

  private static let labelWidth = 11

  /// The lines of the redrawn view, to be broken to the width of the terminal.
  func view(at now: Duration, width: Int) -> [TerminalLine] {
    let figures = progress.snapshot
    var lines = [headline(at: now, width: width)]
    // Several phases at once, one of each stream, take a line of their own.
    if phases.current(at: now).count > 1 { lines.append(Self.labelled("phases", phaseText(at: now))) }
    if hasLoad { lines += [loadLine(figures), requestLine(figures.total)] }
    if let generator = figures.generator { lines.append(Self.generatorLine(generator)) }
    lines += figures.sights.compactMap { Self.replicaLine($0, at: now) }
    lines.append(Self.labelled("event", figures.lastEvent ?? "-"))
    if let reason = figures.stopping { lines.append(Self.labelled("stopping", "") + TerminalLine(reason, .red)) }
    return lines
  }

  /// Time, a bar of it, and the phase that goes on where it is only one.
  private func headline(at now: Duration, width: Int) -> TerminalLine {
    guard let end else { return TerminalLine("\(Self.clockText(now))  ") + TerminalLine(phaseText(at: now), .bold) }
    let done = min(max(now.seconds / max(end.seconds, 1e-9), 0), 1)
    let bar = max(min(width - 40, 40), 10)
    let filled = Int(done * Double(bar))
    return TerminalLine(
      "\(Self.clockText(now)) / \(Self.clockText(end))  " + String(repeating: "█", count: filled)
        + String(repeating: "░", count: bar - filled) + "  ")
      + TerminalLine(phases.current(at: now).count > 1 ? "" : phaseText(at: now), .bold)
  }

  private func loadLine(_ figures: RunProgress.Snapshot) -> TerminalLine {
    let now = now(figures)
    return Self.labelled(
      "load", "offered \(now.offered)  answered \(now.answered)  p50 \(now.p50)  p99 \(now.p99)")
  }

  /// What is due and what is answered now, as texts.
  private func now(_ figures: RunProgress.Snapshot) -> (offered: String, answered: String, p50: String, p99: String) {
    guard let latest = figures.latest else {
      let last = figures.lastInterval
      return (
        rate(last.offered, in: last.length), rate(last.completed - last.failed, in: last.length),
        Self.latency(last.p50), Self.latency(last.p99)
      )
    }
    return (
      rate(latest.figures.offered, in: latest.length), rate(latest.figures.succeeded, in: latest.length),
      Self.latency(latest.figures.p50), Self.latency(latest.figures.p99)
    )
  }

  /// Totals; what went wrong is there only when something did.
  private func requestLine(_ total: ProgressFigures) -> TerminalLine {
    var line = Self.labelled("requests", "\(total.offered.grouped) offered  ")
    line.add("\(total.failed.grouped) failed", total.failed > 0 ? .red : .none)
    let otherwise = total.dropped - total.droppedByTarget
    if otherwise > 0 { line.add("  \(otherwise.grouped) dropped by the generator", .red) }
    if total.droppedByTarget > 0 {
      line.add("  \(total.droppedByTarget.grouped) not sent since the target held all places", .red)
    }
    if total.stopped > 0 { line.add("  \(total.stopped.grouped) not sent at the stop") }
    if total.late > 0 { line.add("  \(total.late.grouped) sent late") }
    return line
  }

  private static func generatorLine(_ sample: GeneratorSample) -> TerminalLine {
    var line = labelled("generator", "in flight \(sample.inFlight.grouped)")
    if sample.queued > 0 { line.add("  queued \(sample.queued.grouped)", .red) }
    if let connections = sample.openConnections { line.add("  connections \(connections.grouped)") }
    line.add("  lateness p99 \(latency(sample.latenessP99))")
    if let strain = strain(sample) { line.add("  \(strain)", .red) }
    return line
  }

  /// Whose doing it is that requests do not leave in time; `nil` when they do.
  private static func strain(_ sample: GeneratorSample) -> String? {
    if let since = sample.targetHeldSince {
      let places = sample.places.map { " of \($0.grouped)" } ?? ""
      return "the target does not answer: \(sample.inFlight.grouped)\(places) places held since \(since.plainSeconds)"
    }
    let isLate = sample.machineLateness != nil && sample.isLate
    return isLate || sample.placesHeldSince != nil ? "this machine is late" : nil
  }

  /// `nil` while nothing was seen of a workload.
  private static func replicaLine(_ sight: ClusterSight, at now: Duration) -> TerminalLine? {
    guard sight.wanted != nil || sight.recommended != nil || sight.deletedAt != nil || sight.loss != nil else {
      return nil
    }
    let text = sight.text(at: now, separator: "  ", withRecommended: true)
    let name = sight.name.map { "\($0)  " } ?? ""
    return labelled("replicas", name) + TerminalLine(text, sight.loss == nil && sight.deletedAt == nil ? .none : .red)
  }

  private static func labelled(_ label: String, _ text: String) -> TerminalLine {
    TerminalLine(label.padding(toLength: labelWidth, withPad: " ", startingAt: 0) + text)
  }

  /// The one line that stands for the view in a log.
  func line(at now: Duration) -> String {
    let figures = progress.snapshot
    guard hasLoad else { return TerminalText.plain(loadlessLine(figures, at: now)) }
    let (latest, total) = (self.now(figures), figures.total)
    var text =
      "\(Self.clockText(now)) \(phaseText(at: now)): offered \(latest.offered), answered \(latest.answered), "
      + "p50 \(latest.p50), p99 \(latest.p99), failures \(total.failed)"
    if total.dropped > 0 { text += ", dropped \(total.dropped)" }
    if total.stopped > 0 { text += ", not sent at the stop \(total.stopped)" }
    if total.late > 0 { text += ", sent late \(total.late)" }
    if let queued = figures.generator?.queued, queued > 0 { text += ", queued \(queued)" }
    if let strain = figures.generator.flatMap(Self.strain) { text += ", \(strain)" }
    for sight in figures.sights where sight.wanted != nil || sight.deletedAt != nil || sight.loss != nil {
      let name = sight.name.map { " of \($0)" } ?? ""
      text += ", replicas\(name) \(sight.text(at: now, separator: " ", withRecommended: false))"
    }
    if let reason = figures.stopping { text += "; stopping: \(reason)" }
    return TerminalText.plain(text)
  }

  private func loadlessLine(_ figures: RunProgress.Snapshot, at now: Duration) -> String {
    var text = "\(Self.clockText(now)) \(phaseText(at: now)): "
    text += "replicas \(figures.sight.text(at: now, separator: " ", withRecommended: true))"
    if let event = figures.lastEvent { text += ", last event \(event)" }
    if let reason = figures.stopping { text += "; stopping: \(reason)" }
    return text
  }

  /// The phases that go on, each with its stream where there are several.
  func phaseText(at now: Duration) -> String {
    let current = phases.current(at: now)
    return current.map { $0.stream.isEmpty ? $0.name : "\($0.stream): \($0.name)" }.joined(separator: ", ")
  }

  static func clockText(_ time: Duration) -> String {
    let seconds = max(Int(time.seconds), 0)
    let rest = seconds % 60
    return "\(seconds / 60):\(rest < 10 ? "0" : "")\(rest)"
  }

  private func rate(_ count: Int, in length: Duration) -> String {
    "\(Int((Double(count) / (length.seconds / clock.scale)).rounded()).grouped)/s"
  }

  private static func latency(_ value: Duration?) -> String {
    guard let milliseconds = value.map({ $0.seconds * 1000 }) else { return "-" }
    return milliseconds < 10 ? String(format: "%.1f ms", milliseconds) : String(format: "%.0f ms", milliseconds)
  }

  /// What draws lines over the `previous` ones above the cursor.
  static func frame(_ lines: [String], over previous: Int) -> String {
    (previous == 0 ? "" : "\u{1B}[\(previous)A\r") + lines.map { $0 + "\u{1B}[K\n" }.joined() + "\u{1B}[J"
  }

  static func terminalSize() -> (columns: Int, rows: Int) {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return (80, 24) }
    return (Int(size.ws_col), size.ws_row > 0 ? Int(size.ws_row) : 24)
  }
}

extension [PhaseSpan] {
  /// The phases that are planned to go on at a time: of each stream at most one; after the end those that came last.
  func current(at now: Duration) -> [PhaseSpan] {
    let going = filter { $0.plannedStart <= now && now < $0.plannedEnd }
    guard going.isEmpty else { return going }
    return now < .zero ? filter { $0.plannedStart == .zero } : last.map { [$0] } ?? []
  }
}

extension Duration {
  /// An instant of the run to a tenth of a second: `4.1s`.
  fileprivate var plainSeconds: String { String(format: "%.1fs", seconds) }
}
