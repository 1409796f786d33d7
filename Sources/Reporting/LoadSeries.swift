import LoadFacts
import RunTimeline
import Statistics
import Units

/// What became of the load in one interval, all routes together.
struct LoadPoint: Sendable {
  let start: Duration
  private(set) var end: Duration
  /// Wall seconds that the interval took: rates are per wall second.
  private(set) var wallSeconds: Double
  var offered = 0
  var sent = 0
  var dropped = 0
  /// Of those, how many while the target held all places in flight.
  var droppedByTarget = 0
  /// Waiting to be sent when the load was stopped.
  var stopped = 0
  var late = 0
  /// Requests that ended as their route expects.
  var succeeded = 0
  /// Failed requests by class (`5xx`, `timeout`, `dropped`), in no order.
  var failures: [String: Int] = [:]
  /// Latencies of the successful requests from when they were due.
  var latency = LatencyHistogram()
  /// Latencies of all requests: those that were not answered count with the time that they had waited at the least, and
  /// nothing is known of those that this machine has failed to send.
  private(set) var latencyOfAll = CensoredLatency()

  var failed: Int { failures.values.reduce(0, +) }

  init(start: Duration, end: Duration, wallSeconds: Double) {
    self.start = start
    self.end = end
    self.wallSeconds = wallSeconds
  }

  /// - Parameter delay: what this machine may have taken of the time of its requests; counts where it is long.
  mutating func add(_ interval: LoadInterval, delay: MachineDelay.Share) {
    offered += interval.offered
    sent += interval.sent
    dropped += interval.dropped
    droppedByTarget += interval.count(of: OutcomeLabel.droppedByTarget)
    stopped += interval.count(of: OutcomeLabel.stopped)
    late += interval.late
    for tally in interval.outcomes {
      if tally.failed { failures[OutcomeLabel.group(tally.outcome), default: 0] += tally.completed }
      if tally.succeeded {
        succeeded += tally.completed
        latency.merge(tally.fromDue)
      }
      if OutcomeLabel.isUntold(tally.outcome) {
        latencyOfAll.untold += tally.completed
      } else if tally.succeeded || OutcomeLabel.isAnswered(tally.outcome) {
        add(tally.fromDue, delay: delay)
        latencyOfAll.censored += tally.succeeded ? 0 : max(tally.completed - tally.fromDue.count, 0)
      } else {
        latencyOfAll.censored += tally.completed
        latencyOfAll.waited.merge(delay.isLong ? tally.fromDue.shortened(by: delay.total) : tally.fromDue)
      }
    }
  }

  private mutating func add(_ answered: LatencyHistogram, delay: MachineDelay.Share) {
    if delay.isLong {
      latencyOfAll.delayed.merge(answered)
      latencyOfAll.leastOfDelayed.merge(answered.shortened(by: delay.total))
    } else {
      latencyOfAll.known.merge(answered)
    }
  }

  /// Keeps its latencies in as little memory as they need: a long run has a point for every second.
  fileprivate mutating func compact() {
    latency = latency.compacted()
    latencyOfAll.compact()
  }

  /// Adds a later point.
  mutating func join(_ point: LoadPoint) {
    end = point.end
    wallSeconds += point.wallSeconds
    offered += point.offered
    sent += point.sent
    dropped += point.dropped
    droppedByTarget += point.droppedByTarget
    stopped += point.stopped
    late += point.late
    succeeded += point.succeeded
    failures.merge(point.failures, uniquingKeysWith: +)
    latency.merge(point.latency)
    latencyOfAll.merge(point.latencyOfAll)
  }

  /// Of points in order of time; `nil` of none.
  static func sum(of points: [LoadPoint]) -> LoadPoint? {
    guard var sum = points.first else { return nil }
    for point in points.dropFirst() { sum.join(point) }
    return sum
  }

  func rate(_ count: Int) -> Double? { wallSeconds > 0 ? Double(count) / wallSeconds : nil }
  var offeredRate: Double? { rate(offered) }
  var succeededRate: Double? { rate(succeeded) }
}

/// The load of a run over time, all routes together, in order.
struct LoadSeries: Sendable {
  let points: [LoadPoint]
  /// The whole run added up; `nil` for a run without load.
  let total: LoadPoint?
  /// Classes of failure that occurred, the most frequent first.
  let failureClasses: [String]

  init(_ timeline: Timeline, delays: MachineDelay) {
    struct Stretch: Hashable {
      let start: Duration
      let end: Duration
    }
    var byStretch: [Stretch: LoadPoint] = [:]
    var open: Stretch?
    for interval in timeline.load {
      let stretch = Stretch(start: interval.start, end: interval.end)
      if let last = open, last != stretch { byStretch[last]?.compact() }
      open = stretch
      byStretch[
        stretch,
        default: LoadPoint(
          start: interval.start, end: interval.end, wallSeconds: timeline.wallSeconds(interval.end - interval.start))
      ].add(interval, delay: delays.share(of: interval))
    }
    points = byStretch.values.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
    total = LoadPoint.sum(of: points)
    failureClasses = (total?.failures ?? [:]).filter { $0.value > 0 }.mostFrequentFirst.map(\.key)
  }

  /// What became of the requests of a phase; one that had not ended goes on as far as anything was recorded.
  func window(of phase: PhaseSpan) -> LoadWindow? {
    phase.start.map { start in
      let end = phase.end ?? max(points.last?.end ?? start, start)
      return window(from: InstantBounds(exactly: start), to: InstantBounds(exactly: end))
    }
  }

  /// What became of the requests of a window whose ends may be uncertain.
  ///
  /// The rule is that of every expectation: an interval belongs to a window that holds all of it, and may belong to one that
  /// holds a part of it.
  func window(from start: InstantBounds, to end: InstantBounds) -> LoadWindow {
    let near = points.filter { $0.start < end.latest && $0.end > start.earliest }
    func isInside(_ point: LoadPoint) -> Bool { point.start >= start.latest && point.end <= end.earliest }
    return LoadWindow(
      certain: LoadPoint.sum(of: near.filter(isInside)), perhaps: LoadPoint.sum(of: near.filter { !isInside($0) }))
  }
}

/// What became of the requests of a window.
struct LoadWindow: Sendable {
  /// Of the intervals that lie in it; `nil` when none does.
  var certain: LoadPoint?
  /// Of those that lie in it in part: any number of their requests may belong to it. `nil` when there is none, as with the
  /// phases of every recording whose intervals end where phases do.
  var perhaps: LoadPoint?

  /// A count: one number, or the fewest and the most.
  func count(_ count: (LoadPoint) -> Int) -> ClosedRange<Int>? {
    guard certain != nil || perhaps != nil else { return nil }
    let fewest = certain.map(count) ?? 0
    return fewest...fewest + (perhaps.map(count) ?? 0)
  }
}
