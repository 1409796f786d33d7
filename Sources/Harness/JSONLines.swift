import Expectations
import Foundation
import KubernetesObjects
import LoadFacts
import RunTimeline
import Units

/// Tells programs on standard output what a run is doing: one JSON object a line.
///
/// The keys and their meaning stand in Reports/README.md, "Machine-readable progress"; whoever changes one raises
/// ``schema``.
struct JSONLines: Sendable {
  /// The version of the format. It rises when a key changes its meaning or goes; new keys do not raise it.
  static let schema = 1

  let progress: RunProgress
  let clock: RunClock
  let phases: [PhaseSpan]
  /// Whether a generator reports; without one each second that passes is an interval.
  var hasLoad = true

  /// Writes `interval` and `event` lines until the task is cancelled, then what is left.
  func run(_ interruption: Interruption) async {
    // A little less than a second, since intervals of a second are never exactly that far apart.
    let length = clock.runTime(ofWall: .milliseconds(900))
    while !Task.isCancelled {
      progress.note(interruption, clock)
      if !hasLoad { progress.pass(until: clock.runTime(of: .now)) }
      write(progress.takeNews(atLeast: length))
      try? await Task.sleep(for: .milliseconds(100))
    }
    guard hasLoad else {
      progress.pass(until: clock.runTime(of: .now))
      return write(progress.takeNews(atLeast: .zero))
    }
    write(progress.takeLastNews(at: clock.runTime(of: .now)))
  }

  private func write(_ news: RunProgress.News) {
    for event in news.events { Self.write(Self.line(event)) }
    if let span = news.span { Self.write(intervalLine(news.figures, over: span, progress.snapshot)) }
  }

  /// The first line of a run.
  ///
  /// - Parameter end: when it is planned to end; `nil` where only the user knows.
  static func startLine(run: RunDescription, phases: [PhaseSpan], end: Duration?, recording: String) -> JSONValue {
    [
      "type": "start", "schema": .integer(Int64(schema)), "version": .string(run.toolVersion),
      "profile": .string(run.name), "source": .string(run.profileSource),
      "startedAt": .string("\(run.startedAt)"), "timeScale": rounded(run.timeScale),
      "duration": end.map(seconds) ?? .null,
      "recording": .string(recording),
      "phases": .array(
        phases.map { phase in
          [
            "name": .string(phase.name), "stream": .string(phase.stream), "start": seconds(phase.plannedStart),
            "end": seconds(phase.plannedEnd), "startRate": rounded(phase.startRate), "endRate": rounded(phase.endRate),
            "users": count(phase.users),
          ]
        }),
    ]
  }

  func intervalLine(_ figures: ProgressFigures, over span: Range<Duration>, _ now: RunProgress.Snapshot) -> JSONValue {
    [
      "type": "interval", "from": Self.seconds(span.lowerBound), "to": Self.seconds(span.upperBound),
      "phases": .array(phases.current(at: span.lowerBound).map { .string($0.name) }),
      "offered": Self.count(figures.offered), "sent": Self.count(figures.sent),
      "completed": Self.count(figures.completed), "failed": Self.count(figures.failed),
      "dropped": Self.count(figures.dropped), "droppedByTarget": Self.count(figures.droppedByTarget),
      "stopped": Self.count(figures.stopped), "late": Self.count(figures.late),
      "p50Ms": Self.milliseconds(figures.p50), "p99Ms": Self.milliseconds(figures.p99),
      "queued": Self.count(now.generator?.queued), "inFlight": Self.count(now.generator?.inFlight),
      "openConnections": Self.count(now.generator?.openConnections),
      "latenessP99Ms": Self.milliseconds(now.generator?.latenessP99),
      "machineLatenessP99Ms": Self.milliseconds(now.generator?.machineLatenessP99),
      "placesHeldSince": now.generator?.targetHeldSince.map(Self.seconds) ?? .null,
      "replicas": .object(Self.replicas(now.sight)),
      "workloads": .array(
        now.sights.compactMap { sight in
          sight.name.map { name in .object(Self.replicas(sight).merging(["name": .string(name)]) { own, _ in own }) }
        }),
    ]
  }

