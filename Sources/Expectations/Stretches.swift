/// Parts of a run, in order and without overlaps.
struct Stretches: Equatable {
  let ranges: [Range<Duration>]

  init(_ ranges: [Range<Duration>]) {
    var merged: [Range<Duration>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) where !range.isEmpty {
      if let last = merged.last, range.lowerBound <= last.upperBound {
        merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    self.ranges = merged
  }

  var isEmpty: Bool { ranges.isEmpty }
  /// From the first to the last.
  var hull: Range<Duration>? {
    ranges.first.flatMap { first in ranges.last.map { first.lowerBound..<$0.upperBound } }
  }

  func contains(_ instant: Duration) -> Bool { ending(after: instant).first.map { $0.contains(instant) } ?? false }

  private func ending(after instant: Duration) -> ArraySlice<Range<Duration>> {
    ranges[ranges.indexOfRest(where: { $0.upperBound > instant })...]
  }

  /// The share of a stretch of time that lies in them.
  func share(of whole: Range<Duration>) -> Double {
    guard !whole.isEmpty else { return contains(whole.lowerBound) ? 1 : 0 }
    var inside = Duration.zero
    for range in ending(after: whole.lowerBound) {
      guard range.lowerBound < whole.upperBound else { break }
      inside += range.clamped(to: whole).length
    }
    return inside / whole.length
  }

  func union(_ other: Stretches) -> Stretches { Stretches(ranges + other.ranges) }

  /// The parts of both.
  func intersection(_ other: Stretches) -> Stretches {
    Stretches(
      ranges.flatMap { range in other.ranges.filter(range.overlaps).map { range.clamped(to: $0) } })
  }

  /// What of a stretch of time does not lie in them.
  func complement(in whole: Range<Duration>) -> Stretches {
    var rest: [Range<Duration>] = []
    var start = whole.lowerBound
    for range in ranges where range.overlaps(whole) {
      if range.lowerBound > start { rest.append(start..<range.lowerBound) }
      start = max(start, range.upperBound)
    }
    if start < whole.upperBound { rest.append(start..<whole.upperBound) }
    return Stretches(rest)
  }

  /// What of them does not lie in others.
  func subtracting(_ others: Stretches) -> Stretches {
    Stretches(ranges.flatMap { others.complement(in: $0).ranges })
  }
}

extension Range<Duration> {
  var length: Duration { upperBound - lowerBound }
}
