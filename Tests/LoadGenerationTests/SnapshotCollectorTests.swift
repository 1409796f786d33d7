import Arrivals
import LoadFacts
import Statistics
import Testing
import Units

@testable import LoadDriving
@testable import LoadGeneration

@Suite("What the workers report together")
struct SnapshotCollectorTests {
  private func collector(workers: Int, timeScale: Double = 1, source: String = "") throws -> SnapshotCollector {
    var plan = LoadPlan(
      baseURL: "http://127.0.0.1:1", routes: [Route(name: "ok", path: "/")],
      schedule: try constant(1, for: .seconds(1)), workers: workers)
    plan.timeScale = timeScale
    plan.source = source
    return SnapshotCollector(
      plan: plan, pool: LedgerPool(), book: AddressBook(destinations: []) { _, _ in [] }, start: 10_000_000_000)
  }

  private func report(
    of worker: Int, interval: Int, outcomes: [Outcome] = [], lateness: [Int] = [], used: ThreadUse = ThreadUse(),
    heldSince: Duration? = nil, isLast: Bool = false, wasStopped: Bool = false
  ) -> WorkerReport {
    var ledger = Ledger()
    for outcome in outcomes {
      ledger.offered(interval: interval, route: 0)
      ledger.ended(
        interval: interval, route: 0, outcome: outcome, failed: outcome != .status(200) && outcome != .stopped,
        version: nil, bytes: 0, fromDue: 1000, fromSend: nil)
    }
    for microseconds in lateness {
      ledger.sent(
        interval: interval, route: 0, lateness: microseconds, byMachine: microseconds / 2, isLate: false,
        isLateByMachine: false)
    }
    return WorkerReport(
      worker: worker, interval: interval, ledger: ledger, used: used, openConnections: 2, queued: 3, inFlight: 4,
      places: 5, heldSince: heldSince, longestPause: .milliseconds(worker + 1), isLast: isLast, wasStopped: wasStopped)
  }

  /// So many seconds after the start of the load.
  private func reading(at second: Double, cpu: Duration = .zero, _ machine: MachineSample = MachineSample())
    -> ProcessReading
  {
    ProcessReading(taken: 10_000_000_000 + Int64(second * 1e9), cpu: cpu.nanoseconds, machine: machine)
  }

  @Test("an interval is told of when every worker has reported it, with the sum of all")
  func together() throws {
    var collector = try collector(workers: 2)

    let first = collector.take(report(of: 0, interval: 0, outcomes: [.status(200)], heldSince: .seconds(3)))
    let second = collector.take(
      report(of: 1, interval: 0, outcomes: [.status(200), .status(503)], heldSince: .seconds(2)))

    #expect(first == nil)
    let snapshot = try #require(second)
    #expect(snapshot.intervals.map(\.offered) == [3])
    #expect(snapshot.intervals.flatMap(\.outcomes).map(\.completed) == [2, 1])
    #expect(snapshot.generator.count == 1)
    let sample = try #require(snapshot.generator.first)
    #expect(sample.queued == 6 && sample.inFlight == 8 && sample.places == 10 && sample.openConnections == 4)
    #expect(sample.placesHeldSince == .seconds(2) && sample.longestPause == .milliseconds(2))
  }

  @Test("of a worker that is ahead the counts wait, and how it stands now is told")
  func ahead() throws {
    var collector = try collector(workers: 2)
    _ = collector.take(report(of: 0, interval: 0, outcomes: [.status(200)], lateness: [10]), reading(at: 1))
    _ = collector.take(report(of: 0, interval: 1, outcomes: [.status(200)], lateness: [20]), reading(at: 2))

    let first = collector.take(report(of: 1, interval: 0, lateness: [30]), reading(at: 2))?.generator ?? []
    let second = collector.take(report(of: 1, interval: 1, lateness: [40]), reading(at: 3))?.generator ?? []

    #expect(first.map(\.inFlight) == [8] && second.map(\.inFlight) == [8])
    #expect(first.map(\.lateness.values.count) == [2] && second.map(\.lateness.values.count) == [2])
    #expect(first.map(\.latenessMax) == [.microseconds(30)] && second.map(\.latenessMax) == [.microseconds(40)])
    #expect(second.map(\.machineLatenessMax) == [.microseconds(20)])
    #expect(first.map(\.start) == [.zero] && second.map(\.start) == [.seconds(2)])
  }

