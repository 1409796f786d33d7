import LoadGeneration
import RunTimeline
import Statistics
import Units

/// Turns what the generator reports on the wall clock into what the recording keeps on run time.
struct LoadRecording {
  /// Names of the routes, in the order of the plan.
  let routes: [String]
  /// Run time of one interval.
  let intervalLength: Duration
  let timeScale: Double

  func intervals(of snapshot: LoadSnapshot) -> [LoadInterval] {
    snapshot.intervals.map { tally in
      LoadInterval(
        start: intervalLength * tally.interval, end: intervalLength * (tally.interval + 1),
        route: routes[tally.route], offered: tally.offered, sent: tally.sent, dropped: tally.dropped,
        late: tally.late,
        outcomes: tally.outcomes.map {
          OutcomeTally(
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
        systemError: failure.osError, status: failure.status, localPort: failure.localPort,
        remoteAddress: failure.remoteAddress.isEmpty ? nil : failure.remoteAddress, pod: failure.pod,
        version: failure.version)
    }
  }

  /// What the generator saw of itself since the sample that ended at `previousEnd`.
  func sample(of snapshot: LoadSnapshot, from previousEnd: Duration, to end: Duration) -> RunTimeline.GeneratorSample {
    let sample = snapshot.generator
    let wall = max((end - previousEnd).seconds / timeScale, 1e-9)
    return RunTimeline.GeneratorSample(
      start: previousEnd, end: end, latenessP50: sample.latenessP50, latenessP99: sample.latenessP99,
      latenessMax: sample.latenessMaximum, processCPU: sample.processCPU.seconds / wall,
      busiestWorkerCPU: (sample.workerCPU.max() ?? .zero).seconds / wall,
      connectionsOpened: sample.connectionsOpened, inFlight: sample.inFlight, queued: sample.queued)
  }
}
