import AutoscalerModel
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

  /// Whether it can pass depends on the cluster, which no plan tells of.
  func remarks(on profile: Profile) -> [PlanRemark] { [] }

  var focus: Judgement.Focus { .firstEvidence }

  private func opinion(
    on run: RunView, in stretch: RunView.Stretch, record: ScalingRecord, corridor: ReplicaCorridor,
    _ analysis: RunAnalysis
  ) -> Opinion {
    let wanted = record.history.wantedReplicas
    var window = stretch.hull
    // Of the whole run, that part is judged in which the workload was watched: from the first list to the last word,
    // unless that came so long before the end that the watch cannot have been alive.
    if during == .run, let first = wanted.segments.first?.start, first < wanted.end {
      let isAlive = window.latest - wanted.end <= WatchLag.longestSilence
      window = window.intersection(InstantBounds(first, isAlive ? wanted.end : window.latest)) ?? window
    }
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
          "wantedReplicas.outsideCorridor", outside.count, most, limit: Judgement.Measurement.Limit(.atMost, 0))
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
    let doubts = analysis.rulings.filter {
      $0.verdict != .pass && $0.at.latest >= window.earliest && $0.at.earliest <= window.latest
    }
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

/// A stretch in which neither the observed count nor the corridor changes.
struct CorridorPiece {
  let from: Duration
  let to: Duration
  /// The counts that may have been wanted; `nil` where nothing is known.
  let wanted: ClosedRange<Int>?
  let possible: ClosedRange<Int>?
  let likely: ClosedRange<Int>?

  /// Whether every count that may have been wanted is allowed, even without a restart of the controller.
  var isInside: Bool {
    guard let wanted, let likely else { return false }
    return likely.lowerBound <= wanted.lowerBound && wanted.upperBound <= likely.upperBound
  }

  /// `3 to 5 wanted from 12s to 13.5s`, or `20 wanted between 12s and 13.5s`.
  var text: String {
    let count = wanted.map { CountEvidence.text($0) } ?? "an unknown count"
    let when = isMoment ? InstantBounds(from, to).plain : "from \(from.plain) to \(to.plain)"
    return "\(count) wanted \(when)"
  }

  /// Whether no count that may have been wanted is allowed.
  var isOutside: Bool {
    guard let wanted, let possible else { return false }
    return !wanted.overlaps(possible)
  }

  /// Whether it is a count that was seen at some instant from its start to its end, and not throughout.
  var isMoment = false

  /// Whether it certainly lies in the stretch.
  func lies(in stretch: RunView.Stretch) -> Bool { from >= stretch.start.latest && to < stretch.end.earliest }

  /// Whether it certainly belongs to the stretch in part.
  func overlaps(_ stretch: RunView.Stretch) -> Bool { from < stretch.end.earliest && to > stretch.start.latest }

  static func pieces(
    of wanted: CountEnvelope, corridor: ReplicaCorridor, from start: Duration, to end: Duration
  ) -> [CorridorPiece] {
    let envelopes = [wanted, corridor.possible, corridor.likely]
    let edges = envelopes.flatMap { $0.segments.map(\.start) + [$0.end] }.filter { $0 > start && $0 < end }
    let instants = [start] + Set(edges).sorted() + [end]
    return zip(instants, instants.dropFirst()).filter { $0 < $1 }.map { from, to in
      // An envelope ends with its last observation, which holds at that instant and not after it.
      func range(_ envelope: CountEnvelope) -> ClosedRange<Int>? {
        from < envelope.end ? envelope.range(at: from) : nil
      }
      return CorridorPiece(
        from: from, to: to, wanted: range(wanted), possible: range(corridor.possible), likely: range(corridor.likely))
    }
  }
}

extension CorridorPiece {
  /// A count that was seen, beside all that is allowed at any of the instants at which it may have come.
  init(at: InstantBounds, seen count: Int, corridor: ReplicaCorridor) {
    func hull(_ envelope: CountEnvelope) -> ClosedRange<Int>? {
      let pieces = envelope.pieces(from: at.earliest, to: at.latest)
      let isKnown = at.latest < envelope.end && !pieces.contains { $0.range == nil }
      guard isKnown, let before = envelope.extent(from: at.earliest, to: at.latest),
        let last = envelope.range(at: at.latest)
      else { return nil }
      return min(before.lowerBound, last.lowerBound)...max(before.upperBound, last.upperBound)
    }
    self.init(
      from: at.earliest, to: at.latest, wanted: count...count, possible: hull(corridor.possible),
      likely: hull(corridor.likely), isMoment: true)
  }
}

