import KubernetesObjects
import Profiles
import RunTimeline
import Units

extension Expectation.ReplicasSurvive: JudgedKind {
  /// Each change of `spec.replicas` of the window, by who wrote it as managed fields and the autoscaler's status tell.
  func opinion(on run: RunView) -> Opinion {
    let (known, reason) = run.envelope(.wanted)
    switch run.stretch(during, watching: known ?? .unknown) {
    case .missing(let reason): return .inconclusive(reason)
    case .known(let stretch):
      guard let envelope = known, let cluster = run.timeline.cluster else { return .inconclusive(reason) }
      let window = stretch.hull
      let resource = run.workloadKind.resource.plural
      let changes = CountedMoments(Self.changes(run, cluster), in: stretch, at: \.at)
      let unknown = envelope.pieces(from: window.earliest, to: window.latest).first { piece in
        // The generation counts changes of the spec that nobody saw.
        piece.range == nil
          && !(piece.to < envelope.end && piece.from > envelope.segments.first?.start ?? .farFuture
            && cluster.hasSameSpec(
              cluster.workload, of: cluster.kind.resource, over: InstantBounds(piece.from, piece.to)))
      }
      let others = changes.certain.filter(\.isByOthers)
      let possible = changes.all.filter { $0.author != .autoscaler }
      let isWhole = stretch.unfinished == nil && unknown == nil
      let measured: [Judgement.Measurement] = [
        .count(
          "wantedReplicas.changedByOthers", others.count, isWhole ? possible.count : nil,
          limit: Judgement.Measurement.Limit(.atMost, 0))
      ]
      let evidence =
        possible.prefix(12).map { Evidence(at: $0.at, $0.sentence) }
        + CountEvidence.gaps(run, resource: resource, in: window)
      if let first = others.first {
        return .fail(
          "\(first.sentence) \(first.at.plain)", window: window,
          evidence: [Evidence(at: first.at, first.advice(hasAutoscaler: cluster.watched.autoscaler != nil))] + evidence
        ).measuring(measured)
      }
      if let doubt = possible.first {
        let reason =
          doubt.isByOthers
          ? "\(doubt.sentence) \(doubt.at.plain), which may lie outside of \(during)"
          : "\(doubt.sentence) \(doubt.at.plain): managed fields do not tell whether the autoscaler did it"
        return .inconclusive(reason, window: window, evidence: evidence).measuring(measured)
      }
      if let unfinished = stretch.unfinished {
        return .inconclusive(unfinished, window: window, evidence: evidence).measuring(measured)
      }
      if let unknown {
        return .unknown(
          unknown.from, unknown.to, run, resource: resource, window: window, evidence: evidence
        ).measuring(measured)
      }
      let rescales = changes.all.count
      let extent = envelope.extent(from: window.earliest, to: window.latest).map(CountEvidence.text) ?? "unknown"
      return .pass(
        rescales == 0
          ? "\(extent) wanted throughout" : "\(extent) wanted, changed \(rescales.of("time")) by the autoscaler alone",
        window: window, evidence: evidence
      ).measuring(measured)
    }
  }

  /// Whether it can pass depends on the cluster, which no plan tells of.
  func remarks(on profile: Profile) -> [PlanRemark] { [] }

  var focus: Judgement.Focus { .firstEvidence }

  private static func changes(_ run: RunView, _ cluster: ClusterHistory) -> [WantedChange] {
    if let record = run.analysis.scaling {
      let unwatched = cluster.gaps[cluster.kind.resource.plural] ?? []
      return record.changes.map { change in
        // What was found after nobody had watched may be the sum of several changes, and who wrote last have made none.
        let isBlind = unwatched.contains { $0.earliest < change.at.latest && $0.latest > change.at.earliest }
        return WantedChange(at: change.at, from: change.from, to: change.to, author: isBlind ? .unknown : change.author)
      }
    }
    return zip(cluster.workload, cluster.workload.dropFirst()).compactMap { before, version in
      let (from, to) = (before.object.wanted, version.object.wanted)
      guard from != to, !before.deleted, !version.deleted else { return nil }
      let isBlind = version.missedSince != nil
      let author = isBlind ? .unknown : ObservedChange.author(of: version.object, after: before.object)
      // Without an autoscaler, whoever it was is somebody else.
      let isNobody = author == .unknown && cluster.watched.autoscaler == nil
      return WantedChange(at: version.at, from: from, to: to, author: isNobody ? .other("") : author)
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
