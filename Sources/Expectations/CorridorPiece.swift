import RunTimeline
import Units

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
