import LoadFacts
import RunTimeline
import Statistics
import Units

/// What stop rules count of one interval, over all routes.
///
/// What was dropped never reached the server: it counts as dropped, and as failed only where the target held all places
/// by not answering.
struct StopRuleTally: Sendable {
  let start: Duration
  let end: Duration
  private(set) var offered = 0
  private(set) var dropped = 0
  /// Of those, how many since the target held all places.
  private(set) var droppedByTarget = 0
  /// Of those, how many since this machine was late.
  private(set) var droppedByMachine = 0
  /// Requests that this machine sent late, and at once.
  private(set) var heldBack = 0
  /// Failures that may come of that.
  private(set) var overloaded = 0
  /// Requests that this machine could not begin, did not send since the load was stopped, or may have made fail.
  private var unsent = 0
  private var answered = 0
  private var wrong = 0
  /// For each rule, how many requests certainly took longer than its limit, from the moment of being due and without what
  /// this machine may have taken, and of those how
  /// many without a good answer: they would have taken longer still.
  private(set) var slower: [Int]
  private(set) var slowerUnanswered: [Int]
  /// For each rule about latency, its limit.
  private let limits: [Duration?]

  init(start: Duration, end: Duration, limits: [Duration?]) {
    self.start = start
    self.end = end
    self.limits = limits
    slower = limits.map { _ in 0 }
    slowerUnanswered = slower
  }

  var succeeded: Int { answered - wrong }

  /// Requests that ended, as expected or not, or waited in vain for the target.
  var ended: Int { answered + droppedByTarget }

  /// Of those, how many not as expected.
  var failed: Int { wrong + droppedByTarget }

  /// Requests that were due and of which nothing is known yet.
  var unanswered: Int { max(offered - dropped - unsent - answered, 0) }

  /// How long an unanswered request of the interval has waited at least, in wall time.
  func waited(until now: Duration, timeScale: Double) -> Duration { (now - end) / timeScale }

  /// - Parameter delay: of this machine, up to now.
  mutating func add(_ interval: LoadInterval, delay: MachineDelay) {
    let share = delay.share(of: interval)
    let isBurst = GeneratorSample.isTooLong(share.lateness)
    if isBurst { heldBack += interval.lateByMachine ?? interval.late }
    offered += interval.offered
    dropped += interval.dropped
    for tally in interval.outcomes {
      if delay.mayHaveFailed(tally, of: interval) {
        unsent += tally.completed
        continue
      }
      if isBurst, tally.failed, OutcomeLabel.isOverload(tally.outcome) { overloaded += tally.completed }
      switch tally.outcome {
      case OutcomeLabel.dropped: continue
      case OutcomeLabel.droppedByMachine:
        droppedByMachine += tally.completed
        continue
      case OutcomeLabel.stopped, OutcomeLabel.localLimit:
        unsent += tally.completed
        continue
      case OutcomeLabel.droppedByTarget: droppedByTarget += tally.completed
      default:
        answered += tally.completed
        if tally.failed { wrong += tally.completed }
      }
      for (index, limit) in limits.enumerated() {
        guard let limit else { continue }
        let slow = tally.fromDue.countAbove(limit + share.total).lowerBound
        slower[index] += slow
        if tally.failed { slowerUnanswered[index] += slow }
      }
    }
  }
}
