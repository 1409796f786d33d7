import RunTimeline
import Statistics

/// The requests of a window: those that certainly belong to it, and those that may.
///
/// Requests are counted in intervals, and one that straddles an end of the window may belong to it with any part of its
/// requests. Only the failures that were kept whole are known by the moment, and are told apart.
struct LoadInWindow {
  struct Tally {
    var offered = 0
    var failed = 0
    var succeeded = 0
    var latency = LatencyHistogram()
    /// Requests that were due and of whose end nothing is known.
    var unaccounted = 0
    /// Failed requests by outcome.
    var failures: [String: Int] = [:]

    /// Failures that the server answered with a status of its own: no fault of the generator.
    var answeredFailures: Int { failures.reduce(0) { $0 + (OutcomeLabel.status($1.key) == nil ? 0 : $1.value) } }

    mutating func add(_ interval: LoadInterval, from: LatencySource) {
      offered += interval.offered
      for outcome in interval.outcomes {
        if outcome.failed {
          failed += outcome.completed
          failures[outcome.outcome, default: 0] += outcome.completed
        } else {
          succeeded += outcome.completed
          latency.merge(from == .due ? outcome.fromDue : outcome.fromSend)
        }
      }
      unaccounted += max(0, interval.offered - interval.completed)
    }

    mutating func add(failureWith outcome: String) {
      offered += 1
      failed += 1
      failures[outcome, default: 0] += 1
    }

    /// - Returns: whether there was such a failure to take away.
    mutating func take(failureWith outcome: String) -> Bool {
      guard let count = failures[outcome], count > 0 else { return false }
      offered -= 1
      failed -= 1
      failures[outcome] = count == 1 ? nil : count - 1
      return true
    }
  }

  enum LatencySource { case due, send }

  private(set) var certain = Tally()
  private(set) var perhaps = Tally()

  init(_ run: RunView, _ stretch: RunView.Stretch, route: String?, latency: LatencySource = .due) {
    for interval in run.timeline.load where route == nil || interval.route == route {
      if interval.start >= stretch.start.latest, interval.end <= stretch.end.earliest {
        certain.add(interval, from: latency)
      } else if interval.start < stretch.end.latest, interval.end > stretch.start.earliest {
        perhaps.add(interval, from: latency)
        place(run.timeline.failures, of: interval, in: stretch)
      }
    }
  }

  /// Moves the failures of a straddling interval whose moment is known to the side where they belong.
  private mutating func place(_ failures: [FailedRequest], of interval: LoadInterval, in stretch: RunView.Stretch) {
    for failure in failures
    where failure.route == interval.route && failure.due >= interval.start && failure.due < interval.end {
      let isInside = failure.due >= stretch.start.latest && failure.due < stretch.end.earliest
      let isOutside = failure.due < stretch.start.earliest || failure.due >= stretch.end.latest
      guard isInside || isOutside, perhaps.take(failureWith: failure.outcome) else { continue }
      if isInside { certain.add(failureWith: failure.outcome) }
    }
  }

  var isEmpty: Bool { certain.offered == 0 && perhaps.offered == 0 }

  /// Counts of failures by outcome over all that may belong to the window, the most frequent first.
  var failuresText: [String] {
    certain.failures.merging(perhaps.failures, uniquingKeysWith: +)
      .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { "\($0.value.grouped) with \($0.key)" }
  }

  /// `, and 2 of 100 that may belong to it`: what is said of the requests at uncertain ends beside those that certainly
  /// belong to the window; empty where there are none.
  func atEdges(_ figures: (Tally) -> String) -> String {
    perhaps.offered > 0 ? ", and \(figures(perhaps)) that may belong to it" : ""
  }

  /// A row on the intervals at uncertain ends.
  var edges: [Evidence] {
    guard perhaps.offered > 0 else { return [] }
    return [
      Evidence(
        "\(perhaps.offered.of("request")) (\(perhaps.failed.grouped) failed) lie in intervals "
          + "that may belong to the window in part")
    ]
  }
}
