package import Statistics

/// The requests of an interval that ended in one way.
package struct OutcomeTally: Sendable, Equatable {
  /// The text of an ``Outcome``; in older recordings also ``OutcomeLabel/dropped``.
  package var outcome: String
  /// Whether the route counts this outcome as a failure, the same for all of its requests. What was never sent since the load
  /// was stopped is none.
  package var failed: Bool
  /// The version that answered, where responses say so.
  package var version: String?
  package var completed: Int
  /// Bytes of response bodies.
  package var bytes: Int
  /// From the moment each request was due to its end: what a user waits. For requests that never got an answer (timeouts,
  /// drops, `unfinished`) that is when they were given up, so that the true latency is at least that.
  package var fromDue: LatencyHistogram
  /// From the moment each request was sent to its end: what the server is answerable for; without those that were never sent.
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

  /// Whether two are parts of one tally, and which comes first where they are not.
  func isPart(of other: OutcomeTally) -> Bool { outcome == other.outcome && version == other.version }
  func precedes(_ other: OutcomeTally) -> Bool { (outcome, version ?? "") < (other.outcome, other.version ?? "") }

  mutating func merge(_ other: OutcomeTally) {
    failed = failed || other.failed
    completed += other.completed
    bytes += other.bytes
    fromDue.merge(other.fromDue)
    fromSend.merge(other.fromSend)
  }
}
