import KubernetesObjects
import Profiles
import RunTimeline
import Units

extension Expectation.PodsAdmitted: JudgedKind {
  /// A ReplicaSet that cannot create a pod says so by its condition `ReplicaFailure`, and the event `FailedCreate` says why.
  ///
  /// An event that was seen proves a refusal; that none was seen proves nothing.
  func opinion(on run: RunView) -> Opinion {
    run.judging(during, watching: \.createdReplicas) { judged in
      let (cluster, stretch) = (judged.cluster, judged.stretch)
      let possible = PodRefusal.all(in: cluster, of: stretch)
      let certain = possible.filter { $0.isCertain(in: stretch) }
      let sight = judged.sight(
        of: ReplicaSet.resource, unknown: cluster.createdReplicas.unknown(in: judged.watched))
      let isWhole = sight.isWhole && cluster.tellsOfRefusals
      let measured = Judgement.Measurement.count(
        "pods.refused", certain.count, isWhole ? possible.count : nil, limit: .noneAllowed)
      return decided(certain, possible, cluster, sight).about(
        judged.window, evidence: possible.prefix(12).map { Evidence(at: $0.from, $0.sentence) } + sight.gaps,
        measuring: [measured])
    }
  }

  private func decided(
    _ certain: [PodRefusal], _ possible: [PodRefusal], _ cluster: ClusterHistory, _ sight: JudgedCluster.Sight
  ) -> Opinion {
    if let first = certain.first {
      return .fail("\(first.sentence), first \(first.from.plain)", evidence: [Evidence(at: first.from, first.advice)])
    }
    if let doubt = possible.first {
      return .inconclusive("\(doubt.sentence) \(doubt.from.plain), which may lie outside of \(during)")
    }
    if sight.isWhole, !cluster.tellsOfRefusals {
      return .inconclusive(
        "nothing was seen of ReplicaSets, and of a \(cluster.kind.title) by itself no condition tells")
    }
    return sight.objection() ?? .pass("no pod was refused")
  }
}

extension ClusterHistory {
  /// Whether there is an object whose condition tells that a pod was refused.
  fileprivate var tellsOfRefusals: Bool { replicaSets.contains { !$0.isEmpty } }
}

/// A stretch in which a ReplicaSet, or the workload itself, could not create a pod.
private struct PodRefusal {
  let from: InstantBounds
  let to: InstantBounds?
  let object: String
  let message: String

  var sentence: String { "\(object) could not create a pod: \(message)" }

  var advice: String {
    if let quota = message.firstMatch(of: /exceeded quota: ([^,]+), requested: ([^=]+)=/) {
      return "raise \(quota.output.2) of ResourceQuota \(quota.output.1), or ask for less: maxReplicas plus maxSurge "
        + "have to fit into it"
    }
    if message.contains("admission webhook") {
      return "look at the webhook that refused the pod: the pod template does not meet its policy"
    }
    if message.contains("PodSecurity") {
      return "change securityContext of the pod template to what the namespace's PodSecurity level asks for"
    }
    if message.contains("per Container") || message.contains("per Pod") {
      return "change resources of the pod template, or the LimitRange that refused it"
    }
    return "change the pod template, or what refused it"
  }

  func isCertain(in stretch: RunView.Stretch) -> Bool { stretch.certainlyMeets(from: from, to: to) }

  /// All that may belong to a stretch, in the order in which they began.
  static func all(in cluster: ClusterHistory, of stretch: RunView.Stretch) -> [PodRefusal] {
    func meeting(_ refusals: [PodRefusal]) -> [PodRefusal] {
      refusals.filter { stretch.possiblyMeets(from: $0.from, to: $0.to) }
    }
    let conditions = meeting(cluster.replicaSets.flatMap(conditions))
    // Of pods that have a name already, conditions and events of one refusal differ in it. What a condition tells of another
    // time is another refusal.
    let told = conditions.filter { $0.isCertain(in: stretch) }.map(\.message)
    let events = meeting(events(in: cluster)).filter { event in !told.contains { event.message.contains($0) } }
    return (conditions + events).sorted { $0.from.earliest < $1.from.earliest }
  }

  private static func conditions(of versions: [ObjectVersion<ReplicaSet>]) -> [PodRefusal] {
    versions.enumerated().compactMap { index, version in
      guard !version.deleted,
        let failure = version.object.status?.conditions?.first(where: { $0.type == "ReplicaFailure" }), failure.isTrue
      else { return nil }
      return PodRefusal(
        from: version.at, to: index + 1 < versions.count ? versions[index + 1].at : nil,
        object: "ReplicaSet \(version.object.metadata.name ?? "")", message: failure.message ?? failure.reason ?? "")
    }
  }

  private static func events(in cluster: ClusterHistory) -> [PodRefusal] {
    cluster.ownEvents.filter { $0.event.reason == "FailedCreate" }.map { version in
      let about = version.event.involvedObject
      return PodRefusal(
        from: version.at, to: version.at, object: "\(about.kind ?? "object") \(about.name ?? "")",
        message: version.event.message ?? "")
    }
  }
}
