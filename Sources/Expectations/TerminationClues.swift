import KubernetesObjects
import LoadFacts
import RunTimeline
import Units

/// Relates failed requests to the terminations of pods: a pod that was just told to go is where traffic is lost.
///
/// A failure belongs to the pod that answered it where that is known, and else to the pod whose deletion was asked for
/// last, as long as that pod may still have got traffic: until it was gone, and a few seconds for proxies to notice.
enum TerminationClues {
  private struct Group {
    var count = 0
    var outcomes: [String: Int] = [:]
    /// From when the pod was asked to go until the last of its failures was sent: how long the failures took is not the
    /// cluster's doing, and at a time scale other than 1 no run time.
    var longest = Duration.zero
    var first: InstantBounds
  }

  /// A pod that was asked to go.
  private struct GoingPod {
    let name: String
    let asked: InstantBounds
    /// Until when it may have got traffic.
    let lastTraffic: Duration

    init?(_ pod: PodLifeline) {
      guard let asked = pod.deleteRequested else { return nil }
      name = pod.name
      self.asked = asked
      let gone = pod.removed?.latest ?? asked.latest + (pod.gracePeriod ?? .seconds(30))
      lastTraffic = gone + PodLifeline.propagation
    }
  }

  static func clues(_ run: RunView, in window: WindowPieces, route: String?) -> [Evidence] {
    let failures = run.timeline.failures.filter {
      window.mayHold($0.due) && (route == nil || $0.route == route) && !OutcomeLabel.isDropped($0.outcome)
    }
    let clusters = run.timeline.clusters
    guard !failures.isEmpty, !clusters.isEmpty else { return [] }
    // Nothing tells which workload was to answer a request.
    let going = clusters.flatMap(\.pods).compactMap(GoingPod.init)
    var groups: [String: Group] = [:]
    for failure in failures {
      guard let pod = blamed(for: failure, among: going) else { continue }
      var group = groups[pod.name] ?? Group(first: pod.asked)
      group.count += 1
      group.outcomes[failure.outcome, default: 0] += 1
      group.longest = max(group.longest, (failure.sent ?? failure.due) - pod.asked.earliest)
      groups[pod.name] = group
    }
    let blamed = clusters.filter { cluster in cluster.pods.contains { groups[$0.name] != nil } }
    return rows(groups, of: failures.count) + advice(groups, of: failures.count, blamed)
  }

  private static func blamed(for failure: FailedRequest, among pods: [GoingPod]) -> GoingPod? {
    let sent = failure.sent ?? failure.due
    var blamed: GoingPod?
    for pod in pods where failure.completed >= pod.asked.earliest && sent <= pod.lastTraffic {
      if let name = failure.pod {
        if pod.name == name { return pod }
      } else if blamed.map({ $0.asked.earliest < pod.asked.earliest }) ?? true {
        blamed = pod
      }
    }
    return blamed
  }

  private static func rows(_ groups: [String: Group], of total: Int) -> [Evidence] {
    groups.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.prefix(8).map { name, group in
      let outcomes = group.outcomes.mostFrequentFirst.map(\.key)
      return Evidence(
        at: group.first,
        "\(group.count.grouped) of \(total.of("recorded failure")) with \(outcomes.joined(separator: ", ")), sent "
          + (group.longest > .zero ? "at most \(group.longest.plain) after" : "before")
          + " the termination of pod \(name) began")
    }
  }

  private static func advice(_ groups: [String: Group], of total: Int, _ clusters: [ClusterHistory]) -> [Evidence] {
    let related = groups.values.reduce(0) { $0 + $1.count }
    guard related > 0 else {
      return [Evidence("none of the \(total.of("recorded failure")) followed a pod's termination")]
    }
    var text =
      "\(related.grouped) of \(total.of("recorded failure")) followed the termination of \(groups.count.of("pod"))"
    let containers = clusters.flatMap { $0.workload.last?.object.template.spec.containers ?? [] }
    let drains = containers.contains { $0.lifecycle?.preStop != nil }
    if related * 2 > total, !drains, !containers.isEmpty {
      text +=
        "; the pod template has no preStop, and one that lasts longer than the Ingress needs to notice would let "
        + "pods finish"
    }
    return [Evidence(text)]
  }
}
