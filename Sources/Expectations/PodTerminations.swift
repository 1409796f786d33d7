import RunTimeline
import Units

/// The ends of pods that were asked to go from one moment to another.
struct PodTerminations {
  let cluster: ClusterHistory
  let from: InstantBounds
  /// `nil` for the end of what was watched.
  let to: InstantBounds?

  init(in cluster: ClusterHistory, from: InstantBounds, to: InstantBounds?) {
    self.cluster = cluster
    self.from = from
    self.to = to
  }

  /// When each of them was asked to go.
  func asked(where isMeant: (PodLifeline) -> Bool) -> [InstantBounds] {
    cluster.pods.filter(isMeant).compactMap { $0.deleteRequested ?? $0.removed }.filter {
      $0.latest >= from.earliest && $0.earliest <= to?.latest ?? .farFuture
    }
  }

  /// When the last of them was gone, and not before the later of the two moments.
  ///
  /// - Parameters:
  ///   - ending: what ended the run, for the reason where one is not gone.
  ///   - isMeant: which pods count.
  func last(ending: String, where isMeant: (PodLifeline) -> Bool = { _ in true }) -> RunView.Instant {
    var end = to ?? from
    for pod in cluster.pods where isMeant(pod) {
      guard let asked = pod.deleteRequested ?? pod.removed, asked.latest >= from.earliest,
        asked.earliest <= to?.latest ?? .farFuture
      else { continue }
      guard let removed = pod.removed else { return .missing("pod \(pod.name) was still terminating when \(ending)") }
      end = InstantBounds(max(end.earliest, removed.earliest), max(end.latest, removed.latest))
    }
    return .known(end)
  }
}
