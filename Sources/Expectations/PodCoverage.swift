import KubernetesObjects
import RunTimeline
import Units

/// Over which time all is known of what became of a workload's pods.
///
/// Counters of pods are complete even where nothing was heard of them for a while: a pod that was there before and after
/// tells what it went through. So a gap matters only where a pod came or went, or may have come and gone unseen.
struct PodCoverage {
  let cluster: ClusterHistory

  /// The first stretch from one instant to another in which something may have been missed; `nil` where there is none.
  func unknown(from start: Duration, to end: Duration) -> InstantBounds? {
    let known = cluster.readyReplicas
    guard let begin = known.segments.first?.start else { return InstantBounds(start, end) }
    if begin > start { return InstantBounds(start, min(begin, end)) }
    let blind = cluster.gaps[Pod.resource.plural] ?? []
    let unknown = known.pieces(from: start, to: end).filter { $0.range == nil }.map { InstantBounds($0.from, $0.to) }
    let open = unknown.filter { $0.latest > known.end && $0.width > .zero }
    let gaps = blind.filter { $0.latest > start && $0.earliest < end && !isBridged($0) }.map {
      InstantBounds(max($0.earliest, start), min($0.latest, end))
    }
    return (open + gaps).min { $0.earliest < $1.earliest }
  }

  /// Whether the pods of before a gap were those of after it, and no others can have been there in between: a controller
  /// makes one only where one is missing, or more are wanted than before.
  private func isBridged(_ gap: InstantBounds) -> Bool {
    guard gap.latest < cluster.readyReplicas.end else { return false }
    for pod in cluster.pods {
      if pod.created.earliest >= gap.latest { continue }
      if let gone = pod.left ?? pod.deleteRequested, gone.latest <= gap.earliest { continue }
      guard pod.created.latest <= gap.earliest else { return false }
      if let asked = pod.deleteRequested, asked.latest <= gap.earliest { continue }
      if let left = pod.left, left.earliest < gap.latest { return false }
    }
    return cluster.hasSameSpecs(over: gap)
  }
}

extension ClusterHistory {
  /// Whether the specs of the workload and of all its ReplicaSets were the same throughout.
  func hasSameSpecs(over gap: InstantBounds) -> Bool {
    hasSameSpec(workload, of: kind.resource, over: gap)
      && replicaSets.allSatisfy { hasSameSpec($0, of: ReplicaSet.resource, over: gap) }
  }

  /// Whether the spec of an object was the same throughout: `metadata.generation` counts its changes, seen or not.
  func hasSameSpec<Object>(
    _ versions: [ObjectVersion<Object>], of resource: ResourceType, over gap: InstantBounds
  ) -> Bool {
    let own = (gaps[resource.plural] ?? []).filter { $0.latest > gap.earliest && $0.earliest < gap.latest }
    let end = own.map(\.latest).max() ?? gap.latest
    guard max(end, gap.latest) < .farFuture else { return false }
    for (index, version) in versions.enumerated()
    where version.at.latest > gap.earliest && version.at.earliest <= max(end, gap.latest) {
      guard index > 0, !version.deleted, let now = version.object.metadata.generation,
        now == versions[index - 1].object.metadata.generation
      else { return false }
    }
    return true
  }
}