/// The facts behind a verdict on a corridor.
struct CorridorEvidence {
  let corridor: ReplicaCorridor
  let record: ScalingRecord

  private static let mostRows = 12

  /// The steps of the corridor in a window, beside the observed count.
  func rows(in window: InstantBounds) -> [Evidence] {
    let wanted = record.history.wantedReplicas
    let pieces = corridor.possible.pieces(from: window.earliest, to: window.latest)
    var rows = pieces.prefix(Self.mostRows).map { piece in
      let allowed = piece.range.map { "\(CountEvidence.text($0)) allowed" } ?? "nothing can be said"
      let seen = wanted.extent(from: piece.from, to: piece.to).map { ", \(CountEvidence.text($0)) wanted" } ?? ""
      return Evidence(at: InstantBounds(piece.from, piece.to), allowed + seen)
    }
    if pieces.count > Self.mostRows {
      rows.append(Evidence("and \((pieces.count - Self.mostRows).of("further step")) of the corridor"))
    }
    rows += record.edits.filter { window.intersection($0.at) != nil }.map { Evidence(at: $0.at, $0.text) }
    return rows
  }

  /// Why the count of a piece is not allowed, with the arithmetic of the sync that is nearest to it.
  func objection(to piece: CorridorPiece) -> String {
    guard let wanted = piece.wanted, let possible = piece.possible else { return "" }
    let count = wanted.lowerBound > possible.upperBound ? wanted.lowerBound : wanted.upperBound
    let author = author(of: wanted, at: piece.isMoment ? piece.to : piece.from)
    let facts =
      "\(piece.text) of the run"
      + (author.map { ", set by \($0.name)" } ?? "") + ", where \(CountEvidence.text(possible)) is allowed"
    if author != nil { return facts }
    guard let reason = reason(against: count, at: piece.from) else { return facts }
    return "\(facts): \(reason)"
  }

  /// Counts that others set, and how they stand to the bounds of the spec.
  func changesByOthers(in window: InstantBounds) -> [Evidence] {
    record.changes.compactMap { change in
      guard case .other(let name) = change.author, window.intersection(change.at) != nil else { return nil }
      let isInside = record.plans(at: change.at).contains {
        $0.minReplicas <= change.to && change.to <= $0.maxReplicas
      }
      return Evidence(
        at: change.at,
        "\(change.from) to \(change.to) set by \(name), \(isInside ? "within" : "outside of") minReplicas and maxReplicas"
      )
    }
  }

  /// Who but the autoscaler set the count that stood at an instant, and when a sync had to take it up at the latest.
  func author(of count: ClosedRange<Int>, at instant: Duration) -> (name: String, due: Duration)? {
    guard let last = record.changes.last(where: { $0.at.latest <= instant }), count.contains(last.to),
      case .other(let name) = last.author
    else { return nil }
    let due = last.at.latest + max(record.rhythm, record.settings.syncPeriod) + .seconds(2)
    return instant <= due ? (name, due) : nil
  }

  private func reason(against count: Int, at instant: Duration) -> String? {
    for mark in corridor.causes(at: instant).reversed() {
      if let outcome = mark.outcomes.first(where: { !$0.allows(count) }) {
        let text = outcome.objection(to: count, record: record)
        return "of \(outcome.current), the sync \(mark.effect.plain) had to make "
          + "\(CountEvidence.text(mark.range)), since \(text)"
      }
      if !mark.range.contains(count) {
        switch mark.cause {
        case .sync(let index), .silentSync(let index):
          let reading = record.syncs[index].reading
          return "the sync \(mark.effect.plain) could change nothing (\(reading))"
        case .change, .found:
          return "no sync can have taken place since the count was \(CountEvidence.text(mark.range))"
        }
      }
    }
    return nil
  }

  /// Why it cannot be told whether the count of a piece is allowed.
  func doubt(about piece: CorridorPiece) -> String {
    guard let wanted = piece.wanted, let possible = piece.possible else { return "nothing is known" }
    let facts = "\(piece.text) of the run"
    if possible.lowerBound <= wanted.lowerBound, wanted.upperBound <= possible.upperBound {
      return "\(facts), which is allowed only if the controller was restarted or scaled while nobody watched"
    }
    return "\(facts), where \(CountEvidence.text(possible)) is allowed: too coarse to tell"
  }
}
