import Units

/// The intervals in which the requests of a load are counted: side by side, numbered from 0, without an end.
///
/// An interval ends wherever a phase of any stream begins or ends, so that the counts of a phase are those of whole
/// intervals. Between two such edges there are as many intervals of equal length as have the wanted length at least, and
/// one where there is room for none. Behind the last edge they follow each other in the wanted length.
///
/// ```
///   edges      0          36 s         72 s          108 s
///   wanted 15  ├─────┬─────┼─────┬─────┼─────┬──────┼───────┬───────┬──▶
///   number     │  0  │  1  │  2  │  3  │  4  │  5   │   6   │   7   │
/// ```
package struct CountingIntervals: Sendable, Equatable {
  private struct Stretch: Sendable, Equatable {
    var start: Int64
    var end: Int64
    /// Number of its first interval.
    let first: Int
    let parts: Int

    /// Where its part of a number begins, for `parts` its end.
    func start(ofPart part: Int) -> Int64 {
      let (whole, rest) = (end - start).quotientAndRemainder(dividingBy: Int64(parts))
      return start + whole * Int64(part) + rest * Int64(part) / Int64(parts)
    }
  }

  /// In order, from zero on, without gaps.
  private var stretches: [Stretch]
  /// The wanted length.
  package private(set) var length: Duration

  /// - Parameters:
  ///   - edges: where an interval has to end, in any order, counted from the start of the load.
  ///   - length: the wanted length; more than zero.
  package init(edges: [Duration] = [], length: Duration) {
    precondition(length > .zero, "an interval of no length ends never")
    self.length = length
    stretches = []
    var start: Int64 = 0
    var first = 0
    for end in Set(edges.map(\.nanoseconds)).sorted() where end > 0 {
      let parts = max(Int((end - start) / length.nanoseconds), 1)
      stretches.append(Stretch(start: start, end: end, first: first, parts: parts))
      start = end
      first += parts
    }
  }

  /// The same intervals on the wall clock, of which a second takes `timeScale` seconds of run time: each keeps its number.
  package func onTheWall(timeScale: Double) -> CountingIntervals {
    var wall = self
    wall.length = max(length.onTheWall(timeScale: timeScale), .nanoseconds(1))
    for index in stretches.indices {
      wall.stretches[index].start =
        Duration.nanoseconds(stretches[index].start).onTheWall(timeScale: timeScale).nanoseconds
      wall.stretches[index].end = Duration.nanoseconds(stretches[index].end).onTheWall(timeScale: timeScale).nanoseconds
    }
    return wall
  }

  /// When an interval begins and ends.
  package func bounds(of number: Int) -> Range<Duration> {
    .nanoseconds(start(of: number))..<(.nanoseconds(start(of: number + 1)))
  }

  /// When an interval begins, in nanoseconds.
  package func start(of number: Int) -> Int64 {
    guard let last = stretches.last else { return Int64(number) * length.nanoseconds }
    let behind = number - last.first - last.parts
    if behind >= 0 { return last.end + Int64(behind) * length.nanoseconds }
    let stretch = stretches[lastIndex { $0.first <= number }]
    return stretch.start(ofPart: number - stretch.first)
  }

  /// The interval to which an instant belongs, in nanoseconds: each owns its first instant. Before zero it is the first one.
  package func number(at instant: Int64) -> Int {
    guard instant >= 0 else { return 0 }
    let end = stretches.last?.end ?? 0
    if instant >= end {
      return (stretches.last.map { $0.first + $0.parts } ?? 0) + Int((instant - end) / length.nanoseconds)
    }
    let stretch = stretches[lastIndex { $0.start <= instant }]
    let share = Double(instant - stretch.start) / Double(stretch.end - stretch.start)
    var part = min(Int(share * Double(stretch.parts)), stretch.parts - 1)
    while part > 0, stretch.start(ofPart: part) > instant { part -= 1 }
    while part < stretch.parts - 1, stretch.start(ofPart: part + 1) <= instant { part += 1 }
    return stretch.first + part
  }

  /// The last stretch of which something holds that holds of all before it, or the first one.
  private func lastIndex(where holds: (Stretch) -> Bool) -> Int {
    var (low, high) = (0, stretches.count)
    while low < high {
      let middle = (low + high) / 2
      if holds(stretches[middle]) { low = middle + 1 } else { high = middle }
    }
    return max(low - 1, 0)
  }
}
