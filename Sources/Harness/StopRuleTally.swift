import RunTimeline
import Statistics
import Units

/// What stop rules count of one interval, over all routes.
///
/// What the generator dropped never reached the server: it counts as dropped, and neither as failed nor as answered.
struct StopRuleTally: Sendable {
  let end: Duration
  private(set) var offered = 0
  private(set) var dropped = 0
  /// Requests that ended, as expected or not.
  private(set) var answered = 0
  private(set) var failed = 0
  /// For each rule, how many requests succeeded but certainly took longer than its limit, from the moment of being due.
  private(set) var slower: [Int]
  /// For each rule about latency, its limit.
  private let limits: [Duration?]

  init(end: Duration, limits: [Duration?]) {
    self.end = end
    self.limits = limits
    slower = limits.map { _ in 0 }
  }

  var succeeded: Int { answered - failed }

  /// Requests that were due and of which nothing is known yet.
  var unanswered: Int { max(offered - dropped - answered, 0) }

  /// How long an unanswered request of the interval has waited at least, in wall time.
  func waited(until now: Duration, timeScale: Double) -> Duration { (now - end) / timeScale }

  mutating func add(_ interval: LoadInterval) {
    offered += interval.offered
    dropped += interval.dropped
    for tally in interval.outcomes where tally.outcome != OutcomeLabel.dropped {
      answered += tally.completed
      if tally.failed {
        failed += tally.completed
        continue
      }
      for (index, limit) in limits.enumerated() {
        guard let limit else { continue }
        slower[index] += tally.fromDue.countAbove(limit).lowerBound
      }
    }
  }
}
