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
    let presences = cluster.pods.flatMap { pod in
      let ends = [pod.failed, pod.left].compactMap { $0 }
      let end = ends.map(\.earliest).min().flatMap { earliest in
        ends.map(\.latest).min().map { InstantBounds(earliest, $0) }
      }
      return pod.presences(until: end)
    }
    let pods = CountEnvelope(
      presences: presences, start: min(cluster.readyReplicas.segments.first?.start ?? .zero, window.earliest),
      end: window.latest)
    guard let first else { return }
    // From here on a higher ceiling may have been missed.
    let blind = (cluster.gaps[cluster.kind.resource.plural] ?? []).filter { gap in
      gap.latest > window.earliest && !cluster.hasSameSpec(cluster.workload, of: cluster.kind.resource, over: gap)
    }.map(\.earliest).min()
    for piece in pods.pieces(from: window.earliest, to: window.latest) {
      guard let range = piece.range else { continue }
      let inForce = ceilings[first...]
      let surely = inForce.filter { $0.at.latest <= piece.from }.map(\.ceiling).max() ?? ceilings[first].ceiling
      let perhaps = inForce.filter { $0.at.earliest < piece.to }.map(\.ceiling).max() ?? surely
      possibleExcess = max(possibleExcess ?? 0, range.upperBound - surely)
      let isInside =
        max(piece.from, stretch.start.latest) < min(piece.to, stretch.end.earliest, blind ?? .farFuture)
      let excess = Excess(
        at: InstantBounds(piece.from, piece.to), pods: range.lowerBound, ceiling: perhaps)
      if isInside, excess.excess > certainExcess?.excess ?? 0 { certainExcess = excess }
    }
  }
}
