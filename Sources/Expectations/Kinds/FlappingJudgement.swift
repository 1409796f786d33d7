import KubernetesObjects
import Profiles
import RunTimeline
import Units

extension Expectation.Flapping: JudgedKind {
  /// Counts from rise to fall and from fall to rise, whoever asked for them. What was not watched may have had any number more,
  /// but none fewer.
  func opinion(on run: RunView) -> Opinion {
    run.judging(during, counting: .wanted) { judged, envelope in
      let window = judged.watched
      let changes = CountedMoments(
        CountChange.changes(of: envelope).filter { !$0.isAbsence }, in: judged.stretch, at: \.at)
      let sight = judged.sight(of: judged.cluster.kind.resource, unknown: envelope.unknown(in: window))
      let most = sight.isWhole ? Self.reversals(in: changes.all) : nil
      let measured = Judgement.Measurement.count(
        "wantedReplicas.reversals", Self.reversals(in: changes.certain), most,
        limit: Judgement.Measurement.Limit(reversals.relation, Double(reversals.count)))
      let evidence =
        CountEvidence.changes(of: .wanted, envelope, run, in: window) + CountEvidence.byOthers(run, in: window)
      return decided(changes, measured.position, judged.cluster, sight).about(
        window, evidence: evidence + sight.gaps, measuring: [measured])
    }
  }

  private func decided(
    _ changes: CountedMoments<CountChange>, _ position: Judgement.Measurement.Position?, _ cluster: ClusterHistory,
    _ sight: JudgedCluster.Sight
  ) -> Opinion {
    let (least, most) = (Self.reversals(in: changes.certain), Self.reversals(in: changes.all))
    let text = least == most ? "\(least)" : "\(least) to \(most)"
    let finding = "the wanted count changed its direction \(text) times in \(changes.all.count.of("change"))"
    if position == .outside {
      return .fail("\(finding), where \(reversals) was expected", evidence: advice(changes.all, cluster))
    }
    if let objection = sight.objection(finding: finding) { return objection }
    if position == .within { return .pass(finding) }
    return .inconclusive("changes at the edges of \(during) decide", finding: finding)
  }

  /// How often a change goes the other way than the one before it.
  private static func reversals(in changes: [CountChange]) -> Int {
    zip(changes, changes.dropFirst()).count { ($0.to > $0.from) != ($1.to > $1.from) }
  }

  /// The field that holds a count: its value, and what it would have had to be.
  private func advice(_ changes: [CountChange], _ cluster: ClusterHistory) -> [Evidence] {
    if reversals.relation == .atLeast { return [] }
    // From the fall that a rise undid to that rise: a longer window would have kept the pods.
    let undone = zip(changes, changes.dropFirst()).filter { $0.to < $0.from && $1.to > $1.from }
    guard let longest = undone.map({ $1.at.latest - $0.at.earliest }).max(), let last = undone.last?.1.at.latest,
      let autoscaler = cluster.autoscaler.last(where: { $0.at.earliest <= last }), !autoscaler.deleted
    else { return [] }
    let window =
      autoscaler.object.spec.behavior?.scaleDown?.stabilizationWindowSeconds.map { "is \($0)" } ?? "is not set"
    return [
      Evidence(
        "spec.behavior.scaleDown.stabilizationWindowSeconds \(window): a fall was undone up to \(longest.plain) later, and a "
          + "window longer by that would have kept the pods")
    ]
  }

  func remarks(on planned: PlannedWorkload) -> [PlanRemark] {
    guard let (range, limit) = planned.wanted, range.count == 1 else { return [] }
    let isMet = reversals.holds(for: 0)
    return [
      PlanRemark(
        field: "reversals",
        message:
          "\(range.lowerBound) replicas are wanted all the time by the manifests (\(limit)), so that this can never "
          + (isMet ? "fail" : "pass"),
        hint: "let the autoscaler have a choice of counts", isImpossible: !isMet)
    ]
  }
}
