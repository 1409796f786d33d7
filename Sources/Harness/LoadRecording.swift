import Arrivals
import Curl
import LoadFacts
import LoadGeneration
import RunTimeline
import Statistics
import Units

/// Turns what the generator reports on the wall clock into what the recording keeps on run time.
struct LoadRecording {
  /// Names of the routes, in the order of the plan.
  let routes: [String]
  /// In run time.
  let countingIntervals: CountingIntervals
  let timeScale: Double

  func intervals(of snapshot: LoadSnapshot) -> [LoadInterval] {
    snapshot.intervals.map { tally in
      let bounds = countingIntervals.bounds(of: tally.interval)
      return LoadInterval(
        start: bounds.lowerBound, end: bounds.upperBound, route: routes[tally.route], offered: tally.offered,
        sent: tally.sent, dropped: tally.dropped,
        late: tally.late, lateByMachine: tally.lateByMachine,
        outcomes: tally.outcomes.map {
          RunTimeline.OutcomeTally(
            outcome: $0.outcome, failed: $0.failed, version: $0.version, completed: $0.completed, bytes: $0.bytes,
            fromDue: $0.fromDue, fromSend: $0.fromSend)
        })
    }
  }

  func failures(of snapshot: LoadSnapshot) -> [FailedRequest] {
    snapshot.failures.map { failure in
      FailedRequest(
        due: failure.due * timeScale, sent: failure.sent * timeScale, completed: failure.completed * timeScale,
        route: routes[failure.route], outcome: failure.outcome, curlCode: failure.curlCode,
        systemError: failure.osError, status: failure.status,
        localPort: failure.localPort == 0 ? nil : failure.localPort,
        remoteAddress: failure.remoteAddress.isEmpty ? nil : failure.remoteAddress, pod: failure.pod,
        version: failure.version, times: Self.times(failure.times), reusedConnection: failure.reusedConnection)
    }
  }

  private static func times(_ times: TransferTimes) -> RequestTimes {
    RequestTimes(
      lookedUp: times.lookedUp, connected: times.connected, handshaken: times.handshaken,
      requestReady: times.requestReady, firstByte: times.firstByte, end: times.end)
  }

  func connections(of snapshot: LoadSnapshot, from start: Duration, to end: Duration) -> [RunTimeline.ConnectionTally] {
    snapshot.connections.map {
      RunTimeline.ConnectionTally(
        start: start, end: end, address: $0.address, opened: $0.opened, reused: $0.reused,
        closedByPeer: $0.closedByPeer, mostRequests: $0.mostRequests, compressed: $0.compressed)
    }
  }

  /// What the generator saw of itself since the previous sample, which ended at `previousEnd`.
  ///
  /// CPU times of snapshots are totals: what counts is what was added since, over the time that passed on the thread itself
  /// between its two readings. How long the snapshots took to come here is another time.
  func sample(
    of snapshot: LoadSnapshot, after previous: LoadFacts.GeneratorSample?, from previousEnd: Duration,
    to end: Duration
  ) -> RunTimeline.GeneratorSample {
    let sample = snapshot.generator
    let shares = sample.workers.enumerated().compactMap { index, used in
      used.shares(since: previous.flatMap { index < $0.workers.count ? $0.workers[index] : nil } ?? ThreadUse())
    }
    // What the process used before the first sample was not the load, so that one counts as none.
    let process = previous.map { (sample.processCPU - $0.processCPU) / max(sample.taken - $0.taken, .nanoseconds(1)) }
    return RunTimeline.GeneratorSample(
      start: previousEnd, end: end, latenessP50: sample.latenessP50, latenessP99: sample.latenessP99,
      latenessMax: sample.latenessMaximum, processCPU: max(process ?? 0, 0),
      busiestWorkerCPU: shares.map(\.cpu).max() ?? 0,
      connectionsOpened: snapshot.connections.reduce(0) { $0 + $1.opened }, inFlight: sample.inFlight,
      queued: sample.queued, steal: Self.steal(sample.machine, since: previous?.machine),
      runQueueDelay: shares.compactMap(\.runQueueDelay).max(),
      openConnections: sample.openConnections, ephemeralPortsUsed: sample.machine.portsUsed,
      ephemeralPorts: sample.machine.ports, machineLatenessP99: sample.machineLatenessP99,
      machineLatenessMax: sample.machineLatenessMaximum, longestPause: sample.longestPause, places: sample.places,
      placesHeldSince: sample.heldSince.map { $0 * timeScale })
  }

  /// The share of all processor time that went to other machines of the hypervisor.
  private static func steal(_ sample: MachineSample, since previous: MachineSample?) -> Double? {
    guard let previous, let total = sample.totalTicks, let before = previous.totalTicks, total > before,
      let stolen = sample.stolenTicks, let stolenBefore = previous.stolenTicks
    else { return nil }
    return Double(max(stolen - stolenBefore, 0)) / Double(total - before)
  }
}
