import Statistics

/// What became of the requests of one route that were due in one interval of the run.
///
/// A request belongs to the interval in which it was due, however late it was sent or answered, so that the
/// requests of a phase are exactly those that the phase asked for. Intervals add up exactly.
package struct LoadInterval: MergeableFact {
  /// A request that is sent later than this after it was due counts as late. Wall time.
  package static let lateAfter = Duration.milliseconds(10)

  package var start: Duration
  package var end: Duration
  package var route: String
  /// Which process sent them, see ``LoadSnapshot``.
  package var source: String
  /// Requests that were due in the interval. Over a whole run this is ``completed``.
  package var offered: Int
  /// Of those, how many were handed to the network.
  package var sent: Int
  /// Of those, how many were given up because they could not be sent in time, by whatever cause.
  package var dropped: Int
  /// How many were sent later than ``lateAfter`` after they were due.
  package var late: Int
  /// Of those, how many this machine alone made so late; `nil` where that was not recorded.
  package var lateByMachine: Int?
  /// One for each outcome and version, in this order.
  package var outcomes: [OutcomeTally]

  package init(
    start: Duration, end: Duration, route: String, source: String = "", offered: Int, sent: Int, dropped: Int = 0,
    late: Int = 0, lateByMachine: Int? = nil, outcomes: [OutcomeTally]
  ) {
    self.start = start
    self.end = end
    self.route = route
    self.source = source
    self.offered = offered
    self.sent = sent
    self.dropped = dropped
    self.late = late
    self.lateByMachine = lateByMachine
    self.outcomes = outcomes.sorted { $0.precedes($1) }
  }

  /// Requests that ended, in whatever way.
  package var completed: Int { outcomes.reduce(0) { $0 + $1.completed } }

  /// Requests that ended in a way that their route does not expect, dropped and unfinished ones included.
  package var failed: Int { outcomes.reduce(0) { $0 + ($1.failed ? $1.completed : 0) } }

  /// Requests that were answered as their route expects.
  package var succeeded: Int { outcomes.reduce(0) { $0 + ($1.succeeded ? $1.completed : 0) } }

  /// Requests that were given up unsent, and not for want of answers: this machine was late, or nobody recorded why.
  package var droppedOtherwise: Int { max(dropped - count(of: OutcomeLabel.droppedByTarget), 0) }

  /// How many ended with one label of ``OutcomeLabel``.
  package func count(of label: String) -> Int {
    outcomes.reduce(0) { $0 + ($1.outcome == label ? $1.completed : 0) }
  }

  package var key: FactKey { FactKey(start: start, subject: route, source: source) }

  package mutating func merge(_ other: LoadInterval) {
    end = max(end, other.end)
    offered += other.offered
    sent += other.sent
    dropped += other.dropped
    late += other.late
    // What one part does not tell nobody knows of the whole.
    lateByMachine = lateByMachine.flatMap { mine in other.lateByMachine.map { mine + $0 } }
    for tally in other.outcomes { add(tally) }
  }

  /// Adds requests to those that ended in the same way.
  package mutating func add(_ tally: OutcomeTally) {
    if let place = outcomes.firstIndex(where: { $0.isPart(of: tally) }) {
      outcomes[place].merge(tally)
    } else {
      outcomes.insert(tally, at: outcomes.firstIndex { tally.precedes($0) } ?? outcomes.count)
    }
  }

  /// Puts histograms into their packed form: for keeping and handing on.
  package mutating func compact() {
    for place in outcomes.indices {
      outcomes[place].fromDue = outcomes[place].fromDue.compacted()
      outcomes[place].fromSend = outcomes[place].fromSend.compacted()
    }
  }
}
