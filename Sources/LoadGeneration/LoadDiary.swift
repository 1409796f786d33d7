import LoadFacts
import Logging
import Statistics
import Units

/// Tells a log how the load goes: each interval, each new way in which requests fail, lateness, and the end.
struct LoadDiary {
  private let log: Logger
  /// Requests that this machine alone sends so late are worth a warning.
  private let lateAfter: Duration
  private var outcomesSeen: Set<String> = []

  init(log: Logger, lateAfter: Duration) {
    self.log = log
    self.lateAfter = lateAfter
  }

  mutating func note(_ snapshot: LoadSnapshot) {
    for sample in snapshot.generator { note(sample) }
    for failure in snapshot.failures where outcomesSeen.insert(failure.outcome).inserted {
      log.info(
        "requests fail in a new way",
        metadata: [
          "outcome": "\(failure.outcome)", "route": "\(failure.route)",
          "due": "\(failure.due.textToMicroseconds)",
          "server": "\(failure.remoteAddress ?? "")", "errno": "\(failure.systemError ?? 0)",
        ])
    }
    for tally in snapshot.connections where tally.closedByPeer > 0 {
      log.debug(
        "connections closed by the server",
        metadata: ["address": "\(tally.address)", "count": "\(tally.closedByPeer)"])
    }
  }

  private func note(_ sample: GeneratorSample) {
    log.debug(
      "interval",
      metadata: [
        "end": "\(sample.end.textToMicroseconds)", "sent": "\(sample.lateness.values.count)",
        "inFlight": "\(sample.inFlight)", "queued": "\(sample.queued)",
        "connections": "\(sample.openConnections ?? 0)", "latenessP99": "\(sample.latenessP99.textToMicroseconds)",
      ])
    guard let latest = sample.machineLatenessMax, latest > lateAfter else { return }
    log.warning(
      "this machine is late",
      metadata: [
        "end": "\(sample.end.textToMicroseconds)", "latenessMaximum": "\(latest.textToMicroseconds)",
        "longestPause": "\((sample.longestPause ?? .zero).textToMicroseconds)",
      ])
  }

  func note(_ summary: LoadSummary) {
    log.info(
      "load ended",
      metadata: [
        "offered": "\(summary.offered)", "sent": "\(summary.sent)", "failed": "\(summary.failed)",
        "dropped": "\(summary.dropped)", "unfinished": "\(summary.unfinished)",
        "stoppedEarly": "\(summary.stoppedEarly)",
      ])
  }
}
