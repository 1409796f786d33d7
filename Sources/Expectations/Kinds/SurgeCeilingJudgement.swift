import AutoscalerModel
import KubernetesObjects
import Profiles
import RunTimeline
import Units

extension Expectation.SurgeCeiling: JudgedKind {
  /// After each write that made a ReplicaSet larger, all ReplicaSets together may want no more pods than its annotation
  /// `max-replicas` says: the count and `maxSurge` as the controller knew them when it wrote.
  ///
  /// The watch of ReplicaSets tells the order of all their versions, so that no sum is ever made up of two readings. Where
  /// terminating pods count too, nothing limits them but what is asked here; the highest ceiling since the window began
  /// counts, since pods that are given back terminate as well.
  func opinion(on run: RunView) -> Opinion {
    run.judging(during, watching: \.createdReplicas) { judged in
      let kind = judged.cluster.kind
      guard kind == .deployment else {
        return .inconclusive("a \(kind.title) has no maxSurge: this is asked of Deployments")
      }
      let created = createdPods(judged)
      return terminating.map { created.joined(with: allPods(judged, terminating: $0)) } ?? created
    }
  }

  private func createdPods(_ judged: JudgedCluster) -> Opinion {
    let cluster = judged.cluster
    let rises = CountedMoments(CreatedPods.rises(in: cluster), in: judged.stretch, at: \.at)
    let known = cluster.createdReplicas
    // The generation counts changes of the specs that nobody saw.
    let unknown = known.unknown(in: judged.watched) { known.surrounds($0) && cluster.hasSameSpecs(over: $0) }
    let sight = judged.sight(of: ReplicaSet.resource, unknown: unknown)
    let isWhole = sight.isWhole && !cluster.replicaSets.isEmpty && rises.all.allSatisfy { $0.ceiling != nil }
    let measured = Judgement.Measurement.count(
      "createdPods.aboveCeiling", rises.certain.map(\.excess).reduce(0, max),
      isWhole ? rises.all.map(\.excess).reduce(0, max) : nil, limit: .noneAllowed)
    return decided(rises, cluster, sight).about(
      judged.window,
      evidence: rises.all.filter { $0.excess > 0 }.prefix(12).map { Evidence(at: $0.at, $0.sentence) } + sight.gaps,
      measuring: [measured])
  }

  private func decided(
    _ rises: CountedMoments<CreatedPods>, _ cluster: ClusterHistory, _ sight: JudgedCluster.Sight
  ) -> Opinion {
    if let worst = rises.certain.filter({ $0.excess > 0 }).max(by: { $0.excess < $1.excess }) {
      return .fail("\(worst.sentence) \(worst.at.plain)", evidence: [Evidence(at: worst.at, worst.advice)])
    }
    if let doubt = rises.doubtful.first(where: { $0.excess > 0 }) {
      return .inconclusive("\(doubt.sentence) \(doubt.at.plain), which may lie outside of \(during)")
    }
    if let objection = sight.objection() { return objection }
    if cluster.replicaSets.isEmpty { return .inconclusive("no ReplicaSet of the workload was seen") }
    if let mute = rises.all.first(where: { $0.ceiling == nil }) {
      return .inconclusive(
        "ReplicaSet \(mute.name) does not say how many pods there may be (annotation max-replicas)")
    }
    guard let fullest = rises.all.max(by: { $0.total < $1.total }), let ceiling = fullest.ceiling else {
      return .pass("no pod was created beyond those that were there")
    }
    return .pass("at most \(fullest.total) created pods, where \(ceiling) were allowed")
  }

  private func allPods(_ judged: JudgedCluster, terminating: Int) -> Opinion {
    let existing = ExistingPods(in: judged.cluster, judged.stretch)
    let sight = judged.sightOfPods
    let measured = Judgement.Measurement.count(
      "allPods.aboveCeiling", existing.certainExcess?.excess ?? 0,
      sight.isWhole && existing.hasCeiling ? existing.possibleExcess : nil,
      limit: Judgement.Measurement.Limit(.atMost, Double(terminating)))
    return decided(existing, terminating: terminating, sight).about(judged.window, evidence: [], measuring: [measured])
  }

