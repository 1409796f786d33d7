import Curl
import LoadDriving
package import LoadFacts
package import Logging
import Synchronization
import Units

/// Drives the load of a plan: streams of requests that are due at exact instants whatever the server does, and streams of
/// users who wait for their answers.
package struct LoadGenerator: Sendable {
  private let plan: LoadPlan
  /// Whose connections are spread over lanes; `nil` for all.
  private let target: HostAndPort?
  /// What connections are made to, by name.
  private let destinations: [HostAndPort]
  /// By stream.
  private let rotations: [RouteRotation]
  /// By route.
  private let checks: [CompiledChecks]
  private let lookup: AddressBook.Lookup
  /// Who is told of what the generator does, at most some lines each interval.
  private let log: Logger?
  private var book: AddressBook?

  /// Checks the plan and the limits of this process before anything is sent.
  ///
  /// - Throws: ``LoadGenerationError`` saying what cannot be done and what to change.
  package init(plan: LoadPlan, log: Logger? = nil) throws(LoadGenerationError) {
    try self.init(plan: plan, lookup: Endpoint.lookUp, log: log)
  }

  /// - Parameter lookup: finds the addresses of a host; blocks.
  init(plan: LoadPlan, lookup: @escaping AddressBook.Lookup, log: Logger? = nil) throws(LoadGenerationError) {
    self.log = log
    var plan = plan
    while plan.baseURL.hasSuffix("/") { plan.baseURL.removeLast() }
    self.lookup = lookup
    let target = try PlanCheck.target(of: plan)
    try PlanCheck.check(plan)
    destinations = try PlanCheck.destinations(of: plan, target: target)
    // libcurl asks for, and checks, the host of the URL. Another name is therefore put into the URL.
    var name = target.host
    if let serverName = plan.tls.serverName, plan.baseURL.hasPrefix("https://") {
      let authority = String(plan.baseURL.dropFirst("https://".count))
      for route in plan.routes.indices { plan.routes[route].headers.append(("Host", RequestText(authority))) }
      plan.publicURL = plan.baseURL
      plan.baseURL = "https://\(serverName):\(target.port)"
      name = serverName
    }
    self.plan = plan
    self.target = plan.redirects > 0 ? HostAndPort(host: name, port: target.port) : nil
    rotations = try plan.rotations()
    var checks: [CompiledChecks] = []
    for route in plan.routes { checks.append(try CompiledChecks(route.checks, route: route.name)) }
    self.checks = checks
    try DescriptorLimit.ensure(connections: plan.mostConnections, workers: plan.workers)
  }

  /// Looks the names up, which may take its time; otherwise ``run(start:stop:onSnapshot:)`` does it at the start of the load.
  package mutating func prepare() async {
    book = await lookedUp()
  }

  /// Offers the whole schedule and drains.
  ///
  /// Cancelling the task stops the load as `stop` does; the summary then comes after the drain all the same.
  ///
  /// - Parameters:
  ///   - start: the zero of the schedule; requests that are due before now are sent, or dropped, at once.
  ///   - stop: ends the offering early.
  ///   - onSnapshot: called about once per interval, never twice at a time, and not on a thread that sends.
  /// - Returns: totals, for which `offered` equals `completed` (which includes dropped and unfinished requests).
  /// - Throws: ``CurlError`` when the threads cannot be set up.
  package func run(
    start: ContinuousClock.Instant = .now, stop: StopSignal = StopSignal(),
    onSnapshot: @escaping @Sendable (LoadSnapshot) -> Void
  ) async throws -> LoadSummary {
    NamedThread.putProcessInBackground()
    let pool = LedgerPool()
    let book = if let book { book } else { await lookedUp() }
    let interval = plan.connections.lookupInterval
    // Not waited for: a lookup that is on its way takes the time that the system gives it.
    let refreshing = interval > .zero ? Task { await book.keepCurrent(every: interval) } : nil
    defer { refreshing?.cancel() }
    let (reports, sink) = AsyncThrowingStream.makeStream(of: WorkerReport.self, throwing: (any Error).self)
    var threads: [NamedThread] = []
    let outcome: Result<LoadSummary, any Error>
    log?.info("load begins", metadata: ["workers": "\(plan.workers)", "streams": "\(plan.streams.count)"])
    do {
      try startWorkers(start: start, stop: stop, pool: pool, book: book, reports: sink, in: &threads)
      let collector = SnapshotCollector(
        plan: plan, pool: pool, book: book, start: MonotonicClock.nanoseconds(of: start))
      outcome = .success(try await collect(reports, with: collector, stop: stop, onSnapshot))
    } catch {
      // Those that did not fail have their drain first.
      stop.stop()
      outcome = .failure(error)
    }
    for thread in threads { await thread.join() }
    return try outcome.get()
  }

  /// - Parameter threads: gets those that were started, also when one could not be.
  private func startWorkers(
    start: ContinuousClock.Instant, stop: StopSignal, pool: LedgerPool, book: AddressBook,
    reports: AsyncThrowingStream<WorkerReport, any Error>.Continuation, in threads: inout [NamedThread]
  ) throws(CurlError) {
    let origin = MonotonicClock.nanoseconds(of: start)
    for worker in 0..<plan.workers {
      let share = plan.share(of: worker, rotations: rotations, start: origin)
      let thread = try NamedThread.start("load-\(worker)") { [plan, checks, target] in
        NamedThread.leaveBackground()
        do throws(CurlError) {
          let transport = try CurlTransport(
            plan, checks: checks, target: target, book: book, worker: worker, stop: stop)
          var loadWorker = LoadWorker(share, over: transport, ledger: pool.take()) { report in
            reports.yield(report)
            return pool.take()
          }
          loadWorker.run()
        } catch {
          stop.stop()
          reports.finish(throwing: error)
        }
      }
      threads.append(thread)
    }
  }

  /// Puts the workers' reports together until the last one.
  private func collect(
    _ reports: AsyncThrowingStream<WorkerReport, any Error>, with collector: SnapshotCollector, stop: StopSignal,
    _ onSnapshot: @escaping @Sendable (LoadSnapshot) -> Void
  ) async throws -> LoadSummary {
    // In a task of its own, since a cancelled task would see the stream end before the drain is over.
    let collecting = Task { [plan, log] in
      var collector = collector
      var diary = log.map { LoadDiary(log: $0, lateAfter: plan.lateAfter) }
      for try await report in reports {
        if let snapshot = collector.take(report) {
          onSnapshot(snapshot)
          diary?.note(snapshot)
        }
        if collector.isComplete { break }
      }
      diary?.note(collector.summary)
      return collector.summary
    }
    return try await withTaskCancellationHandler {
      try await collecting.value
    } onCancel: {
      stop.stop()
    }
  }

  /// The addresses, found on a thread of its own: a lookup blocks.
  private func lookedUp() async -> AddressBook {
    let found = Mutex<AddressBook?>(nil)
    let lookUp: @Sendable () -> AddressBook = { [destinations, lookup, log] in
      AddressBook(destinations: destinations, lookup: lookup, log: log)
    }
    let thread = try? NamedThread.start("name-lookup") {
      let book = lookUp()
      found.withLock { $0 = book }
    }
    await thread?.join()
    // There was no thread left.
    return found.withLock { $0 } ?? lookUp()
  }
}
