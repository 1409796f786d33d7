import KubernetesObjects
import Profiles
import RunTimeline
import Units

extension Expectation.WithinCorridor: JudgedKind {
  /// Passes when, at every instant, every count that may have been wanted lies in the corridor, and no rescale is in
  /// doubt; fails when at some instant none does, whoever set it.
  func opinion(on run: RunView) -> Opinion {
    run.judgingScaling(under: controller) { analysis, record in
      switch run.stretch(during) {
      case .missing(let reason): return .inconclusive(reason)
      case .known(let stretch):
        guard let corridor = analysis.corridor else { return .inconclusive(run.timeline.missingAutoscaler) }
        return opinion(on: run, in: stretch, record: record, corridor: corridor, analysis)
      }
    }
  }

  private func opinion(
    on run: RunView, in stretch: RunView.Stretch, record: ScalingRecord, corridor: ReplicaCorridor,
    _ analysis: RunAnalysis
  ) -> Opinion {
    let wanted = record.history.wantedReplicas
    let window = during == .run ? run.watchedPart(of: stretch.hull, by: wanted) : stretch.hull
    let pieces = CorridorPiece.pieces(
      of: wanted, corridor: corridor, from: window.earliest, to: window.latest)
    let evidence = CorridorEvidence(corridor: corridor, record: record)
    var rows = evidence.rows(in: window)
    rows += evidence.changesByOthers(in: window)
    // A count that was seen was wanted at some instant, however short; where it is allowed at none of those at which that
    // can have been, nothing else matters.
    let seen = (wanted.stays ?? []).map { CorridorPiece(at: $0.from, seen: $0.value, corridor: corridor) }
    let outside =
      pieces.filter { $0.isOutside && $0.overlaps(stretch) } + seen.filter { $0.isOutside && $0.lies(in: stretch) }
    /// - Parameter most: how many of the counts may be outside; `nil` where nobody knows.
    func measured(_ most: Int?) -> [Judgement.Measurement] {
      [
        .count(
          "wantedReplicas.outsideCorridor", outside.count, most, limit: .noneAllowed)
      ]
    }
    if let first = outside.first {
      let text = evidence.objection(to: first)
      rows.append(Evidence(at: InstantBounds(first.from, first.to), text))
      return .fail(text, window: window, evidence: rows).measuring(measured(nil))
    }
    if let unfinished = stretch.unfinished, stretch.cut {
      return .inconclusive(unfinished, window: window, evidence: rows).measuring(measured(nil))
    }
    if let unknown = pieces.first(where: { $0.wanted == nil || $0.possible == nil }) {
      let resource = unknown.wanted == nil ? run.workloadKind.resource : HorizontalPodAutoscaler.resource
      return .unknown(
        unknown.from, unknown.to, run, resource: resource.plural, window: window, evidence: rows
      ).measuring(measured(nil))
    }
    let mayLie = seen.filter { $0.to >= window.earliest && $0.from <= window.latest }
    let doubtful = pieces.filter { !$0.isInside } + mayLie.filter(\.isOutside)
    if let doubt = doubtful.first {
      return .inconclusive(evidence.doubt(about: doubt), window: window, evidence: rows)
        .measuring(measured(doubtful.count))
    }
    // A corridor holds what some history allows; whether all do is told by the rescales, and by the syncs that left the
    // count as it was.
    let doubts = analysis.rulings.filter { $0.verdict != .pass && $0.at.meets(window) }
    if let doubt = doubts.min(by: { $0.at.latest < $1.at.latest }) {
      return .inconclusive("\(doubt.text), \(doubt.at.plain)", window: window, evidence: rows)
        .measuring(measured(doubts.count))
    }
    let exact = pieces.filter { $0.possible.map { $0.lowerBound == $0.upperBound } ?? false }
    let share = percentText(
      Int(exact.reduce(0) { $0 + ($1.to - $1.from).seconds * 1000 }),
      of: Int(window.width.seconds * 1000))
    return .pass(
      "within the corridor throughout \(window.width.plain); it allowed one count only over \(share) of that",
      window: window, evidence: rows
    ).measuring(measured(0))
  }
}
