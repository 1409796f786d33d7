import Arrivals
import LoadFacts

extension WorkerReport {
  /// What was counted since the report before. Histograms share the storage of the ledger.
  ///
  /// - Parameters:
  ///   - span: run time since the report before.
  ///   - address: what connections to an endpoint are told under, by its number.
  package func counts(_ naming: FactNaming, during span: Range<Duration>, address: (Int) -> String) -> LoadSnapshot {
    let connections = ledger.connections.enumerated().filter { !$0.element.isEmpty }
    return LoadSnapshot(
      intervals: ledger.intervals(naming), failures: ledger.failures(naming),
      connections: connections.map { endpoint, count in
        ConnectionTally(
          start: span.lowerBound, end: span.upperBound, address: address(endpoint), source: naming.source, count)
      },
      generator: [
        GeneratorSample(
          start: span.lowerBound, end: span.upperBound, source: naming.source, lateness: Lateness(ledger.lateness),
          machineLateness: Lateness(ledger.machineLateness),
          connectionsOpened: connections.reduce(0) { $0 + $1.element.opened }, openConnections: 0,
          longestPause: longestPause, places: 0)
      ])
  }

  /// How things stand at its end, and what the worker has used of its time since an earlier report.
  ///
  /// - Parameters:
  ///   - span: run time of the sample.
  ///   - earlier: what it had used then.
  package func standing(_ naming: FactNaming, during span: Range<Duration>, since earlier: ThreadUse) -> GeneratorSample
  {
    let shares = used.shares(since: earlier)
    return GeneratorSample(
      start: span.lowerBound, end: span.upperBound, source: naming.source, lateness: Lateness(),
      machineLateness: Lateness(), busiestWorkerCPU: shares?.cpu ?? 0, inFlight: inFlight, queued: queued,
      runQueueDelay: shares?.runQueueDelay, openConnections: openConnections, longestPause: .zero, places: places,
      placesHeldSince: heldSince.map(naming.runTime))
  }
}

extension Ledger {
  fileprivate func intervals(_ naming: FactNaming) -> [LoadInterval] {
    usedEntries.map { entry in
      let bounds = naming.intervals.bounds(of: entry.interval)
      return LoadInterval(
        start: bounds.lowerBound, end: bounds.upperBound, route: naming.routes[entry.route], source: naming.source,
        offered: entry.counts.offered, sent: entry.counts.sent, dropped: entry.counts.dropped, late: entry.counts.late,
        lateByMachine: entry.counts.lateByMachine,
        outcomes: entry.outcomes[..<entry.outcomeCount].map { outcome in
          OutcomeTally(
            outcome: outcome.way.outcome.text, failed: outcome.way.failed, version: outcome.way.version,
            completed: outcome.counts.completed, bytes: outcome.counts.bytes, fromDue: outcome.fromDue,
            fromSend: outcome.fromSend)
        })
    }
  }

  fileprivate func failures(_ naming: FactNaming) -> [FailedRequest] {
    failures.map { failure in
      func runTime(_ instant: Int64) -> Duration { naming.runTime(.nanoseconds(instant - failure.start)) }
      let detail = failure.detail
      return FailedRequest(
        due: runTime(failure.request.due), sent: runTime(failure.sent), completed: runTime(failure.completed),
        route: naming.routes[failure.request.route], source: naming.source, outcome: failure.outcome.text,
        curlCode: detail.curlCode, systemError: detail.osError, status: detail.status,
        localPort: detail.localPort == 0 ? nil : detail.localPort,
        remoteAddress: detail.remoteAddress.isEmpty ? nil : detail.remoteAddress, pod: detail.pod,
        version: failure.version, times: detail.times, reusedConnection: detail.reusedConnection)
    }
  }
}
