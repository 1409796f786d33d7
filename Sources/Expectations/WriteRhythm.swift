import Units

/// The rhythm in which an autoscaler's status was written: whole sync periods, unless the controller was restarted.
struct WriteRhythm: Sendable {
  /// The length of time from one sync to the next, as it shows in the writes that follow directly.
  let period: Duration
  /// When each write was seen, in order.
  private let writes: [Duration]
  /// For each write, how many steps up to it are no whole number of periods.
  private let breaks: [Int]

  /// For each write, how many periods it comes after the first, by the steps between them.
  private let ticks: [Int]

  /// How far a step may be from whole periods, over however many syncs.
  private static let tolerance = 0.5

  init(_ writes: [Duration], syncPeriod: Duration) {
    let writes = writes.sorted()
    let steps = zip(writes, writes.dropFirst()).map { $1 - $0 }
    let direct = steps.filter { $0 >= syncPeriod - .seconds(1) && $0 <= syncPeriod + .seconds(3) }.sorted()
    let period = direct.isEmpty ? syncPeriod : direct[direct.count / 2]
    var breaks = [0]
    var ticks = [0]
    for step in steps {
      // Two writes within a second are of one sync.
      let count = step < .seconds(1) ? 0 : max((step.seconds / period.seconds).rounded(), 1)
      let isBroken = count > 0 && (step.seconds - count * period.seconds).magnitude > Self.tolerance
      breaks.append(breaks[breaks.count - 1] + (isBroken ? 1 : 0))
      ticks.append(ticks[ticks.count - 1] + Int(min(count, 1e9)))
    }
    self.ticks = ticks
    self.writes = writes
    self.breaks = breaks
    self.period = period
  }

  /// Whether the rhythm is broken between the last write up to one instant and the first from another one on.
  func mayBreak(from start: Duration, to end: Duration) -> Bool {
    if writes.isEmpty { return true }
    let before = max(index(firstAfter: start) - 1, 0)
    let after = min(index(firstFrom: end), writes.count - 1)
    return after > before && breaks[after] > breaks[before]
  }

  /// How many periods lie between two writes; `nil` where the rhythm is broken between them.
  func periods(from: Int, to: Int) -> Int? {
    guard writes.indices.contains(from), writes.indices.contains(to), breaks[from] == breaks[to] else { return nil }
    return ticks[to] - ticks[from]
  }

  private func index(firstAfter instant: Duration) -> Int { writes.indexOfRest(where: { $0 > instant }) }
  private func index(firstFrom instant: Duration) -> Int { writes.indexOfRest(where: { $0 >= instant }) }
}
