import LoadFacts

/// What a worker hands over at the end of an interval.
package struct WorkerReport: Sendable {
  package let worker: Int
  /// Number of the interval that ended.
  package let interval: Int
  package private(set) var ledger: Ledger
  /// Since the load began, up to this report.
  package let used: ThreadUse
  package let openConnections: Int
  package let queued: Int
  package let inFlight: Int
  /// The most requests that can be in flight.
  package let places: Int
  /// Since when requests have waited for a place without a break, from the start of the load.
  package let heldSince: Duration?
  /// The longest time since the report before for which an answer can have lain unread.
  package let longestPause: Duration
  /// Whether the worker has ended.
  package let isLast: Bool
  package let wasStopped: Bool

  /// Takes the ledger out, and leaves an empty one.
  package mutating func takeLedger() -> Ledger {
    defer { ledger = Ledger() }
    return ledger
  }
}
