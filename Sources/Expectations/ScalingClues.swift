import KubernetesObjects
import RunTimeline

/// What a cluster itself says about scaling that did not come as expected: conditions and events of a window.
enum ScalingClues {
  static func clues(_ run: RunView, in window: InstantBounds) -> [Evidence] {
    guard let cluster = run.timeline.cluster else { return [] }
    return conditions(cluster, in: window) + events(cluster, in: window)
  }

  /// Conditions that were seen to say that something is wrong, each once.
  private static func conditions(_ cluster: ClusterHistory, in window: InstantBounds) -> [Evidence] {
    var seen: Set<String> = []
    var rows: [Evidence] = []
    func add(_ condition: Condition, at: InstantBounds, of kind: String) {
      guard at.meets(window) else { return }
      let text = "\(kind) \(condition.type)=\(condition.status) \(condition.reason ?? "")"
      guard seen.insert(text).inserted else { return }
      rows.append(Evidence(at: at, condition.message.map { "\(text): \($0)" } ?? text))
    }
    for version in cluster.autoscaler {
      for condition in version.object.status?.conditions ?? [] {
        let limited = condition.type == "ScalingLimited" && condition.isTrue
        let broken = condition.type == "ScalingActive" && !condition.isTrue
        let unable = condition.type == "AbleToScale" && !condition.isTrue
        if limited || broken || unable { add(condition, at: version.at, of: "HPA") }
      }
    }
    for version in cluster.workload {
      for condition in version.object.status?.conditions ?? [] {
        let failure = condition.type == "ReplicaFailure" && condition.isTrue
        let stuck = condition.type == "Progressing" && condition.status == "False"
        if failure || stuck { add(condition, at: version.at, of: version.object.kind.title) }
      }
    }
    return Array(rows.prefix(6))
  }

  /// Warnings about objects of the workload in the window, one a reason.
  private static func events(_ cluster: ClusterHistory, in window: InstantBounds) -> [Evidence] {
    var rows: [Evidence] = []
    var seen: Set<String> = []
    for version in cluster.ownEvents
    where version.event.type == "Warning" && version.at.latest >= window.earliest
      && version.at.earliest <= window.latest
    {
      let event = version.event
      guard let reason = event.reason, seen.insert(reason).inserted else { continue }
      let about = [event.involvedObject.kind, event.involvedObject.name].compactMap { $0 }.joined(separator: " ")
      rows.append(Evidence(at: version.at, "event \(reason) on \(about): \(event.message ?? "")"))
    }
    return Array(rows.prefix(6))
  }
}
