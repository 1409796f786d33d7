import Synchronization

/// What a worker hands to the collector at the end of an interval.
struct WorkerReport: Sendable {
  let worker: Int
  /// Number of the interval that ended.
  let interval: Int
  let ledger: Ledger
  /// Since the load began, up to this report.
  let used: ThreadUse
  let openConnections: Int
  let queued: Int
  let inFlight: Int
  /// The most requests that can be in flight.
  let places: Int
  /// Since when requests have waited for a place without a break, from the start of the load.
  let heldSince: Duration?
  /// The longest time since the report before for which an answer can have lain unread.
  let longestPause: Duration
  /// Whether the worker has ended.
  let isLast: Bool
  let wasStopped: Bool
}

/// Ledgers that were read and can be written again.
final class LedgerPool: Sendable {
  private let ledgers = Mutex<[Ledger]>([])

  func take() -> Ledger {
    ledgers.withLock { $0.popLast() } ?? Ledger()
  }

  func giveBack(_ ledger: consuming Ledger) {
    var cleared = ledger
    cleared.clear()
    ledgers.withLock { [cleared] in $0.append(cleared) }
  }
}