  @Test("routes are told by name, instants in run time, and all by the name of the process")
  func naming() throws {
    var collector = try collector(workers: 1, timeScale: 60, source: "load-3")

    let told = collector.take(
      report(of: 0, interval: 2, outcomes: [.status(200)], heldSince: .milliseconds(500)), reading(at: 1.5))

    let snapshot = try #require(told)
    let interval = try #require(snapshot.intervals.first)
    #expect(interval.route == "ok" && interval.start == .seconds(2) && interval.end == .seconds(3))
    let sample = try #require(snapshot.generator.first)
    #expect(sample.start == .zero && sample.end == .seconds(90) && sample.placesHeldSince == .seconds(30))
    #expect(interval.source == "load-3" && sample.source == "load-3")
  }

  @Test("a share is of the time between the two readings of the thread, however close together the snapshots came")
  func shares() throws {
    var collector = try collector(workers: 1)
    let early = ThreadUse(elapsed: .seconds(1), cpu: .milliseconds(400), runQueueDelay: .zero)
    let late = ThreadUse(elapsed: .seconds(2), cpu: .milliseconds(900), runQueueDelay: .milliseconds(994))

    // The first snapshot comes late, so that only 0.7 s lie between the two.
    let first = collector.take(
      report(of: 0, interval: 0, used: early),
      reading(at: 1.3, cpu: .seconds(1), MachineSample(totalTicks: 100, stolenTicks: 10)))
    let second = collector.take(
      report(of: 0, interval: 1, used: late),
      reading(
        at: 2, cpu: .milliseconds(1420),
        MachineSample(totalTicks: 300, stolenTicks: 30, portsUsed: 9, ports: 28_232)))

    #expect(first?.generator.map(\.busiestWorkerCPU) == [0.4])
    #expect(first?.generator.map(\.processCPU) == [0], "what it used before the load is not the load's")
    let sample = try #require(second?.generator.first)
    #expect(sample.busiestWorkerCPU == 0.5 && sample.runQueueDelay == 0.994)
    #expect(sample.processCPU == 0.6 && sample.steal == 0.1)
    #expect(sample.ephemeralPortsUsed == 9 && sample.ephemeralPorts == 28_232)
  }

  @Test("a share is at most all, and there is none of no time")
  func bounds() {
    let earlier = ThreadUse(elapsed: .seconds(1), cpu: .seconds(1), runQueueDelay: .zero)
    let later = ThreadUse(elapsed: .seconds(2), cpu: .milliseconds(2001), runQueueDelay: .milliseconds(1003))
    #expect(later.shares(since: earlier)?.cpu == 1)
    #expect(later.shares(since: earlier)?.runQueueDelay == 1)
    #expect(earlier.shares(since: earlier) == nil)
  }

  @Test("a load that is stopped before its start takes no time")
  func stoppedBefore() throws {
    var collector = try collector(workers: 1)
    let snapshot = collector.take(report(of: 0, interval: 0, isLast: true, wasStopped: true), reading(at: -3))
    #expect(snapshot?.generator.map(\.start) == [.zero] && snapshot?.generator.map(\.end) == [.zero])
  }

  @Test("the summary counts each way to end without an answer, and knows of a stop")
  func summary() throws {
    var collector = try collector(workers: 1)

    _ = collector.take(
      report(
        of: 0, interval: 0,
        outcomes: [
          .status(200), .dropped(.target), .dropped(.target), .dropped(.machine), .stopped, .unfinished,
          .failure(.timeout),
        ], isLast: true, wasStopped: true))

    #expect(collector.isComplete)
    let summary = collector.summary
    #expect(summary.offered == 7 && summary.completed == 7 && summary.failed == 5)
    #expect(summary.dropped == 3 && summary.droppedByTarget == 2)
    #expect(summary.stopped == 1 && summary.unfinished == 1 && summary.stoppedEarly)
  }
}
