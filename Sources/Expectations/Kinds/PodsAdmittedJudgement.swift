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
      let possible = PodRefusal.all(in: cluster).filter { stretch.possiblyMeets(from: $0.from, to: $0.to) }
      let certain = possible.filter { stretch.certainlyMeets(from: $0.from, to: $0.to) }
      let sight = judged.sight(
        of: ReplicaSet.resource, unknown: cluster.createdReplicas.unknown(in: judged.window))
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

  static func all(in cluster: ClusterHistory) -> [PodRefusal] {
    var refusals: [PodRefusal] = []
    for versions in cluster.replicaSets {
      for (index, version) in versions.enumerated() where !version.deleted {
        guard let failure = version.object.status?.conditions?.first(where: { $0.type == "ReplicaFailure" }),
          failure.isTrue
        else { continue }
        refusals.append(
          PodRefusal(
            from: version.at, to: index + 1 < versions.count ? versions[index + 1].at : nil,
            object: "ReplicaSet \(version.object.metadata.name ?? "")", message: failure.message ?? failure.reason ?? ""
          ))
      }
    }
    let seen = refusals.map(\.message)
    for version in cluster.ownEvents where version.event.reason == "FailedCreate" {
      let about = version.event.involvedObject
      let message = version.event.message ?? ""
      // Of a pod that has a name already the same is told twice.
      if seen.contains(where: { message.contains($0) }) { continue }
      refusals.append(
        PodRefusal(
          from: version.at, to: version.at, object: "\(about.kind ?? "object") \(about.name ?? "")", message: message))
    }
    return refusals.sorted { $0.from.earliest < $1.from.earliest }
  }
}
