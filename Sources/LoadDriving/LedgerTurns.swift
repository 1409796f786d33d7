import Arrivals

/// When a worker hands its ledger over: at the end of each interval, or of several that are too short for each of them.
struct LedgerTurns {
  /// Between two turns there is as much time at the least, however short the phases of a load are.
  private static let shortest: Int64 = 50_000_000

  private let intervals: CountingIntervals
  private let start: Int64
  /// Number of the interval at whose end it is handed over next.
  private(set) var current = 0
  /// That end, in nanoseconds of the transport's clock.
  private(set) var due: Int64

  init(_ plan: WorkerPlan) {
    intervals = plan.intervals
    start = plan.start
    due = plan.start + plan.intervals.start(of: 1)
  }

  /// The turn has come, or more than one.
  ///
  /// - Returns: number of the interval that has ended last.
  mutating func next(at now: Int64) -> Int {
    let ended = intervals.number(at: now - start) - 1
    current = intervals.number(at: intervals.start(of: ended + 1) + Self.shortest)
    due = start + intervals.start(of: current + 1)
    return ended
  }
}
