package import Units

/// What is known of a count over the run: at each instant the smallest and the largest value that it may have had.
///
///     replicas
///        8 |          ┌───────      upper: the change may have come as early as this
///          |          │╱╱╱╱┌──      lower: it certainly had come by now
///        3 |──────────┴────┘
///          └──────────┬────┬──▶ run time
///                 earliest latest
///
/// An expectation over a count is proved by one side and disproved by the other; what lies between is
/// inconclusive. Where nothing is known (before the first observation, in a gap) there is no range at all.
///
/// Ranges blur what was seen: of 3, 5, 3 whose bounds overlap they say "3 to 5". So an envelope also knows the values
/// that were seen (``Stay``) and the falls and rises that were or may have been (``Step``), and what was seen decides.
package struct CountEnvelope: Sendable, Equatable {
  /// From `start` to the start of the next segment (or the end of the envelope) the count lay in `range`.
  package struct Segment: Sendable, Equatable {
    package let start: Duration
    /// `nil` where nothing is known.
    package let range: ClosedRange<Int>?

    package init(start: Duration, range: ClosedRange<Int>?) {
      self.start = start
      self.range = range
    }
  }

  /// In order of time; two neighbours differ.
  package let segments: [Segment]
  /// Until when the last segment holds.
  package let end: Duration
  /// The values that were seen, one after another, of a count that an object bears; between two of them there was no
  /// other, but in gaps. `nil` of a count that is a sum.
  package let stays: [Stay]?
  /// Every fall and rise that was seen or may have taken place, but for those in stretches in which nothing is known; in
  /// order of their earliest instants.
  package let steps: [Step]

  package init(segments: [Segment], end: Duration, stays: [Stay]? = nil, steps: [Step] = []) {
    self.stays = stays
    self.steps = steps
    var merged: [Segment] = []
    for segment in segments {
      if let last = merged.last, last.start == segment.start { merged.removeLast() }
      if merged.last?.range != segment.range || merged.isEmpty { merged.append(segment) }
    }
    self.segments = merged
    self.end = max(end, merged.last?.start ?? end)
  }

  /// Nothing is known.
  package static let unknown = CountEnvelope(segments: [], end: .zero)

  /// What was known up to an instant. What may have happened before it stays possible, and what certainly did before a
  /// deletion about that instant stays certain.
  package func before(_ instant: Duration) -> CountEnvelope {
    guard instant < end else { return self }
    let earlier = segments.filter { $0.start <= instant }
    if earlier.isEmpty { return .unknown }
    let absence = steps.firstIndex { $0.isDeletion && $0.at.latest >= instant } ?? steps.endIndex
    return CountEnvelope(
      segments: earlier, end: instant, stays: stays.map { $0.filter { $0.from.latest <= instant } },
      steps: steps[..<absence].filter { $0.at.earliest < instant })
  }

  /// The possible values at one instant; `nil` where nothing is known.
  package func range(at instant: Duration) -> ClosedRange<Int>? {
    guard instant <= end, let index = lastIndex(startingBy: instant) else { return nil }
    return segments[index].range
  }

  private func lastIndex(startingBy instant: Duration) -> Int? {
    var low = 0
    var high = segments.count
    while low < high {
      let middle = (low + high) / 2
      if segments[middle].start <= instant { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? nil : low - 1
  }

  /// The pieces of the envelope that overlap a window, cut to it; unknown stretches included.
  package func pieces(from start: Duration, to end: Duration) -> [(
    from: Duration, to: Duration, range: ClosedRange<Int>?
  )] {
    guard start <= end else { return [] }
    if start == end { return [(start, end, range(at: start))] }
    var pieces: [(from: Duration, to: Duration, range: ClosedRange<Int>?)] = []
    var cursor = start
    if let first = segments.first, first.start > cursor {
      pieces.append((cursor, min(first.start, end), nil))
      cursor = min(first.start, end)
    }
    for index in (lastIndex(startingBy: start) ?? 0)..<segments.count {
      let segment = segments[index]
      if segment.start >= end { break }
      let segmentEnd = index + 1 < segments.count ? segments[index + 1].start : self.end
      let from = max(segment.start, cursor)
      let to = min(segmentEnd, end)
      if from < to {
        pieces.append((from, to, segment.range))
        cursor = to
      }
    }
    if cursor < end { pieces.append((cursor, end, nil)) }
    return pieces
  }

  /// When the count first satisfied a condition at or after an instant.
  package enum Reach: Sendable, Equatable {
    /// It did, within these bounds.
    case reached(InstantBounds)
    /// It may have, as early as `earliest`, but it is certain at no instant; `knownUntil` is the end of knowledge.
    case perhaps(earliest: Duration, knownUntil: Duration)
    /// It certainly did not up to this instant, where knowledge ends.
    case notBy(Duration)
  }

  /// The first instant at or after `start` at which the count satisfied the condition.
  ///
  /// Over an unknown stretch the condition may have held, so the earliest bound falls there. A value that was seen, and
  /// that had not gone by `start`, decides by the latest moment at which it came, however soon it went again.
  package func first(_ condition: CountCondition, from start: Duration) -> Reach {
    var earliest: Duration?
    var latest: Duration?
    for piece in pieces(from: start, to: max(end, start)) {
      if earliest == nil, mayHold(condition, in: piece.range) { earliest = piece.from }
      if latest == nil, let range = piece.range, condition.mustHold(in: range) { latest = piece.from }
    }
    for stay in stays ?? [] where condition.holds(for: stay.value) {
      if stay.mayLast(after: start) { earliest = min(max(stay.from.earliest, start), earliest ?? .farFuture) }
      if stay.mustLast(after: start) { latest = min(max(stay.from.latest, start), latest ?? .farFuture) }
    }
    // What was seen last holds at the very end, where no piece begins any more.
    if latest == nil, start <= end, let range = range(at: end), condition.mustHold(in: range) { latest = end }
    if let latest { return .reached(InstantBounds(min(earliest ?? latest, latest), latest)) }
    if let earliest, earliest < end { return .perhaps(earliest: earliest, knownUntil: end) }
    return .notBy(max(end, start))
  }

  /// Whether a condition may hold in a piece, as far as its range tells: of values that were seen one after another there
  /// were none between, so that they tell themselves.
  private func mayHold(_ condition: CountCondition, in range: ClosedRange<Int>?) -> Bool {
    guard let range else { return true }
    return stays == nil && condition.mayHold(in: range)
  }

  /// Whether the count satisfied a condition at every instant of a window.
  package enum Always: Sendable, Equatable {
    case yes
    /// It certainly did not, first in this stretch, where the count lay in the range.
    case no(from: Duration, to: Duration, range: ClosedRange<Int>)
    /// It certainly did not at some instant of these bounds, at which it had this value.
    case seen(Int, at: InstantBounds)
    /// It may not have: over this stretch the values allow both, or nothing is known.
    case perhaps(from: Duration, to: Duration, range: ClosedRange<Int>?)
  }

  /// A value that was seen inside the window decides, however short it lasted.
  package func always(_ condition: CountCondition, from start: Duration, to end: Duration) -> Always {
    var doubt: (from: Duration, to: Duration, range: ClosedRange<Int>?)?
    for piece in pieces(from: start, to: end) {
      guard let range = piece.range else {
        doubt = doubt ?? piece
        continue
      }
      if !condition.mayHold(in: range) { return .no(from: piece.from, to: piece.to, range: range) }
      if stays == nil, !condition.mustHold(in: range) { doubt = doubt ?? piece }
    }
    for stay in stays ?? [] where !condition.holds(for: stay.value) {
      if stay.from.earliest >= start, stay.from.latest < end { return .seen(stay.value, at: stay.from) }
      guard stay.from.earliest < end || start == end && stay.from.earliest == end, stay.mayLast(after: start) else {
        continue
      }
      let (from, to) = (max(stay.from.earliest, start), min(stay.to?.latest ?? end, end))
      if let doubt, doubt.from <= from { continue }
      let around = extent(from: from, to: to) ?? stay.value...stay.value
      doubt = (from, to, min(around.lowerBound, stay.value)...max(around.upperBound, stay.value))
    }
    return doubt.map { .perhaps(from: $0.from, to: $0.to, range: $0.range) } ?? .yes
  }

  /// The smallest and largest value that the count may have had in a window; `nil` if nothing at all is known there.
  package func extent(from start: Duration, to end: Duration) -> ClosedRange<Int>? {
    let ranges = pieces(from: start, to: end).compactMap(\.range)
    guard let low = ranges.map(\.lowerBound).min(), let high = ranges.map(\.upperBound).max() else { return nil }
    return low...high
  }

  /// Combines two envelopes instant by instant; unknown on one side is unknown in the result.
  package func combined(
    with other: CountEnvelope, _ combine: (ClosedRange<Int>, ClosedRange<Int>) -> ClosedRange<Int>
  ) -> CountEnvelope {
    let starts = Set(segments.map(\.start) + other.segments.map(\.start)).sorted()
    let end = min(end, other.end)
    let segments = starts.filter { $0 <= end }.map { start in
      let left = range(at: start)
      let right = other.range(at: start)
      return Segment(start: start, range: left.flatMap { left in right.map { combine(left, $0) } })
    }
    let steps = (steps + other.steps).map { Step(at: $0.at, isFall: $0.isFall, isCertain: $0.isCertain) }
    return CountEnvelope(segments: segments, end: end, steps: steps.sorted { $0.at.earliest < $1.at.earliest })
  }
}
