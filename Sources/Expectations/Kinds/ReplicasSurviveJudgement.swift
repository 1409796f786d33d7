import KubernetesObjects
import Profiles
import RunTimeline
import Units

extension Expectation.ReplicasSurvive: JudgedKind {
  /// Each change of `spec.replicas` of the window, by who wrote it as managed fields and the autoscaler's status tell.
  func opinion(on run: RunView) -> Opinion {
    run.judging(during, counting: .wanted) { judged, envelope in
      let (cluster, window) = (judged.cluster, judged.window)
      let changes = CountedMoments(Self.changes(run, cluster), in: judged.stretch, at: \.at)
      let sight = judged.sight(ofSpecs: cluster.workload, cluster.kind.resource, counting: envelope)
      let possible = changes.all.filter { $0.author != .autoscaler }
      let measured = Judgement.Measurement.count(
        "wantedReplicas.changedByOthers", changes.certain.count(where: \.isByOthers),
        sight.isWhole ? possible.count : nil, limit: .noneAllowed)
      return decided(changes, envelope, judged, sight).about(
        window, evidence: possible.prefix(12).map { Evidence(at: $0.at, $0.sentence) } + sight.gaps,
        measuring: [measured])
    }
  }

  /// Whoever changes the count, it is about that.
  var isDisturbable: Bool { false }

  private func decided(
    _ changes: CountedMoments<WantedChange>, _ envelope: CountEnvelope, _ judged: JudgedCluster,
    _ sight: JudgedCluster.Sight
  ) -> Opinion {
    if let first = changes.certain.first(where: \.isByOthers) {
      let advice = first.advice(hasAutoscaler: judged.cluster.watched.autoscaler != nil)
      return .fail("\(first.sentence) \(first.at.plain)", evidence: [Evidence(at: first.at, advice)])
    }
    if let doubt = changes.all.first(where: { $0.author != .autoscaler }) {
      let change = "\(doubt.sentence) \(doubt.at.plain)"
      return .inconclusive(
        doubt.isByOthers
          ? "\(change), which may lie outside of \(during)"
          : "\(change): managed fields do not tell whether the autoscaler did it")
    }
    if let objection = sight.objection() { return objection }
    let rescales = changes.all.count
    let extent = envelope.extent(from: judged.window.earliest, to: judged.window.latest).map(CountEvidence.text)
    return .pass(
      "\(extent ?? "unknown") wanted"
        + (rescales == 0 ? " throughout" : ", changed \(rescales.of("time")) by the autoscaler alone"))
  }

  private static func changes(_ run: RunView, _ cluster: ClusterHistory) -> [WantedChange] {
    if let record = run.analysis.scaling {
      let unwatched = cluster.gaps[cluster.kind.resource.plural] ?? []
      return record.changes.map { change in
        // What was found after nobody had watched may be the sum of several changes, and who wrote last have made none.
        let isBlind = unwatched.contains { $0.earliest < change.at.latest && $0.latest > change.at.earliest }
        // Another autoscaler writes under the same name, and this one says of what it did.
        let isUnconfirmed = change.author == .autoscaler && change.sync == nil
        let author = isBlind || isUnconfirmed ? .unknown : change.author
        return WantedChange(at: change.at, from: change.from, to: change.to, author: author)
      }
    }
    return cluster.workload.rescales.map { before, after in
      let isBlind = after.missedSince != nil
      let written = ObservedChange.author(of: after.object, after: before.object)
      let hasAutoscaler = cluster.watched.autoscaler != nil
      // Of an autoscaler that was not seen nothing tells what it did.
      let author = isBlind || written == .autoscaler && hasAutoscaler ? .unknown : written
      // Without one, whoever it was is somebody else.
      let isSomebody = !author.isOther && !hasAutoscaler
      let name = author == .autoscaler ? "an autoscaler that is not watched" : ""
      return WantedChange(
        at: after.at, from: before.object.wanted, to: after.object.wanted, author: isSomebody ? .other(name) : author)
    }
  }
}

/// A change of the wanted count and who made it.
private struct WantedChange {
  let at: InstantBounds
  let from: Int
  let to: Int
  /// The name is empty where managed fields do not tell it.
  let author: ObservedChange.Author

  var isByOthers: Bool { author.isOther }

  var sentence: String {
    if case .other(let name) = author, !name.isEmpty { return "\(from) -> \(to) wanted by \(name)" }
    return "\(from) -> \(to) wanted, by whom is not recorded"
  }

  func advice(hasAutoscaler: Bool) -> String {
    guard case .other(let name) = author, !name.isEmpty, name != "kubectl" || hasAutoscaler else {
      return "change nothing in spec.replicas during a release, or expect the new count"
    }
    return "leave spec.replicas out of what \(name) writes: "
      + (hasAutoscaler ? "the autoscaler keeps the count" : "it sets the count anew each time")
  }
}
