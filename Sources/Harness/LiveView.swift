import Foundation
import Glibc
import RunTimeline
import Units

/// Shows on the terminal what a run is doing: redrawn in place four times a second, or a line every ten seconds where
/// the output is no terminal.
struct LiveView: Sendable {
  enum Style: Sendable {
    case redrawn
    case lines
    case silent
  }

  let style: Style
  let progress: RunProgress
  let clock: RunClock
  let phases: [PhaseSpan]
  let intervalLength: Duration
  let end: Duration

  /// The style that suits standard output and the wish of the user.
  static func style(quiet: Bool) -> Style {
    if quiet { return .silent }
    let dumb = ProcessInfo.processInfo.environment["TERM"].map { $0 == "dumb" } ?? true
    return isatty(STDOUT_FILENO) == 1 && !dumb ? .redrawn : .lines
  }

  /// Shows until the task is cancelled.
  func run() async {
    guard style != .silent else { return }
    var drawn = 0
    while !Task.isCancelled {
      if style == .redrawn {
        let lines = view(at: clock.runTime(of: .now), width: Self.terminalWidth())
        StandardOutput.write(Self.erasing(drawn) + lines.joined(separator: "\n") + "\n")
        drawn = lines.count
      } else {
        StandardOutput.write(line(at: clock.runTime(of: .now)) + "\n")
      }
      do {
        try await Task.sleep(for: style == .redrawn ? .milliseconds(250) : .seconds(10))
      } catch {
        break
      }
    }
    if style == .redrawn { StandardOutput.write(Self.erasing(drawn)) }
  }

  /// The lines of the redrawn view, each at most `width` wide.
  func view(at now: Duration, width: Int) -> [String] {
    let figures = progress.snapshot
    let last = figures.lastInterval
    let wall = intervalLength.seconds / clock.scale
    let phase = phases.last { $0.plannedStart <= now } ?? phases.first
    let done = min(max(now.seconds / max(end.seconds, 1e-9), 0), 1)
    let bar = max(min(width - 30, 40), 10)
    let filled = Int(done * Double(bar))
    let lines = [
      "\(Self.clockText(now)) / \(Self.clockText(end))  "
        + String(repeating: "█", count: filled) + String(repeating: "░", count: bar - filled)
        + "  \(phase?.name ?? "")",
      "load      offered \(Self.rate(last.offered, wall))  answered \(Self.rate(last.completed - last.failed, wall))"
        + "  p50 \(Self.latency(last.p50))  p99 \(Self.latency(last.p99))",
      "failures  \(last.failed) in the last interval, \(figures.failed) of \(figures.offered) in all"
        + (figures.dropped > 0 ? ", \(figures.dropped) dropped by the generator" : ""),
      "replicas  wanted \(Self.count(figures.wanted))  ready \(Self.count(figures.ready))"
        + "  recommended \(Self.count(figures.recommended))",
      "event     \(figures.lastEvent ?? "")",
    ]
    return lines.map { TerminalText.cut(TerminalText.plain($0), to: width) }
  }

  /// The one line that stands for the view in a log.
  func line(at now: Duration) -> String {
    let figures = progress.snapshot
    let last = figures.lastInterval
    let wall = intervalLength.seconds / clock.scale
    let phase = phases.last { $0.plannedStart <= now } ?? phases.first
    return TerminalText.plain(
      "\(Self.clockText(now)) \(phase?.name ?? ""): offered \(Self.rate(last.offered, wall)), "
        + "answered \(Self.rate(last.completed - last.failed, wall)), p50 \(Self.latency(last.p50)), "
        + "p99 \(Self.latency(last.p99)), failures \(figures.failed), replicas wanted \(Self.count(figures.wanted)) "
        + "ready \(Self.count(figures.ready))")
  }

  static func clockText(_ time: Duration) -> String {
    let seconds = max(Int(time.seconds), 0)
    let rest = seconds % 60
    return "\(seconds / 60):\(rest < 10 ? "0" : "")\(rest)"
  }

  private static func rate(_ count: Int, _ wall: Double) -> String {
    "\(Int((Double(count) / wall).rounded()))/s"
  }

  private static func latency(_ value: Duration?) -> String {
    guard let milliseconds = value.map({ $0.seconds * 1000 }) else { return "-" }
    return milliseconds < 10 ? String(format: "%.1f ms", milliseconds) : String(format: "%.0f ms", milliseconds)
  }

  private static func count(_ value: Int?) -> String {
    value.map(String.init) ?? "-"
  }

  /// Goes up over the lines that were drawn and clears them.
  private static func erasing(_ lines: Int) -> String {
    lines == 0 ? "" : "\u{1B}[\(lines)A\r\u{1B}[J"
  }

  private static func terminalWidth() -> Int {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}
