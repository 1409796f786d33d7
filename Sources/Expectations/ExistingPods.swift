import AutoscalerModel
import KubernetesObjects
import RunTimeline
import Units

/// How far the pods that exist, those that terminate among them, go above the ceiling of a rollout.
struct ExistingPods {
  struct Excess {
    let at: InstantBounds
    let pods: Int
    let ceiling: Int
    var excess: Int { pods - ceiling }
  }

  /// The largest that is certain; `nil` where none is.
  private(set) var certainExcess: Excess?
  /// The largest that there may have been; `nil` where nothing is known.
  private(set) var possibleExcess: Int?
  /// Whether the count that was wanted is known when the window begins.
  let hasCeiling: Bool

  init(in cluster: ClusterHistory, _ stretch: RunView.Stretch) {
    let window = stretch.hull
    let ceilings = cluster.workload.filter { !$0.deleted }.map { version in
      (at: version.at, ceiling: RolloutArithmetic.fences(of: version.object).ceiling)
    }
    let first = ceilings.lastIndex { $0.at.latest <= window.earliest }
    hasCeiling = first != nil
    let presences = cluster.pods.map { pod in
      let ends = [pod.failed, pod.removed].compactMap { $0 }
      return CountEnvelope.Presence(from: pod.created, to: ends.min { $0.latest < $1.latest })
    }
    let pods = CountEnvelope(
      presences: presences, start: min(cluster.readyReplicas.segments.first?.start ?? .zero, window.earliest),
      end: window.latest)
    guard let first else { return }
    let unwatched = cluster.gaps[cluster.kind.resource.plural] ?? []
    for piece in pods.pieces(from: window.earliest, to: window.latest) {
      guard let range = piece.range else { continue }
      let inForce = ceilings[first...]
      let surely = inForce.filter { $0.at.latest <= piece.from }.map(\.ceiling).max() ?? ceilings[first].ceiling
      let perhaps = inForce.filter { $0.at.earliest < piece.to }.map(\.ceiling).max() ?? surely
      possibleExcess = max(possibleExcess ?? 0, range.upperBound - surely)
      // Where the workload was not watched, its ceiling may have been another one.
      let isWatched = !unwatched.contains { $0.earliest < piece.to && $0.latest > piece.from }
      let isInside = isWatched && max(piece.from, stretch.start.latest) < min(piece.to, stretch.end.earliest)
      let excess = Excess(
        at: InstantBounds(piece.from, piece.to), pods: range.lowerBound, ceiling: perhaps)
      if isInside, excess.excess > certainExcess?.excess ?? 0 { certainExcess = excess }
    }
  }
}
