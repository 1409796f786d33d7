import LoadFacts
import Logging
import Units

/// Tells a log how the load goes: each interval, each new way in which requests fail, lateness, and the end.
struct LoadDiary {
  private let log: Logger
  private let routes: [String]
  /// Requests that this machine alone sends so late are worth a warning.
  private let lateAfter: Duration
  private var outcomesSeen: Set<String> = []

  init(log: Logger, routes: [String], lateAfter: Duration) {
    self.log = log
    self.routes = routes
    self.lateAfter = lateAfter
  }

  mutating func note(_ snapshot: LoadSnapshot) {
    let sample = snapshot.generator
    log.debug(
      "interval",
      metadata: [
        "number": "\(sample.interval)", "sent": "\(sample.sent)", "inFlight": "\(sample.inFlight)",
        "queued": "\(sample.queued)", "connections": "\(sample.openConnections)",
        "latenessP99": "\(sample.latenessP99.textToMicroseconds)",
      ])
    if sample.machineLatenessMaximum > lateAfter {
      log.warning(
        "this machine is late",
        metadata: [
          "interval": "\(sample.interval)", "latenessMaximum": "\(sample.machineLatenessMaximum.textToMicroseconds)",
          "longestPause": "\(sample.longestPause.textToMicroseconds)",
        ])
    }
    for failure in snapshot.failures where outcomesSeen.insert(failure.outcome).inserted {
      log.info(
        "requests fail in a new way",
        metadata: [
          "outcome": "\(failure.outcome)", "route": "\(routes[failure.route])",
          "due": "\(failure.due.textToMicroseconds)",
          "server": "\(failure.remoteAddress)", "errno": "\(failure.osError ?? 0)",
        ])
    }
    for tally in snapshot.connections where tally.closedByPeer > 0 {
      log.debug(
        "connections closed by the server",
        metadata: ["address": "\(tally.address)", "count": "\(tally.closedByPeer)"])
    }
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
