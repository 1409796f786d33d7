import Curl
import LoadDriving
import LoadFacts

/// Puts the reports of the workers together into snapshots, one per interval, as soon as every worker has reported it.
struct SnapshotCollector {
  private let naming: FactNaming
  private let failureLimit: Int
  private let pool: LedgerPool
  private let book: AddressBook
  /// Of the load, in nanoseconds of the monotonic clock.
  private let start: Int64
  /// Reports that wait for the other workers, by interval.
  private var waiting: [Int: [WorkerReport]] = [:]
  /// The newest interval that each worker has reported; `Int.max` when it has ended.
  private var newest: [Int]
  /// The newest report of each worker, without its ledger.
  private var latest: [WorkerReport?]
  /// What each worker had used when the latest snapshot was made, and the process; when that was, in run time.
  private var used: [ThreadUse]
  private var previous: ProcessReading?
  private var told = Duration.zero
  private(set) var summary = LoadSummary()

  /// - Parameter start: of the load, in nanoseconds of the monotonic clock.
  init(plan: LoadPlan, pool: LedgerPool, book: AddressBook, start: Int64) {
    naming = plan.naming
    failureLimit = plan.failureSamplesPerInterval
    self.book = book
    self.pool = pool
    self.start = start
    newest = Array(repeating: -1, count: plan.workers)
    latest = Array(repeating: nil, count: plan.workers)
    used = Array(repeating: ThreadUse(), count: plan.workers)
  }

  var isComplete: Bool { newest.allSatisfy { $0 == .max } }

  /// Takes a report, and gives the snapshot that it completes, if it does.
  ///
  /// - Parameter reading: what the process has used by now.
  mutating func take(_ report: WorkerReport, _ reading: @autoclosure () -> ProcessReading = .now()) -> LoadSnapshot? {
    waiting[report.interval, default: []].append(report)
    newest[report.worker] = report.isLast ? .max : report.interval
    var standing = report
    _ = standing.takeLedger()
    latest[report.worker] = standing
    if report.wasStopped { summary.stoppedEarly = true }
    let complete = newest.min() ?? .max
    let ready = waiting.keys.filter { $0 <= complete }.sorted()
    guard !ready.isEmpty else { return nil }
    var reports = ready.flatMap { waiting.removeValue(forKey: $0) ?? [] }
    let snapshot = snapshot(of: reports, reading())
    // Nothing else holds their storage any longer.
    for index in reports.indices { pool.giveBack(reports[index].takeLedger()) }
    for interval in snapshot.intervals { summary.add(interval) }
    return snapshot
  }

  private mutating func snapshot(of reports: [WorkerReport], _ reading: ProcessReading) -> LoadSnapshot {
    // A load that is stopped before its start takes no time.
    let end = max(naming.runTime(.nanoseconds(reading.taken - start)), told)
    let span = told..<end
    var snapshot = LoadSnapshot(generator: [process(reading, during: span)])
    for report in reports {
      snapshot.merge(report.counts(naming, during: span) { book.endpoint($0).text })
    }
    for case let report? in latest {
      snapshot.merge(LoadSnapshot(generator: [report.standing(naming, during: span, since: used[report.worker])]))
      used[report.worker] = report.used
    }
    previous = reading
    told = end
    // Every worker has kept as many failures.
    return snapshot.limited(failuresOfAnOutcome: failureLimit).compacted()
  }

  /// What no worker can tell for itself.
  ///
  /// What the process used before the first sample was not the load, so that one counts as none.
  private func process(_ reading: ProcessReading, during span: Range<Duration>) -> GeneratorSample {
    GeneratorSample(
      start: span.lowerBound, end: span.upperBound, source: naming.source, lateness: Lateness(),
      machineLateness: Lateness(), processCPU: previous.map { reading.cpuShare(since: $0) } ?? 0,
      steal: previous.flatMap { reading.machine.steal(since: $0.machine) }, openConnections: 0,
      ephemeralPortsUsed: reading.machine.portsUsed, ephemeralPorts: reading.machine.ports, longestPause: .zero,
      places: 0)
  }
}
