import KubernetesObjects
import Profiles
import RunTimeline
import Units

extension Expectation.OneRollout: JudgedKind {
  /// A change of the pod template while pods of an older template were still there: they are of three templates then.
  func opinion(on run: RunView) -> Opinion {
    let (available, reason) = run.envelope(.available)
    switch run.stretch(during, watching: available ?? .unknown) {
    case .missing(let reason): return .inconclusive(reason)
    case .known(let stretch):
      guard let cluster = run.timeline.cluster, available != nil else { return .inconclusive(reason) }
      let window = stretch.hull
      let resource = run.workloadKind.resource.plural
      let known = cluster.updatedReplicas
      let changes = CountedMoments(TemplateChange.changes(of: cluster.workload, known), in: stretch, at: \.at)
      let overlapping = changes.certain.filter { $0.overlap == .certain }
      let possible = changes.all.filter { $0.overlap != .none }
      let unknown = known.pieces(from: window.earliest, to: window.latest).first { $0.range == nil }
      let isWhole = stretch.unfinished == nil && unknown == nil
      let measured: [Judgement.Measurement] = [
        .count(
          "rollouts.overlapping", overlapping.count, isWhole ? possible.count : nil,
          limit: Judgement.Measurement.Limit(.atMost, 0))
      ]
      let evidence =
        changes.all.prefix(12).map { Evidence(at: $0.at, $0.sentence) }
        + CountEvidence.gaps(run, resource: resource, in: window)
      if let first = overlapping.first {
        let advice = "wait for the rollout before the next change of the template, as by kubectl rollout status"
        return .fail(
          "\(first.sentence) \(first.at.plain)", window: window, evidence: [Evidence(at: first.at, advice)] + evidence
        ).measuring(measured)
      }
      if let doubt = possible.first {
        let why = doubt.overlap == .certain ? "which may lie outside of \(during)" : "as far as is known"
        return .inconclusive("\(doubt.sentence) \(doubt.at.plain), \(why)", window: window, evidence: evidence)
          .measuring(measured)
      }
      if let unfinished = stretch.unfinished {
        return .inconclusive(unfinished, window: window, evidence: evidence).measuring(measured)
      }
      if let unknown {
        return .unknown(
          unknown.from, unknown.to, run, resource: resource, window: window, evidence: evidence
        ).measuring(measured)
      }
      let count = changes.all.count
      let found =
        count == 0 ? "the pod template did not change" : count == 1 ? "1 rollout" : "\(count) rollouts, one by one"
      return .pass(found, window: window, evidence: evidence).measuring(measured)
    }
  }

  /// Whether it can pass depends on the cluster, which no plan tells of.
  func remarks(on profile: Profile) -> [PlanRemark] { [] }

  var focus: Judgement.Focus { .firstEvidence }
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
  private let image: String?
  private let progress: String

  /// `the pod template changed (app:v3) with 2 of 5 pods of the one before`
  var sentence: String {
    let change = "the pod template changed" + (image.map { " (\($0))" } ?? "")
    return overlap == .none ? change : "\(change) with \(progress) of the one before"
  }

  /// - Parameter known: over which time the status is known.
  static func changes(of versions: [ObjectVersion<Workload>], _ known: CountEnvelope) -> [TemplateChange] {
    var changes: [TemplateChange] = []
    var begin = versions.startIndex
    for index in versions.indices.dropFirst() {
      if versions[index].deleted || versions[index - 1].deleted {
        begin = index
        continue
      }
      guard versions[index].object.template != versions[index - 1].object.template else { continue }
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
    image = versions[index].object.image
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
}