  private static func replicas(_ sight: ClusterSight) -> [String: JSONValue] {
    [
      "wanted": count(sight.wanted), "ready": count(sight.ready), "recommended": count(sight.recommended),
      "deletedAt": sight.deletedAt.map(seconds) ?? .null,
      "stale": sight.loss.map { ["heardAt": seconds($0.heard), "cause": text($0.cause)] } ?? .null,
    ]
  }

  static func line(_ event: ProgressEvent) -> JSONValue {
    [
      "type": "event", "at": seconds(event.at), "kind": .string(event.kind.rawValue), "subject": text(event.subject),
      "reason": text(event.reason), "message": .string(event.message),
    ]
  }

  /// Comes before the first line of a run whose workload is not yet steady.
  static func line(_ wait: SteadyWait, waited: Duration, limit: Duration) -> JSONValue {
    [
      "type": "waiting", "schema": .integer(Int64(schema)), "for": .string(wait.workload.text),
      "wanted": count(wait.wanted), "current": count(wait.current), "updated": count(wait.updated),
      "available": count(wait.available), "reason": .string(wait.reason), "waited": seconds(waited),
      "limit": seconds(limit),
    ]
  }

  static func line(_ judgement: Judgement) -> JSONValue {
    [
      "type": "verdict", "name": .string(judgement.name), "kind": .string(judgement.kind),
      "expected": .string(judgement.expected), "verdict": .string(judgement.verdict.rawValue),
      "finding": .string(judgement.finding), "reason": text(judgement.reason),
      "untrusted": .bool(judgement.isUntrusted),
    ]
  }

  /// The last line of a run that left a recording.
  static func endLine(
    run: RunDescription, status: ExitStatus, output: RunOutput, reports: ReportFiles.Written
  ) -> JSONValue {
    func file(_ path: String) -> JSONValue { reports.has(path) ? .string(path) : .null }
    return [
      "type": "end", "schema": .integer(Int64(schema)), "reason": text(run.endReason?.rawValue),
      "detail": text(run.endDetail), "at": run.endedAt.map(seconds) ?? .null,
      "exitStatus": .integer(Int64(status.rawValue)),
      "files": [
        "recording": .string(output.recording), "html": file(output.html), "json": file(output.json),
        "junit": file(output.junit), "markdown": file(output.markdown),
      ],
    ]
  }

  /// The only line of a run that was refused, and the last one of a run that could not be concluded.
  static func endLine(of error: HarnessError) -> JSONValue {
    [
      "type": "end", "schema": .integer(Int64(schema)), "reason": error.status == .untrusted ? "failed" : "refused",
      "detail": .string(error.description), "at": .null, "exitStatus": .integer(Int64(error.status.rawValue)),
      "files": .null,
    ]
  }

  /// Writes one line at once.
  static func write(_ line: JSONValue) {
    // Numbers are finite and texts valid, so that encoding cannot fail; if it does, saying so beats silence.
    let data = (try? line.json()) ?? Data("{\"type\":\"error\"}".utf8)
    StandardOutput.line(String(decoding: data, as: UTF8.self))
  }

  private static func text(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }

  private static func count(_ count: Int?) -> JSONValue { count.map { .integer(Int64($0)) } ?? .null }

  private static func seconds(_ time: Duration) -> JSONValue { rounded(time.seconds) }

  private static func milliseconds(_ time: Duration?) -> JSONValue { time.map { rounded($0.seconds * 1000) } ?? .null }

  /// To a thousandth; whole numbers without decimals.
  private static func rounded(_ value: Double) -> JSONValue {
    let value = (value * 1000).rounded() / 1000
    return Int64(exactly: value).map(JSONValue.integer) ?? (value.isFinite ? .number(value) : .null)
  }
}
