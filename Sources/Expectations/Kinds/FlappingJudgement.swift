import KubernetesObjects
import Profiles
import RunTimeline
import Units

extension Expectation.Flapping: JudgedKind {
  /// Counts from rise to fall and from fall to rise, whoever asked for them. What was not watched may have had any number more,
  /// but none fewer.
  func opinion(on run: RunView) -> Opinion {
    let (known, reason) = run.envelope(.wanted)
    switch run.stretch(during, watching: known ?? .unknown) {
    case .missing(let reason): return .inconclusive(reason)
    case .known(let stretch):
      guard let envelope = known, let cluster = run.timeline.cluster else { return .inconclusive(reason) }
      return opinion(on: run, in: stretch, envelope, cluster)
    }
  }

  private func opinion(
    on run: RunView, in stretch: RunView.Stretch, _ envelope: CountEnvelope, _ cluster: ClusterHistory
  ) -> Opinion {
    let window = during == .run ? run.watchedPart(of: stretch.hull, by: envelope) : stretch.hull
    let pieces = WindowPieces(stretch)
    let changes = CountChange.changes(of: envelope).filter { !$0.isAbsence }
    let possible = changes.filter { $0.at.latest >= window.earliest && $0.at.earliest <= window.latest }
    let certain = possible.filter { pieces.mustHold($0.at.earliest, $0.at.latest + .nanoseconds(1)) }
    let (least, most) = (Self.reversals(in: certain), Self.reversals(in: possible))
    let unknown = envelope.pieces(from: window.earliest, to: window.latest).first { $0.range == nil }
    let isWhole = unknown == nil && stretch.unfinished == nil
    let evidence =
      CountEvidence.changes(of: .wanted, envelope, run, in: window) + CountEvidence.byOthers(run, in: window)
      + CountEvidence.gaps(run, resource: run.workloadKind.resource.plural, in: window)
    let limit = Judgement.Measurement.Limit(reversals.relation, Double(reversals.count))
    let measured = [
      Judgement.Measurement.count("wantedReplicas.reversals", least, isWhole ? most : nil, limit: limit)
    ]
    let text = least == most ? "\(least)" : "\(least) to \(most)"
    let finding =
      "the wanted count changed its direction \(text) times in \(changes.isEmpty ? 0 : possible.count) changes"
    let range = least...(isWhole ? most : .max)
    if !reversals.mayHold(in: range) {
      return .fail(
        "\(finding), where \(reversals) was expected", window: window,
        evidence: evidence + advice(possible, cluster)
      ).measuring(measured)
    }
    if let unfinished = stretch.unfinished {
      return .inconclusive(unfinished, finding: "\(finding) so far", window: window, evidence: evidence)
        .measuring(measured)
    }
    if let unknown {
      return .unknown(
        unknown.from, unknown.to, run, resource: run.workloadKind.resource.plural, window: window, evidence: evidence
      ).measuring(measured)
    }
    if reversals.mustHold(in: range) { return .pass(finding, window: window, evidence: evidence).measuring(measured) }
    return .inconclusive(
      "changes at the edges of \(during) decide", finding: finding, window: window, evidence: evidence
    ).measuring(measured)
  }

  /// How often a change goes the other way than the one before it.
  private static func reversals(in changes: [CountChange]) -> Int {
    zip(changes, changes.dropFirst()).count { ($0.to > $0.from) != ($1.to > $1.from) }
  }

  /// The field that holds a count: its value, and what it would have had to be.
  private func advice(_ changes: [CountChange], _ cluster: ClusterHistory) -> [Evidence] {
    guard let autoscaler = cluster.autoscaler.last?.object, reversals.relation != .atLeast else { return [] }
    // From the fall that a rise undid to that rise: a longer window would have kept the pods.
    let undone = zip(changes, changes.dropFirst()).filter { $0.to < $0.from && $1.to > $1.from }
    guard let longest = undone.map({ $1.at.latest - $0.at.earliest }).max() else { return [] }
    let window = autoscaler.spec.behavior?.scaleDown?.stabilizationWindowSeconds.map { "is \($0)" } ?? "is not set"
    return [
      Evidence(
        "spec.behavior.scaleDown.stabilizationWindowSeconds \(window): a fall was undone up to \(longest.plain) later, and a "
          + "window longer by that would have kept the pods")
    ]
  }

  /// Whether it can pass depends on the cluster, which no plan tells of.
  func remarks(on profile: Profile) -> [PlanRemark] { [] }

  var focus: Judgement.Focus { .firstEvidence }
}
