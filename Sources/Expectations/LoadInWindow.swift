import LoadFacts
import RunTimeline
import Statistics
import Units

/// The requests of a window: those that certainly belong to it, and those that may.
///
/// Requests are counted in intervals, and one that straddles an end of the window may belong to it with any part of its
/// requests. Only the failures that were kept whole are known by the moment, and are told apart.
struct LoadInWindow {
  struct Tally {
    var offered = 0
    /// Requests that certainly failed, or were certainly not answered in time, by the doing of the target.
    var failed = 0
    var succeeded = 0
    /// Of the requests that succeeded.
    var latency = LatencyHistogram()
    /// Of those that failed, but were answered.
    var latencyOfWrong = LatencyHistogram()
    /// How long those that were not answered had waited when they were given up: they would have taken that long at the
    /// least.
    var waited = LatencyHistogram()
    /// The same from the moment at which each was sent, where it was: what this machine waited before has no part in that.
    var waitedAfterSending = LatencyHistogram()
    /// All of these by interval, with what this machine may have taken of their time.
    var timed: [TimedRequests] = []
    /// Requests that were due and of whose end nothing is known, or nothing that the target did.
    var unaccounted = 0
    /// Failed requests by outcome.
    var failures: [String: Int] = [:]
    /// Why nothing is known of ``unaccounted`` ones, where that is recorded, by outcome.
    var untold: [String: Int] = [:]

    /// All requests of whose end something is known.
    var known: Int { succeeded + failed }

    /// Failed requests of which it is not known how long an answer would have taken.
    var unanswered: Int { max(failed - latencyOfWrong.count, 0) }

    /// How many of the answered requests certainly, and how many possibly, took longer than a limit.
    func answeredAbove(_ limit: Duration) -> ClosedRange<Int> {
      let (good, wrong) = (latency.countAbove(limit), latencyOfWrong.countAbove(limit))
      return good.lowerBound + wrong.lowerBound...good.upperBound + wrong.upperBound
    }

    /// How many would certainly have taken longer without what this machine may have taken.
    func certainlyAbove(_ limit: Duration) -> Int {
      timed.reduce(0) { $0 + $1.answeredAbove(limit) } + min(timed.reduce(0) { $0 + $1.waitedAbove(limit) }, unanswered)
    }

