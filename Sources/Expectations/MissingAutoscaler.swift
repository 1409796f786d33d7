import KubernetesObjects
package import RunTimeline

extension Timeline {
  /// Why nothing can be said of the autoscaler: which object was not seen, and why.
  package var missingAutoscaler: String {
    guard let cluster = run.cluster, let history = self.cluster else { return "no cluster was watched" }
    guard let name = cluster.autoscaler else {
      return run.isImported
        ? "the watch log that was imported shows no HorizontalPodAutoscaler"
        : "no autoscaler was watched: the profile of the run names none, as cluster: {hpa: NAME}"
    }
    if history.autoscaler.isEmpty { return reason(for: HorizontalPodAutoscaler.resource, name) }
    return reason(for: cluster.workload.kind.resource, cluster.workload.name)
  }

  /// `nothing was seen of Deployment web: 403: pods is forbidden`.
  private func reason(for resource: ResourceType, _ name: String) -> String {
    let seen = "nothing was seen of \(resource.kind) \(name)"
    let causes = CauseList(cluster?.observationGaps[resource.plural] ?? []).text
    if !causes.isEmpty { return seen + causes }
    return listedResources.contains(resource.plural)
      ? "\(seen): no list shows it, so that it was not there" : "\(seen): it was never listed"
  }
}

/// The causes of gaps, each once and the first two in full.
struct CauseList {
  /// `: 401: token expired; 403: forbidden; and 1 further cause`; empty where none is known.
  let text: String

  init(_ gaps: [ObservationGap]) {
    let causes = gaps.compactMap(\.cause)
    let each = causes.enumerated().filter { causes.firstIndex(of: $0.element) == $0.offset }.map(\.element)
    let more = each.count > 2 ? "; and \((each.count - 2).of("further cause"))" : ""
    text = each.isEmpty ? "" : ": " + each.prefix(2).joined(separator: "; ") + more
  }
}
