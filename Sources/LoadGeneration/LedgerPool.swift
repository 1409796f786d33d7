import LoadDriving
import Synchronization

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