    mutating func add(_ interval: LoadInterval, from source: LatencySource, delay: MachineDelay) {
      var requests = TimedRequests(delay: delay.share(of: interval))
      offered += interval.offered
      for outcome in interval.outcomes {
        if OutcomeLabel.isUntold(outcome.outcome) || delay.mayHaveFailed(outcome, of: interval) {
          unaccounted += outcome.completed
          untold[outcome.outcome, default: 0] += outcome.completed
        } else if outcome.failed {
          failed += outcome.completed
          failures[outcome.outcome, default: 0] += outcome.completed
          // What was never sent has waited since it was due.
          let values = source == .due || outcome.fromSend.isEmpty ? outcome.fromDue : outcome.fromSend
          if OutcomeLabel.isAnswered(outcome.outcome) {
            latencyOfWrong.merge(values)
            requests.answered.append(values)
          } else {
            waited.merge(values)
            requests.waited.append(values)
            waitedAfterSending.merge(outcome.fromSend.isEmpty ? outcome.fromDue : outcome.fromSend)
          }
        } else {
          succeeded += outcome.completed
          latency.merge(source == .due ? outcome.fromDue : outcome.fromSend)
          requests.answered.append(source == .due ? outcome.fromDue : outcome.fromSend)
        }
      }
      timed.append(requests)
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
  /// The most requests of the window that are not recorded: planned where the recording has a hole, or after the run was
  /// cut. `nil` where nobody knows how many they would have been.
  var unseen: Int? { unseenLoad?.most }
  private let unseenLoad: UnseenLoad?
  /// How many of the certain failures may be the doing of this machine, see ``HeldBackLoad``.
  let excused: Int

  /// - Parameters:
  ///   - stretch: from the first to the last that may belong to the window.
  ///   - pieces: what of that does.
  ///   - latency: from when latencies are counted; `nil` where they do not matter, so that failures whose moment is known
  ///     can be told apart.
  init(
    _ run: RunView, _ stretch: RunView.Stretch, _ pieces: WindowPieces, route: String?, latency: LatencySource? = nil
  ) {
    unseenLoad = Self.unseen(run, stretch)
    excused = HeldBackLoad(run, in: stretch.hull).excused(in: stretch, route: route)
    for interval in run.analysis.orderedLoad.intervals(of: route, near: stretch.hull) {
      if pieces.mustHold(interval.start, interval.end) {
        certain.add(interval, from: latency ?? .due, delay: run.machineDelay)
      } else if pieces.mayHold(interval.start, interval.end) {
        perhaps.add(interval, from: latency ?? .due, delay: run.machineDelay)
        if latency == nil { place(run.analysis.failures, of: interval, in: pieces) }
      }
    }
  }

  private static func unseen(_ run: RunView, _ stretch: RunView.Stretch) -> UnseenLoad? {
    if stretch.cut, stretch.plannedEnd == nil { return nil }
    let (coverage, window) = (run.analysis.coverage, stretch.hull)
    guard stretch.cut || coverage.hole(from: window.earliest, to: window.latest) != nil else { return UnseenLoad.none }
    return coverage.unrecorded(
      from: window.earliest, to: max(window.latest, stretch.plannedEnd ?? window.latest))
  }

  /// Moves the failures of a straddling interval whose moment is known to the side where they belong.
  private mutating func place(_ failures: OrderedFailures, of interval: LoadInterval, in pieces: WindowPieces) {
    for failure in failures.due(of: interval) {
      let isInside = pieces.mustHold(failure.due)
      let isOutside = !pieces.mayHold(failure.due)
      guard isInside || isOutside, perhaps.take(failureWith: failure.outcome) else { continue }
      if isInside { certain.add(failureWith: failure.outcome) }
    }
  }

  /// Failures and requests at worst (all uncertain failures belong, no uncertain success) and at best
  /// (requests that are not recorded at all succeeded).
  ///
  /// - Parameter excuses: whether those that may be the doing of this machine succeeded too, at best.
  func extremes(excuses: Bool = true) -> (worst: (failed: Int, of: Int), best: (failed: Int, of: Int)) {
    let known = certain.succeeded + certain.failed
    let unknown = certain.unaccounted + perhaps.unaccounted
    return (
      (certain.failed + perhaps.failed + unknown, known + perhaps.failed + unknown),
      (certain.failed - (excuses ? excused : 0), known + perhaps.succeeded + unknown + (unseen ?? 0))
    )
  }

  var isEmpty: Bool { certain.offered == 0 && perhaps.offered == 0 }

  /// Requests that may belong to the window and of whose end nothing is known, or nothing that the target did.
  var unaccounted: Int { certain.unaccounted + perhaps.unaccounted }

  /// Counts of failures by outcome over all that may belong to the window, the most frequent first.
  var failuresText: [String] {
    certain.failures.merging(perhaps.failures, uniquingKeysWith: +).mostFrequentFirst
      .map { outcome, count in
        outcome == OutcomeLabel.droppedByTarget
          ? "\(count.grouped) not sent since the target held all places" : "\(count.grouped) with \(outcome)"
      }
  }

  /// Rows on the requests of whose end nothing is known, or nothing that the target did.
  var gaps: [Evidence] {
    let untold = certain.untold.merging(perhaps.untold, uniquingKeysWith: +)
    var rows = untold.mostFrequentFirst.map { outcome, count in
      Evidence("not charged to the target: \(count.of("request")) \(Self.reason(of: outcome))")
    }
    let rest = unaccounted - untold.values.reduce(0, +)
    if rest > 0 { rows.append(Evidence("the end of \(rest.of("request")) is not recorded")) }
    if excused > 0 {
      rows.append(
        Evidence(
          "this machine held \(excused.of("request")) back and then sent them at once, so that as many failures may be its "
            + "doing"))
    }
    return rows
  }

  private static func reason(of outcome: String) -> String {
    switch outcome {
    case OutcomeLabel.droppedByMachine: "not sent, since this machine was late"
    case OutcomeLabel.dropped: "not sent in time, and the recording does not tell why"
    case OutcomeLabel.stopped: "still waiting to be sent when the load was stopped"
    case OutcomeLabel.localLimit: "for which this machine had no port, descriptor or memory left"
    case _ where OutcomeLabel.isBroken(outcome): "with \(outcome), after this machine had left its connections alone"
    default: "with \(outcome), whose answers this machine may not have read in time"
    }
  }

  /// `, even if the 200 requests that may be missing had all succeeded`: what was granted to a bound that was missed all the
  /// same; of requests that were never due the planned number is told. Empty where nothing is missing.
  var evenSo: String {
    let missing = unaccounted + (unseenLoad?.planned ?? 0)
    let granted = [
      missing > 0 ? "the \(missing.of("request")) that may be missing" : nil,
      excused > 0 ? "\(excused.grouped) that failed after this machine was late" : nil,
    ].compactMap { $0 }
    return granted.isEmpty ? "" : ", even if \(granted.joined(separator: " and ")) had all succeeded"
  }

  /// `12 of 7,200 requests failed (0.17%), and 2 of 100 that may belong to it`.
  ///
  /// - Parameter place: where, as in ` during release`.
  func failedText(_ place: String = "") -> String {
    "\(certain.failed.grouped) of \(certain.offered.of("request")) failed\(place) "
      + "(\(percentText(certain.failed, of: certain.offered)))"
      + atEdges { "\($0.failed.grouped) of \($0.offered.grouped)" }
  }

  /// What failed, what is not known of the rest, and what may belong to the window.
  var rows: [Evidence] {
    let failed = failuresText.isEmpty ? [] : [Evidence("failed: \(failuresText.joined(separator: ", "))")]
    return failed + gaps + edges
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
