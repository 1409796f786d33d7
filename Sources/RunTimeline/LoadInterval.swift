package import Statistics

/// What became of the requests of one route that were due in one interval of the run.
///
/// A request belongs to the interval in which it was due, however late it was sent or answered, so that the
/// requests of a phase are exactly those that the phase asked for. Intervals add up exactly.
package struct LoadInterval: Sendable, Equatable {
  /// A request that is sent later than this after it was due counts as late. Wall time.
  package static let lateAfter = Duration.milliseconds(10)

  package var start: Duration
  package var end: Duration
  package var route: String
  /// Requests that were due in the interval.
  package var offered: Int
  /// Of those, how many were handed to the network.
  package var sent: Int
  /// Of those, how many were given up because they could not be sent in time, by whatever cause.
  package var dropped: Int
  /// How many were sent later than ``lateAfter`` after they were due.
  package var late: Int
  /// Of those, how many this machine alone made so late; `nil` where that was not recorded.
  package var lateByMachine: Int?
  package var outcomes: [OutcomeTally]

  package init(
    start: Duration, end: Duration, route: String, offered: Int, sent: Int, dropped: Int = 0, late: Int = 0,
    lateByMachine: Int? = nil, outcomes: [OutcomeTally]
  ) {
    self.start = start
    self.end = end
    self.route = route
    self.offered = offered
    self.sent = sent
    self.dropped = dropped
    self.late = late
    self.lateByMachine = lateByMachine
    self.outcomes = outcomes
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
}

/// The requests of an interval that ended in one way.
package struct OutcomeTally: Sendable, Equatable {
  /// The HTTP status as text (`200`), or a word from ``OutcomeLabel``.
  package var outcome: String
  /// Whether the route counts this outcome as a failure. What was never sent since the load was stopped is none.
  package var failed: Bool
  /// The version that answered, where responses say so.
  package var version: String?
  package var completed: Int
  /// Bytes of response bodies.
  package var bytes: Int
  /// Latency from the moment each request was due: what a user waits.
  package var fromDue: LatencyHistogram
  /// Latency from the moment each request was sent: what the server is answerable for.
  package var fromSend: LatencyHistogram

  package init(
    outcome: String, failed: Bool, version: String? = nil, completed: Int, bytes: Int = 0,
    fromDue: LatencyHistogram = LatencyHistogram(), fromSend: LatencyHistogram = LatencyHistogram()
  ) {
    self.outcome = outcome
    self.failed = failed
    self.version = version
    self.completed = completed
    self.bytes = bytes
    self.fromDue = fromDue
    self.fromSend = fromSend
  }

  /// Whether the requests were answered as their route expects.
  package var succeeded: Bool { !failed && outcome != OutcomeLabel.stopped }
}

/// How an outcome's label is read.
package enum OutcomeLabel {
  /// Given up because it could not be sent in time, in a recording that does not tell why (schema 1 and 2).
  package static let dropped = "dropped"
  /// Given up because this machine was late.
  package static let droppedByMachine = "dropped: machine"
  /// Given up because the target held all places in flight with requests that it had not answered.
  package static let droppedByTarget = "dropped: target"
  /// Not sent, since the load was stopped while it waited for its turn.
  package static let stopped = "stopped"
  /// This machine had no port, descriptor or memory left for it.
  package static let localLimit = "local limit"
  /// Still unanswered when the run ended.
  package static let unfinished = "unfinished"

  /// Whether a request was given up unsent, by whatever cause.
  package static func isDropped(_ label: String) -> Bool {
    [dropped, droppedByMachine, droppedByTarget].contains(label)
  }

  /// Whether it is unknown how the target would have treated the request: this machine did not send it, or may not have.
  package static func isUntold(_ label: String) -> Bool {
    [dropped, droppedByMachine, localLimit, stopped].contains(label)
  }

  /// Whether the request was given up after a time without an answer, which may have come and not been read.
  package static func isTimeout(_ label: String) -> Bool { label.hasSuffix(" timeout") || label == unfinished }

  /// Whether the connection broke under the request, or the server gave it up: so may one do whose client does nothing for long.
  package static func isBroken(_ label: String) -> Bool {
    [
      "reset before response", "reset during response", "idle connection closed", "empty reply", "tls handshake",
      "http2 stream error", "http2 goaway", "408",
    ].contains(label)
  }

  /// Whether a target may have failed the request since too many came at once.
  package static func isOverload(_ label: String) -> Bool {
    status(label).map { $0 == 429 || $0 >= 500 } ?? false || isTimeout(label) || isBroken(label)
      || label == droppedByTarget
  }

  /// Whether an answer came, be it not the one that was expected: how long it took is known.
  package static func isAnswered(_ label: String) -> Bool { status(label) != nil || label.hasPrefix("check failed") }

  /// The HTTP status behind a label; `nil` when the request got none.
  package static func status(_ label: String) -> Int? {
    label.count == 3 ? Int(label) : nil
  }

  /// `2xx` to `5xx` for a status, the label itself for everything else.
  package static func group(_ label: String) -> String {
    status(label).map { "\($0 / 100)xx" } ?? label
  }
}
