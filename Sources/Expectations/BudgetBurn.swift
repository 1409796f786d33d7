import LoadFacts
import Profiles
import RunTimeline
import Units

/// How fast an error budget burned in the windows that end in a run, between bounds.
///
/// A window that begins before the run holds requests that nobody counted. They come at the average rate of the run: at best
/// none of them failed, at worst as large a share of them as of the run itself.
struct BudgetBurn {
  /// Requests of a stretch that were counted together.
  private struct Slot {
    var start: Duration
    var end: Duration
    var best: Count
    var worst: Count
  }

  private struct Count {
    var failed = 0.0
    var of = 0.0

    static func + (left: Count, right: Count) -> Count {
      Count(failed: left.failed + right.failed, of: left.of + right.of)
    }

    static func - (left: Count, right: Count) -> Count {
      Count(failed: left.failed - right.failed, of: left.of - right.of)
    }
  }

  /// The stretches in which a window may end, each up to where requests were counted.
  let ends: [InstantBounds]
  private let start: Duration
  private let budget: Double
  private let byStart: (instants: [Duration], best: [Count], worst: [Count])
  private let byEnd: (instants: [Duration], best: [Count], worst: [Count])
  private let ratePerSecond: Double
  private let worstShare: Double

  /// - Parameter objective: below 100 %.
  init(_ run: RunView, _ stretch: RunView.Stretch, route: String?, objective: Percentage) {
    start = stretch.start.earliest
    budget = objective.complement.fraction
    var slots: [Duration: Slot] = [:]
    for interval in run.analysis.orderedLoad.intervals(of: route) {
      var tally = LoadInWindow.Tally()
      tally.add(interval, from: .due, delay: run.machineDelay)
      let (failed, known) = (Double(tally.failed), Double(tally.known))
      let all = known + Double(tally.unaccounted)
      var slot =
        slots[interval.start] ?? Slot(start: interval.start, end: interval.end, best: Count(), worst: Count())
      slot.end = max(slot.end, interval.end)
      slot.best = slot.best + Count(failed: failed, of: all)
      slot.worst = slot.worst + Count(failed: failed + Double(tally.unaccounted), of: all)
      slots[interval.start] = slot
    }
    let starting = slots.values.sorted { $0.start < $1.start }
    let ending = slots.values.sorted { $0.end < $1.end }
    byStart = (starting.map(\.start), Self.sums(starting.map(\.best)), Self.sums(starting.map(\.worst)))
    byEnd = (ending.map(\.end), Self.sums(ending.map(\.best)), Self.sums(ending.map(\.worst)))
    ends = zip([start] + byEnd.instants, byEnd.instants).map { InstantBounds(min($0, $1), $1) }
    let whole = byEnd.worst[byEnd.worst.count - 1]
    ratePerSecond = whole.of / max((stretch.end.latest - start).seconds, 1e-9)
    worstShare = whole.of > 0 ? whole.failed / whole.of : 0
  }

  /// The sums of the first 0, 1, 2 … counts.
  private static func sums(_ counts: [Count]) -> [Count] {
    counts.reduce(into: [Count()]) { $0.append($0[$0.count - 1] + $1) }
  }

  /// How many times as fast as one that lasts for the period the budget burned at the least in the window that ends last, and
  /// at the most in any of them.
  func rate(over length: Duration, until end: InstantBounds) -> (least: Double, most: Double) {
    (least(over: length, until: end.latest) / budget, most(over: length, until: end) / budget)
  }

  /// What straddles an end of the window failed outside of it, and what came before the run succeeded.
  private func least(over length: Duration, until end: Duration) -> Double {
    let begin = end - length
    let failed = inside(byStart.best, byEnd.best, from: begin, to: end).failed
    let all = around(byStart.best, byEnd.best, from: begin, to: end).of
    return share(failed, of: all + before(begin))
  }

  /// What straddles an end of any of the windows failed inside of it, and did not add to those that succeeded; as large a share
  /// of what came before the run failed as of the run.
  private func most(over length: Duration, until end: InstantBounds) -> Double {
    let failed = around(byStart.worst, byEnd.worst, from: end.earliest - length, to: end.latest).failed
    let counted = inside(byStart.worst, byEnd.worst, from: end.latest - length, to: end.earliest)
    let all = failed + max(counted.of - counted.failed, 0)
    return [end.earliest, end.latest].map { end in
      let before = before(end - length)
      return share(failed + before * worstShare, of: all + before)
    }.reduce(0, max)
  }

  /// How many requests came before the run in a window that begins then.
  private func before(_ begin: Duration) -> Double { max((start - begin).seconds, 0) * ratePerSecond }

  /// What certainly lies in a stretch; both sums are of the same counts.
  private func inside(_ byStart: [Count], _ byEnd: [Count], from begin: Duration, to end: Duration) -> Count {
    let startedBefore = self.byStart.instants.indexOfRest(where: { $0 >= begin })
    let endedUntil = self.byEnd.instants.indexOfRest(where: { $0 > end })
    return startedBefore < endedUntil ? byEnd[endedUntil] - byStart[startedBefore] : Count()
  }

  /// What may lie in it.
  private func around(_ byStart: [Count], _ byEnd: [Count], from begin: Duration, to end: Duration) -> Count {
    let endedBefore = self.byEnd.instants.indexOfRest(where: { $0 > begin })
    let startedUntil = self.byStart.instants.indexOfRest(where: { $0 >= end })
    return endedBefore < startedUntil ? byStart[startedUntil] - byEnd[endedBefore] : Count()
  }

  private func share(_ failed: Double, of all: Double) -> Double { all > 0 ? min(failed / all, 1) : 0 }
}
