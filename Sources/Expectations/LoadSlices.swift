import LoadFacts
import RunTimeline
import Units

/// The requests of a window in slices of one length, which begin at multiples of it, as minutes do on a clock.
struct LoadSlices {
  struct Slice {
    let range: Range<Duration>
    /// Whether it certainly lies in the window as a whole.
    let isInside: Bool
    fileprivate(set) var certain = LoadInWindow.Tally()
    fileprivate(set) var perhaps = LoadInWindow.Tally()

    /// How many requests were due in it.
    var requests: ClosedRange<Int> { certain.offered...certain.offered + perhaps.offered }

    /// Failures and requests where all that is unknown failed, and where it succeeded.
    ///
    /// - Parameter excused: failures that may be the doing of this machine.
    func extremes(excused: Int) -> (worst: (failed: Int, of: Int), best: (failed: Int, of: Int)) {
      let unknown = certain.unaccounted + perhaps.unaccounted
      return (
        (certain.failed + perhaps.failed + unknown, certain.known + perhaps.failed + unknown),
        (max(certain.failed - excused, 0), certain.known + perhaps.succeeded + unknown)
      )
    }
  }

  private(set) var slices: [Slice] = []
  private let length: Duration
  private let first: Int

  /// Those that may lie in the window as a whole.
  init(_ run: RunView, _ stretch: RunView.Stretch, route: String?, length: Duration) {
    self.length = length
    let window = stretch.hull
    first = Self.number(of: window.earliest + length - .nanoseconds(1), length)
    let end = Self.number(of: window.latest, length)
    for number in first..<max(end, first) {
      let range = length * number..<length * (number + 1)
      let isInside = range.lowerBound >= stretch.start.latest && range.upperBound <= stretch.end.earliest
      slices.append(Slice(range: range, isInside: isInside))
    }
    for interval in run.analysis.orderedLoad.intervals(of: route, near: window) { add(interval, of: run) }
  }

  private mutating func add(_ interval: LoadInterval, of run: RunView) {
    let start = Self.number(of: interval.start, length)
    let numbers = start...max(Self.number(of: interval.end - .nanoseconds(1), length), start)
    let touched = numbers.map { $0 - first }.filter(slices.indices.contains)
    guard numbers.count > 1 else {
      for index in touched { slices[index].certain.add(interval, from: .due, delay: run.machineDelay) }
      return
    }
    let failures = run.analysis.failures.due(of: interval)
    for index in touched {
      slices[index].perhaps.add(interval, from: .due, delay: run.machineDelay)
      // Failures whose moment is known belong to one slice.
      for failure in failures where slices[index].perhaps.take(failureWith: failure.outcome) {
        if slices[index].range.contains(failure.due) { slices[index].certain.add(failureWith: failure.outcome) }
      }
    }
  }

  private static func number(of instant: Duration, _ length: Duration) -> Int {
    let (part, whole) = (instant.nanoseconds, length.nanoseconds)
    return Int(part >= 0 ? part / whole : -((-part + whole - 1) / whole))
  }
}
