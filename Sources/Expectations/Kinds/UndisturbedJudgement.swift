import KubernetesObjects
import Profiles
import RunTimeline
import Units

extension Expectation.Undisturbed: JudgedKind {
  /// Each change of the specs by who made it: an action of the run, the autoscaler, somebody who may, or somebody else.
  func opinion(on run: RunView) -> Opinion {
    run.judging(during, counting: .wanted) { judged, envelope in
      let cluster = judged.cluster
      let changes = changes(judged)
      let sights = sights(judged, envelope)
      let isWhole = sights.allSatisfy(\.isWhole)
      let certain = changes.certain.count { $0.doubt == nil }
      let measured = Judgement.Measurement.count(
        "workload.changedByOthers", certain, isWhole ? changes.all.count : nil, limit: .noneAllowed)
      let rows = changes.all.prefix(12).map { change in
        Evidence(at: change.at, change.sentence + (change.doubt.map { ": \($0)" } ?? ""))
      }
      return decided(changes, sights, cluster).about(
        judged.window, evidence: rows + sights.flatMap(\.gaps), measuring: [measured])
    }
  }

  private func changes(_ judged: JudgedCluster) -> CountedMoments<ForeignChange> {
    CountedMoments(
      ForeignChanges(run: judged.run, cluster: judged.cluster, allowed: Set(writers)).all, in: judged.stretch, at: \.at)
  }

  /// The first change of the window that others certainly made; `nil` where there is none.
  func disturbance(of run: RunView) -> ForeignChange? {
    guard let envelope = run.envelope(.wanted).0,
      case .known(let stretch) = run.stretch(during, watching: envelope), let cluster = run.timeline.cluster
    else { return nil }
    let judged = JudgedCluster(run: run, cluster: cluster, stretch: stretch, watched: stretch.hull)
    return changes(judged).certain.first { $0.doubt == nil }
  }

  /// That somebody deletes what is judged is what it is about.
  var judgesAbsences: Bool { true }

  private func sights(_ judged: JudgedCluster, _ envelope: CountEnvelope) -> [JudgedCluster.Sight] {
    let cluster = judged.cluster
    let workload = judged.sight(ofSpecs: cluster.workload, cluster.kind.resource, counting: envelope)
    guard cluster.watched.autoscaler != nil else { return [workload] }
    // Its own last word comes at another moment than that of the workload.
    let recommended = cluster.recommendedReplicas
    let watched = during == .run ? judged.run.watchedPart(of: judged.window, by: recommended) : judged.watched
    let autoscaler = judged.sight(
      ofSpecs: cluster.autoscaler, HorizontalPodAutoscaler.resource, counting: recommended, in: watched)
    return [workload, autoscaler]
  }

  /// It is the guard.
  var isDisturbable: Bool { false }

  private func decided(
    _ changes: CountedMoments<ForeignChange>, _ sights: [JudgedCluster.Sight], _ cluster: ClusterHistory
  ) -> Opinion {
    if let first = changes.certain.first(where: { $0.doubt == nil }) {
      let who = first.writers.first
      let advice =
        who.map { "let \($0) be still during a run, or name it: except: [\($0)]" }
        ?? "see with kubectl get --show-managed-fields who writes it"
      return .fail("\(first.sentence) \(first.at.plain)", evidence: [Evidence(at: first.at, advice)])
    }
    if let open = changes.all.first {
      return .inconclusive("\(open.sentence) \(open.at.plain): \(open.doubt ?? "it may lie outside of \(during)")")
    }
    if let objection = sights.lazy.compactMap({ $0.objection() }).first { return objection }
    let objects =
      "\(cluster.kind.title) \(cluster.watched.reference.name)"
      + (cluster.watched.autoscaler == nil ? "" : " and its autoscaler")
    return .pass("\(objects) changed by nobody else")
  }
}
