import KubernetesObjects
import Profiles
import RunTimeline
import Units

extension Expectation.PodsAdmitted: JudgedKind {
  /// A ReplicaSet that cannot create a pod says so by its condition `ReplicaFailure`, and the event `FailedCreate` says why.
  ///
  /// The condition stays until the ReplicaSet tries again and is not refused, so that it proves one refusal, when it came. An
  /// event that was seen proves one as well; that none was seen proves nothing.
  func opinion(on run: RunView) -> Opinion {
    run.judging(during, watching: \.createdReplicas) { judged in
      let (cluster, stretch) = (judged.cluster, judged.stretch)
      let refusals = CountedMoments(PodRefusal.all(in: cluster, of: stretch), in: stretch, at: \.at)
      let standing = StandingRefusal.all(in: cluster).first { stretch.possiblyMeets(from: $0.from, to: $0.to) }
      let sight = judged.sight(
        of: ReplicaSet.resource, unknown: cluster.createdReplicas.unknown(in: judged.watched))
      let isWhole = sight.isWhole && cluster.tellsOfRefusals && standing == nil
      let measured = Judgement.Measurement.count(
        "pods.refused", PodRefusal.count(refusals.certain), isWhole ? PodRefusal.count(refusals.all) : nil,
        limit: .noneAllowed)
      return decided(refusals, standing, cluster, sight).about(
        judged.window, evidence: refusals.all.prefix(12).map { Evidence(at: $0.at, $0.sentence) } + sight.gaps,
        measuring: [measured])
    }
  }

  private func decided(
    _ refusals: CountedMoments<PodRefusal>, _ standing: StandingRefusal?, _ cluster: ClusterHistory,
    _ sight: JudgedCluster.Sight
  ) -> Opinion {
    if let first = refusals.certain.first {
      return .fail("\(first.sentence), first \(first.at.plain)", evidence: [Evidence(at: first.at, first.advice)])
    }
    if let doubt = refusals.doubtful.first {
      return .inconclusive("\(doubt.sentence) \(doubt.at.plain), which may lie outside of \(during)")
    }
    if sight.isWhole, !cluster.tellsOfRefusals {
      return .inconclusive(
        "nothing was seen of ReplicaSets, and of a \(cluster.kind.title) by itself no condition tells")
    }
    if let objection = sight.objection() { return objection }
    if let standing {
      return .inconclusive(
        "\(standing.object) still said that it could not create a pod, as of before, and whether one was refused again is "
          + "not told")
    }
    return .pass("no pod was refused")
  }
}

extension ClusterHistory {
  /// Whether there is an object whose condition tells that a pod was refused.
  fileprivate var tellsOfRefusals: Bool { replicaSets.contains { !$0.isEmpty } }
}

/// A moment at which a ReplicaSet, or the workload itself, could not create a pod.
private struct PodRefusal {
  let at: InstantBounds
  /// How often, where that was told once.
  let times: Int
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

  static func count(_ refusals: [PodRefusal]) -> Int { refusals.reduce(0) { $0 + $1.times } }

  /// All that may belong to a stretch, and others.
  static func all(in cluster: ClusterHistory, of stretch: RunView.Stretch) -> [PodRefusal] {
    let conditions = StandingRefusal.all(in: cluster).compactMap { standing in
      standing.came.map { PodRefusal(at: $0, times: 1, object: standing.object, message: standing.message) }
    }
    // What a condition tells of another time is another refusal.
    let told = CountedMoments(conditions, in: stretch, at: \.at).certain
    var refusals = conditions
    var known: [String: Int] = [:]
    for version in cluster.ownEvents where version.event.reason == "FailedCreate" {
      let about = version.event.involvedObject
      let message = version.event.message ?? ""
      let uid = version.event.metadata.uid ?? ""
      let total = version.event.count ?? 1
      // An event counts on where the same is told again.
      let times = total - (known[uid] ?? 0)
      known[uid] = max(total, known[uid] ?? 0)
      // The name that the pod was to have tells that the condition speaks of the same refusal.
      let isTold = told.contains { !$0.message.isEmpty && message.contains($0.message) }
      guard times > (isTold ? 1 : 0) else { continue }
      refusals.append(
        PodRefusal(
          at: version.at, times: isTold ? times - 1 : times, object: "\(about.kind ?? "object") \(about.name ?? "")",
          message: message))
    }
    return refusals
  }
}

/// A stretch over which a ReplicaSet says that it could not create a pod.
private struct StandingRefusal {
  /// When it came to say so; `nil` where it did before anything was seen of it.
  let came: InstantBounds?
  let from: InstantBounds
  let to: InstantBounds?
  let object: String
  let message: String

  static func all(in cluster: ClusterHistory) -> [StandingRefusal] {
    let known = cluster.createdReplicas.segments.first?.start ?? .zero
    return cluster.replicaSets.flatMap { versions in
      var standing: [StandingRefusal] = []
      var last: Condition?
      for version in versions {
        let failure =
          version.deleted
          ? nil : version.object.status?.conditions?.first { $0.type == "ReplicaFailure" && $0.isTrue }
        defer { last = failure }
        if let last, let failure, last.lastTransitionTime == failure.lastTransitionTime { continue }
        if last != nil, let open = standing.popLast() { standing.append(open.ended(version.at)) }
        guard let failure else { continue }
        standing.append(
          StandingRefusal(
            came: version.at.latest <= known ? nil : version.at, from: version.at, to: nil,
            object: "ReplicaSet \(version.object.metadata.name ?? "")",
            message: failure.message ?? failure.reason ?? ""))
      }
      return standing
    }
  }

  private func ended(_ at: InstantBounds) -> StandingRefusal {
    StandingRefusal(came: came, from: from, to: at, object: object, message: message)
  }
}