  private func decided(_ existing: ExistingPods, terminating: Int, _ sight: JudgedCluster.Sight) -> Opinion {
    if let worst = existing.certainExcess, worst.excess > terminating {
      let advice = Evidence(
        at: worst.at,
        "change terminationGracePeriodSeconds or preStop of the pod template, or leave room for pods that terminate: "
          + "maxSurge does not count them")
      return .fail(
        "\(worst.pods) pods with those that terminate, \(worst.excess) above the ceiling of \(worst.ceiling), "
          + worst.at.plain, evidence: [advice])
    }
    if let objection = sight.objection() { return objection }
    guard existing.hasCeiling, let excess = existing.possibleExcess else {
      return .inconclusive("nothing was seen of the Deployment when \(during) began")
    }
    if excess > terminating {
      return .inconclusive(
        "perhaps \(excess) pods above the ceiling with those that terminate, as far as their times are known")
    }
    return .pass("at most \(excess.of("pod")) above it with those that terminate")
  }

  func remarks(on planned: PlannedWorkload) -> [PlanRemark] {
    guard planned.reference.kind != .deployment else { return [] }
    return [
      PlanRemark(
        field: "during",
        message:
          "a \(planned.reference.kind.title) has no maxSurge, so that nothing is judged of \(planned.reference.text)",
        hint: "ask it of a Deployment, or leave it out", isImpossible: true)
    ]
  }
}

/// How many pods all ReplicaSets together wanted after one of them was made larger.
struct CreatedPods {
  let at: InstantBounds
  /// The ReplicaSet that was written.
  let name: String
  let total: Int
  /// `nil` where it does not say.
  let ceiling: Int?
  private let writer: String?

  var excess: Int { ceiling.map { max(total - $0, 0) } ?? 0 }

  var sentence: String {
    "\(total) created pods, \(excess) above the ceiling of \(ceiling ?? 0), when ReplicaSet \(name) was made larger"
  }

  var advice: String {
    let who = writer.map { " by \($0)" } ?? ""
    return "scale the Deployment and not ReplicaSet \(name), which was written\(who): its controller sizes ReplicaSets"
  }

  static func rises(in cluster: ClusterHistory) -> [CreatedPods] {
    var sizes: [String: Int] = [:]
    var rises: [CreatedPods] = []
    for version in inOrder(cluster.replicaSets) {
      let metadata = version.object.metadata
      let uid = metadata.uid ?? metadata.name ?? ""
      let (before, now) = (sizes[uid], version.deleted ? 0 : version.object.spec.replicas ?? 1)
      sizes[uid] = now
      // What was there at first nobody saw coming, nor what was made and changed before anybody saw it.
      let isNew = version.at.earliest > .zero && metadata.generation ?? 1 == 1
      guard now > before ?? 0, before != nil || isNew else { continue }
      rises.append(
        CreatedPods(
          at: version.at, name: metadata.name ?? "", total: sizes.values.reduce(0, +),
          ceiling: metadata.annotations?[ReplicaSet.maxReplicasAnnotation].flatMap { Int($0) },
          writer: metadata.managedFields?.filter { $0.subresource != "status" }
            .max { ($0.time?.microseconds ?? 0) < ($1.time?.microseconds ?? 0) }?.manager))
    }
    return rises
  }

  /// All versions in the order in which they were written, as their resource versions tell. A deletion that only a list shows
  /// bears none of its own, and comes as early as it can have been: what it took away adds to no sum that it may not have
  /// been a part of.
  private static func inOrder(_ sets: [[ObjectVersion<ReplicaSet>]]) -> [ObjectVersion<ReplicaSet>] {
    var written: [ObjectVersion<ReplicaSet>] = []
    var ends: [ObjectVersion<ReplicaSet>] = []
    for versions in sets {
      for (index, version) in versions.enumerated() {
        let isTold = version.deleted && index > 0 && version.revision == versions[index - 1].revision
        if isTold { ends.append(version) } else { written.append(version) }
      }
    }
    written = written.enumerated().sorted { one, other in
      (one.element.revision ?? .max, one.element.at.latest, one.offset)
        < (other.element.revision ?? .max, other.element.at.latest, other.offset)
    }.map(\.element)
    for end in ends {
      let own = written.lastIndex { $0.object.metadata.uid == end.object.metadata.uid }.map { $0 + 1 } ?? 0
      let next = written.firstIndex { $0.at.latest >= end.at.earliest } ?? written.endIndex
      written.insert(end, at: max(own, next))
    }
    return written
  }
}

extension ObjectVersion where Object == ReplicaSet {
  /// Versions of all objects are numbered in the order in which they were written.
  fileprivate var revision: UInt64? { object.metadata.resourceVersion.flatMap { UInt64($0) } }
}
