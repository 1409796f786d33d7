import LoadFacts
import RunTimeline
import Units

/// Which failed requests fell into the termination of which pod.
///
/// A failure whose response names a pod belongs to that pod alone. One that names none belongs to every pod that was
/// going at that moment, since any of them may have caused it: it is shown on all of them and counted once.
struct TerminationFailures: Sendable {
  /// Moments of failures by uid of the pod.
  private(set) var momentsByPod: [String: [Duration]] = [:]
  /// Recorded failures that fell into the termination of at least one pod.
  private(set) var attributed = 0
  private(set) var recorded = 0

  init(_ failures: [FailedRequest], pods: [PodLifeline]) {
    let going = pods.compactMap { pod -> (pod: PodLifeline, from: Duration, to: Duration)? in
      guard let from = pod.deleteRequested?.earliest ?? pod.removed?.earliest else { return nil }
      let end = pod.removed?.latest ?? pod.gracePeriod.map { from + $0 } ?? from
      return (pod, from, end + PodLifeline.propagation)
    }
    for failure in failures where !OutcomeLabel.isDropped(failure.outcome) {
      recorded += 1
      let candidates = going.filter { window in
        window.from <= failure.completed && failure.due <= window.to
          && (failure.pod == nil || failure.pod == window.pod.name)
      }
      guard !candidates.isEmpty else { continue }
      attributed += 1
      for candidate in candidates { momentsByPod[candidate.pod.uid, default: []].append(failure.completed) }
    }
  }
}
