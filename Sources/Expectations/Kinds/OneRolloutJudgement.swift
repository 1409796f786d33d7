import KubernetesObjects
import Profiles
import RunTimeline
import Units

extension Expectation.OneRollout: JudgedKind {
  /// A change of the pod template while pods of an older template were still there.
  func opinion(on run: RunView) -> Opinion {
    run.judging(during, counting: .available) { judged, _ in
      let known = judged.cluster.updatedReplicas
      let changes = CountedMoments(
        TemplateChange.changes(of: judged.cluster.workload, known), in: judged.stretch, at: \.at)
      let sight = judged.sight(of: judged.cluster.kind.resource, unknown: known.unknown(in: judged.watched))
      let measured = Judgement.Measurement.count(
        "rollouts.overlapping", changes.certain.count { $0.overlap == .certain },
        sight.isWhole ? changes.all.count { $0.overlap != .none } : nil, limit: .noneAllowed)
      return decided(changes, sight).about(
        judged.window, evidence: changes.all.prefix(12).map { Evidence(at: $0.at, $0.sentence) } + sight.gaps,
        measuring: [measured])
    }
  }

  /// Whoever rolls out, it is about that.
  var isDisturbable: Bool { false }

  private func decided(_ changes: CountedMoments<TemplateChange>, _ sight: JudgedCluster.Sight) -> Opinion {
    if let first = changes.certain.first(where: { $0.overlap == .certain }) {
      let advice = "wait for the rollout before the next change of the template, as by kubectl rollout status"
      return .fail("\(first.sentence) \(first.at.plain)", evidence: [Evidence(at: first.at, advice)])
    }
    if let doubt = changes.all.first(where: { $0.overlap != .none }) {
      let why = doubt.overlap == .certain ? "which may lie outside of \(during)" : "as far as is known"
      return .inconclusive("\(doubt.sentence) \(doubt.at.plain), \(why)")
    }
    if let objection = sight.objection() { return objection }
    let count = changes.all.count
    return .pass(
      count == 0 ? "the pod template did not change" : count == 1 ? "1 rollout" : "\(count) rollouts, one by one")
  }

  func remarks(on planned: PlannedWorkload) -> [PlanRemark] {
    guard let most = planned.mostTemplateChanges, most < 2 else { return [] }
    return [
      PlanRemark(
        field: "during",
        message:
          "the pod template of \(planned.reference.text) is changed \(most == 0 ? "never" : "once only") in this run, so "
          + "that this cannot fail",
        hint: "change it again while the rollout before is under way, or leave this out")
    ]
  }
}

/// A change of the pod template, and whether the rollout of the one before was still under way.
struct TemplateChange {
  enum Overlap: Equatable {
    case certain
    /// What was missed may have been its end.
    case possible
    case none
  }

  let at: InstantBounds
  let overlap: Overlap
  private let change: String
  private let progress: String

  /// `the pod template changed to app:v3 when 2 of 5 pods were of the template before`
  var sentence: String {
    overlap == .none ? change : "\(change) when \(progress) were of the template before"
  }

  /// - Parameter known: over which time the status is known.
  static func changes(of versions: [ObjectVersion<Workload>], _ known: CountEnvelope) -> [TemplateChange] {
    var changes: [TemplateChange] = []
    let starts = Set(versions.templateChanges)
    var begin = versions.startIndex
    for index in versions.indices.dropFirst() {
      if versions[index].deleted || versions[index - 1].deleted {
        begin = index
        continue
      }
      guard starts.contains(index) else { continue }
      changes.append(TemplateChange(versions, from: begin, to: index, known))
      begin = index
    }
    return changes
  }

  /// - Parameters:
  ///   - begin: the first version with the template before.
  ///   - index: the first with the new one.
  private init(_ versions: [ObjectVersion<Workload>], from begin: Int, to index: Int, _ known: CountEnvelope) {
    let last = versions[index - 1].object
    at = versions[index].at
    change = Self.change(from: last, to: versions[index].object)
    progress = "\(last.status?.updated ?? 0) of \(last.wanted) pods"
    let generation = versions[begin].object.metadata.generation ?? 0
    let isFirst = begin == versions.startIndex || versions[begin - 1].deleted
    let isOver = versions[begin..<index].contains { version in
      version.object.hasObserved(generation: generation) && !version.object.isRollingOut
    }
    if isOver || !last.kind.type.rollsOut {
      overlap = .none
      return
    }
    let start = max(versions[begin].at.latest, known.segments.first?.start ?? .zero)
    let isSeen = !known.pieces(from: min(start, at.latest), to: at.latest).contains { $0.range == nil }
    // A template of which there never was a pod, as of a paused Deployment, stands beside no other.
    let hasPods = last.hasObserved(generation: generation) ? (last.status?.updated ?? 0) > 0 : nil
    if isSeen, hasPods == false {
      overlap = .none
      return
    }
    // What lay before the first version nobody has seen; pods of an older template in it tell enough.
    overlap = isSeen && hasPods == true && (!isFirst || last.isRollingOut) ? .certain : .possible
  }

  /// What changed, as far as one can say it shortly: the image, a restart that was asked for, or something else.
  private static func change(from before: Workload, to after: Workload) -> String {
    let restart = "kubectl.kubernetes.io/restartedAt"
    let (old, new) = (before.template.metadata?.annotations?[restart], after.template.metadata?.annotations?[restart])
    if before.template.spec == after.template.spec, let new, new != old {
      return "a restart of all pods was asked for"
    }
    guard let image = after.image else { return "the pod template changed" }
    return image == before.image
      ? "the pod template changed, but for the image \(image)" : "the pod template changed to \(image)"
  }
}
