import Curl
import LoadDriving
import LoadFacts
import Statistics

/// Merges the reports of the workers into snapshots, one per interval, as soon as every worker has reported it.
struct SnapshotCollector {
  private let plan: LoadPlan
  private let pool: LedgerPool
  private let book: AddressBook
  /// Reports that wait for the other workers, by interval.
  private var waiting: [Int: [WorkerReport]] = [:]
  /// The newest interval that each worker has reported; `Int.max` when it has ended.
  private var newest: [Int]
  private var latest: [WorkerReport?]
  private(set) var summary = LoadSummary()

  init(plan: LoadPlan, pool: LedgerPool, book: AddressBook) {
    self.plan = plan
    self.book = book
    self.pool = pool
    newest = Array(repeating: -1, count: plan.workers)
    latest = Array(repeating: nil, count: plan.workers)
  }

  var isComplete: Bool { newest.allSatisfy { $0 == .max } }

  /// Takes a report, and gives the snapshot that it completes, if it does.
  mutating func take(_ report: WorkerReport) -> LoadSnapshot? {
    waiting[report.interval, default: []].append(report)
    newest[report.worker] = report.isLast ? .max : report.interval
    latest[report.worker] = report
    if report.wasStopped { summary.stoppedEarly = true }
    let complete = newest.min() ?? .max
    let ready = waiting.keys.filter { $0 <= complete }
    guard let interval = ready.max() else { return nil }

    var merged = pool.take()
    var longestPause = Duration.zero
    for key in ready.sorted() {
      for report in waiting.removeValue(forKey: key) ?? [] {
        longestPause = max(longestPause, report.longestPause)
        merged.merge(report.ledger)
        pool.giveBack(report.ledger)
      }
    }
    let snapshot = LoadSnapshot(
      intervals: merged.tallies(), failures: limited(merged.failures), connections: connections(merged),
      generator: sample(interval, merged, longestPause))
    count(snapshot)
    pool.giveBack(merged)
    return snapshot
  }

  /// At most so many samples of an outcome, the earliest, since every worker has kept as many.
  private func limited(_ failures: [FailureSample]) -> [FailureSample] {
    var counts: [String: Int] = [:]
    return failures.sorted { $0.completed < $1.completed }.filter { failure in
      counts[failure.outcome, default: 0] += 1
      return counts[failure.outcome, default: 0] <= plan.failureSamplesPerInterval
    }
  }

  private func connections(_ ledger: Ledger) -> [ConnectionTally] {
    ledger.connections.enumerated().filter { !$0.element.isEmpty }.map { endpoint, count in
      ConnectionTally(
        address: book.endpoint(endpoint).text, opened: count.opened, reused: count.reused,
        closedByPeer: count.closedByPeer, mostRequests: count.mostRequests, compressed: count.compressed)
    }
  }

  private func sample(_ interval: Int, _ ledger: Ledger, _ longestPause: Duration) -> GeneratorSample {
    let lateness = ledger.lateness.quantiles([0.5, 0.99])
    let workers = latest.compactMap { $0 }
    return GeneratorSample(
      interval: interval, sent: ledger.lateness.count, latenessP50: lateness.first ?? .zero,
      latenessP99: lateness.last ?? .zero, latenessMaximum: ledger.lateness.maximum ?? .zero,
      machineLatenessP99: ledger.machineLateness.quantile(0.99) ?? .zero,
      machineLatenessMaximum: ledger.machineLateness.maximum ?? .zero, longestPause: longestPause,
      processCPU: .nanoseconds(MonotonicClock.processCPU()), taken: .nanoseconds(MonotonicClock.now()),
      workers: latest.map { $0?.used ?? ThreadUse() },
      openConnections: latest.reduce(0) { $0 + ($1?.openConnections ?? 0) }, machine: .read(),
      queued: workers.reduce(0) { $0 + $1.queued }, inFlight: workers.reduce(0) { $0 + $1.inFlight },
      places: workers.reduce(0) { $0 + $1.places }, heldSince: workers.compactMap(\.heldSince).min())
  }

  private mutating func count(_ snapshot: LoadSnapshot) {
    for tally in snapshot.intervals {
      summary.offered += tally.offered
      summary.sent += tally.sent
      summary.late += tally.late
      summary.dropped += tally.dropped
      for outcome in tally.outcomes {
        summary.completed += outcome.completed
        if outcome.failed { summary.failed += outcome.completed }
        switch outcome.outcome {
        case Outcome.unfinished.text: summary.unfinished += outcome.completed
        case Outcome.stopped.text: summary.stopped += outcome.completed
        case Outcome.dropped(.target).text: summary.droppedByTarget += outcome.completed
        default: break
        }
      }
    }
  }
}
