import Arrivals
import LoadFacts
import Testing
import Units

@testable import LoadDriving
@testable import LoadGeneration

@Suite("What the workers report together")
struct SnapshotCollectorTests {
  private func collector(workers: Int) throws -> SnapshotCollector {
    SnapshotCollector(
      plan: LoadPlan(
        baseURL: "http://127.0.0.1:1", routes: [Route(name: "ok", path: "/")],
        schedule: try constant(1, for: .seconds(1)), workers: workers),
      pool: LedgerPool(), book: AddressBook(places: []) { _, _ in [] })
  }

  private func report(
    of worker: Int, interval: Int, outcomes: [Outcome] = [], heldSince: Duration? = nil, isLast: Bool = false,
    wasStopped: Bool = false
  ) -> WorkerReport {
    var ledger = Ledger()
    for outcome in outcomes {
      ledger.offered(interval: interval, route: 0)
      ledger.ended(
        interval: interval, route: 0, outcome: outcome, failed: outcome != .status(200) && outcome != .stopped,
        version: nil, bytes: 0, fromDue: 1000, fromSend: nil)
    }
    return WorkerReport(
      worker: worker, interval: interval, ledger: ledger, used: ThreadUse(), openConnections: 2, queued: 3, inFlight: 4,
      places: 5, heldSince: heldSince, longestPause: .milliseconds(worker + 1), isLast: isLast, wasStopped: wasStopped)
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
    let sample = snapshot.generator
    #expect(sample.queued == 6 && sample.inFlight == 8 && sample.places == 10 && sample.openConnections == 4)
    #expect(sample.heldSince == .seconds(2) && sample.longestPause == .milliseconds(2))
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
