import KubernetesObjects
import Profiles
import RunTimeline
import Units

extension Expectation.PodsAdmitted: JudgedKind {
  /// A ReplicaSet that cannot create a pod says so by its condition `ReplicaFailure`, and the event `FailedCreate` says why.
  ///
  /// An event that was seen proves a refusal; that none was seen proves nothing.
  func opinion(on run: RunView) -> Opinion {
    guard let cluster = run.timeline.cluster else { return .inconclusive("no cluster was watched") }
    switch run.stretch(during, watching: cluster.createdReplicas) {
    case .missing(let reason): return .inconclusive(reason)
    case .known(let stretch):
      let window = stretch.hull
      let refusals = PodRefusal.all(in: cluster)
      let certain = refusals.filter { stretch.certainlyMeets(from: $0.from, to: $0.to) }
      let possible = refusals.filter { stretch.possiblyMeets(from: $0.from, to: $0.to) }
      let unknown = cluster.createdReplicas.pieces(from: window.earliest, to: window.latest).first { $0.range == nil }
      let tells = cluster.replicaSets.contains { !$0.isEmpty }
      let isWhole = stretch.unfinished == nil && unknown == nil && tells
      let measured: [Judgement.Measurement] = [
        .count(
          "pods.refused", certain.count, isWhole ? possible.count : nil,
          limit: Judgement.Measurement.Limit(.atMost, 0))
      ]
      let evidence =
        possible.prefix(12).map { Evidence(at: $0.from, $0.sentence) }
        + CountEvidence.gaps(run, resource: ReplicaSet.resource.plural, in: window)
      if let first = certain.first {
        return .fail(
          "\(first.sentence), first \(first.from.plain)", window: window,
          evidence: [Evidence(at: first.from, first.advice)] + evidence
        ).measuring(measured)
      }
      if let doubt = possible.first {
        return .inconclusive(
          "\(doubt.sentence) \(doubt.from.plain), which may lie outside of \(during)", window: window,
          evidence: evidence
        ).measuring(measured)
      }
      if let unfinished = stretch.unfinished {
        return .inconclusive(unfinished, window: window, evidence: evidence).measuring(measured)
      }
      guard tells else {
        return .inconclusive(
          "nothing was seen of ReplicaSets, and of a \(cluster.kind.title) by itself no condition tells",
          window: window,
          evidence: evidence
        ).measuring(measured)
      }
      if let unknown {
        return .unknown(
          unknown.from, unknown.to, run, resource: ReplicaSet.resource.plural, window: window, evidence: evidence
        ).measuring(measured)
      }
      return .pass("no pod was refused", window: window, evidence: evidence).measuring(measured)
    }
  }

  /// Whether it can pass depends on the cluster, which no plan tells of.
  func remarks(on profile: Profile) -> [PlanRemark] { [] }

  var focus: Judgement.Focus { .firstEvidence }
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
