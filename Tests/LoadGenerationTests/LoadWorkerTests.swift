import Arrivals
import Curl
import Glibc
import LoadDriving
import LoadFacts
import Synchronization
import TestServers
import Testing
import Units

@testable import LoadGeneration

@Suite("A worker that was away", .serialized, .timeLimit(.minutes(10)))
struct LoadWorkerTests {
  /// What the reports of a worker say together.
  private final class Reports: Sendable {
    private let naming: FactNaming
    private let facts = Mutex(LoadSnapshot())

    init(_ plan: LoadPlan) { naming = plan.naming }

    func add(_ report: WorkerReport) {
      facts.withLock { $0.merge(report.counts(naming, during: .zero..<(.zero)) { "endpoint \($0)" }) }
    }

    var outcomes: [String: Int] {
      facts.withLock { $0.intervals }.flatMap(\.outcomes).reduce(into: [:]) {
        $0[$1.outcome, default: 0] += $1.completed
      }
    }
    var opened: Int { facts.withLock { $0.connections.reduce(0) { $0 + $1.opened } } }
  }

  /// Holds the first answers back until it is opened.
  private final class Gate: Sendable {
    private let received = Atomic(0)
    private let answered = Atomic(0)
    private let isOpen = Atomic(false)

    var receivedSoFar: Int { received.load(ordering: .acquiring) }

    func serve(_ connection: ScriptedServer.Connection) {
      while connection.readRequestHead() != nil {
        received.add(1, ordering: .acquiringAndReleasing)
        while !isOpen.load(ordering: .acquiring) { usleep(1000) }
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        answered.add(1, ordering: .acquiringAndReleasing)
      }
    }

    /// Opens it, and waits until so many are answered, for ten seconds at most.
    func open(answers: Int) {
      isOpen.store(true, ordering: .releasing)
      for _ in 0..<10_000 where answered.load(ordering: .acquiring) < answers { usleep(1000) }
    }
  }

  /// Runs a worker whose reports at the end of each interval of 50 ms are taken on its own thread, as they always are.
  private func run(_ plan: LoadPlan, report: @escaping @Sendable (WorkerReport) -> Void) async throws {
    let target = try PlanCheck.target(of: plan)
    let rotation = try RouteRotation(weights: plan.routes.map(\.weight))
    let checks = try plan.routes.map { try CompiledChecks($0.checks, route: $0.name) }
    let share = plan.share(of: 0, rotations: [rotation], start: MonotonicClock.now())
    let book = AddressBook(destinations: [target])
    let failure = Mutex<CurlError?>(nil)
    let thread = try NamedThread.start("load-0") {
      do throws(CurlError) {
        let transport = try CurlTransport(
          plan, checks: checks, target: nil, book: book, worker: 0, stop: StopSignal())
        var worker = LoadWorker(share, over: transport) { taken in
          report(taken)
          return Ledger()
        }
        worker.run()
      } catch {
        failure.withLock { $0 = error }
      }
    }
    await thread.join()
    if let error = failure.withLock({ $0 }) { throw error }
  }

  @Test("answers that came meanwhile are read before requests are given up, and before connections are added")
  func away() async throws {
    let gate = Gate()
    let server = try ScriptedServer { gate.serve($0) }
    let burst = LoadPhase(name: "burst", duration: .milliseconds(100), rate: try Rate(perSecond: 400))
    let silence = LoadPhase(name: "silence", duration: .seconds(3), rate: try Rate(perSecond: 0))
    var plan = LoadPlan(
      baseURL: server.url, connectTimeout: .seconds(1), requestTimeout: .seconds(4),
      routes: [Route(name: "held", path: "/")],
      schedule: ArrivalSchedule(phases: [burst, silence, burst], process: .uniform), interval: .milliseconds(50),
      maxInFlight: 1000, maxLateness: .seconds(60))
    // However slow this machine is, none of the first burst counts as noticed too late.
    plan.lateAfter = .seconds(60)
    let reports = Reports(plan)
    let wasAway = Atomic(false)

    try await run(plan) { report in
      reports.add(report)
      // All of the first burst are on their way: away until the second is due too, and the time of the first is over.
      guard gate.receivedSoFar == 40, !wasAway.exchange(true, ordering: .relaxed) else { return }
      gate.open(answers: 40)
      usleep(4_500_000)
    }

    let wasEverAway = wasAway.load(ordering: .relaxed)
    #expect(wasEverAway)
    #expect(reports.outcomes == ["200": 80])
    #expect(reports.opened == 40, "the second burst goes over the connections that the first has set free")
  }
}
