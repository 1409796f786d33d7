import Curl
import Units

/// Drives the load of a plan: an open model, in which requests are due at exact instants whatever the server does.
package struct LoadGenerator: Sendable {
  private let plan: LoadPlan
  private let rotation: RouteRotation

  /// Checks the plan and the limits of this process before anything is sent.
  ///
  /// - Throws: ``LoadGenerationError`` saying what cannot be done and what to change.
  package init(plan: LoadPlan) throws(LoadGenerationError) {
    var plan = plan
    while plan.baseURL.hasSuffix("/") { plan.baseURL.removeLast() }
    self.plan = plan
    rotation = try RouteRotation(weights: plan.routes.map(\.weight))
    try Self.check(plan)
    try DescriptorLimit.ensure(inFlight: plan.maxInFlight, workers: plan.workers)
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
    let pool = LedgerPool()
    let (reports, sink) = AsyncThrowingStream.makeStream(of: WorkerReport.self, throwing: (any Error).self)
    let origin = MonotonicClock.nanoseconds(of: start)
    for worker in 0..<plan.workers {
      let assignment = LoadWorker.Assignment(
        plan: plan, rotation: rotation, worker: worker, maxInFlight: Self.share(worker, of: plan), start: origin,
        stop: stop, pool: pool, report: { sink.yield($0) })
      do throws(CurlError) {
        try NamedThread.start("load-\(worker)") {
          do throws(CurlError) {
            try LoadWorker(assignment).run()
          } catch {
            stop.stop()
            sink.finish(throwing: error)
          }
        }
      } catch {
        stop.stop()
        throw error
      }
    }
    // In a task of its own, since a cancelled task would see the stream end before the drain is over.
    let collecting = Task { [plan] in
      var collector = SnapshotCollector(plan: plan, pool: pool)
      for try await report in reports {
        if let snapshot = collector.take(report) { onSnapshot(snapshot) }
        if collector.isComplete { break }
      }
      return collector.summary
    }
    return try await withTaskCancellationHandler {
      try await collecting.value
    } onCancel: {
      stop.stop()
    }
  }

  /// How many requests one worker may have in flight, so that all together have what the plan allows.
  private static func share(_ worker: Int, of plan: LoadPlan) -> Int {
    plan.maxInFlight / plan.workers + (worker < plan.maxInFlight % plan.workers ? 1 : 0)
  }

  private static func check(_ plan: LoadPlan) throws(LoadGenerationError) {
    let isHTTPS = plan.baseURL.hasPrefix("https://")
    guard isHTTPS || plan.baseURL.hasPrefix("http://") else {
      throw LoadGenerationError("the target \"\(plan.baseURL)\" is not a URL that begins with http:// or https://")
    }
    let authority = plan.baseURL.drop { $0 != "/" }.dropFirst(2)
    guard !authority.isEmpty, !authority.contains(where: { "/?#@ ".contains($0) }) else {
      throw LoadGenerationError(
        "the target \"\(plan.baseURL)\" must be a scheme, a host and perhaps a port; paths belong to the requests")
    }
    guard isHTTPS || plan.httpVersion != .http2 else {
      throw LoadGenerationError(
        "HTTP/2 is spoken over TLS only: use an https:// target, or HTTP 1.1 for \(plan.baseURL)")
    }
    guard plan.httpVersion != .http2 || CurlGlobal.version.supportsHTTP2 else {
      throw LoadGenerationError("this libcurl (\(CurlGlobal.version.libcurl)) was built without HTTP/2")
    }
    guard plan.workers >= 1, plan.maxInFlight >= plan.workers else {
      throw LoadGenerationError(
        "\(plan.maxInFlight) requests in flight cannot be shared by \(plan.workers) workers: each needs at least one")
    }
    guard plan.interval >= .milliseconds(1), plan.maxLateness >= .zero, plan.drainTimeout >= .zero else {
      throw LoadGenerationError("the interval must be at least 1ms, lateness and drain timeout not negative")
    }
    for route in plan.routes {
      guard case .literal(let head)? = route.path.pieces.first, head.hasPrefix("/") else {
        throw LoadGenerationError("the path of the request \"\(route.name)\" does not begin with a slash")
      }
      for case .oneOf(let texts) in route.pieces where texts.isEmpty {
        throw LoadGenerationError("a value of the request \"\(route.name)\" has an empty list to choose from")
      }
    }
  }
}

extension Route {
  /// All pieces of all texts.
  fileprivate var pieces: [RequestText.Piece] {
    path.pieces + headers.flatMap(\.value.pieces) + (body?.pieces ?? [])
  }
}
