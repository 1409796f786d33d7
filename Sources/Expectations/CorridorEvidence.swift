import AutoscalerModel
import RunTimeline
import Units

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
    rows += record.edits.filter { window.meets($0.at) }.map { Evidence(at: $0.at, $0.text) }
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
      guard case .other(let name) = change.author, window.meets(change.at) else { return nil }
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
