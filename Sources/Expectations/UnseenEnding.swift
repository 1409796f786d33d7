import KubernetesObjects
import RunTimeline
import Units

extension RunView.Stretch {
  /// The same where the cluster decides when it ends and nobody saw that: it certainly lasted as long as all was watched that
  /// tells of its end, and perhaps for the rest of the run.
  func lastingAsFar(as cluster: ClusterHistory) -> RunView.Stretch {
    guard unfinished != nil else { return self }
    let gaps = [cluster.kind.resource.plural, Pod.resource.plural].flatMap { cluster.gaps[$0] ?? [] }
    let unwatched = gaps.filter { $0.latest > start.earliest }.map(\.earliest)
    let watched = ([cluster.wantedReplicas.end, cluster.readyReplicas.end] + unwatched).min() ?? end.earliest
    var stretch = self
    stretch.end = InstantBounds(max(start.latest, min(watched, end.earliest)), end.latest)
    return stretch
  }
}
