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

  /// When a window may end at which the burn changes.
  let instants: [Duration]
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
    for interval in run.timeline.load where route == nil || interval.route == route {
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
    instants = byEnd.instants
    let whole = byEnd.worst[byEnd.worst.count - 1]
    ratePerSecond = whole.of / max((stretch.end.latest - start).seconds, 1e-9)
    worstShare = whole.of > 0 ? whole.failed / whole.of : 0
  }

  /// The sums of the first 0, 1, 2 … counts.
  private static func sums(_ counts: [Count]) -> [Count] {
    counts.reduce(into: [Count()]) { $0.append($0[$0.count - 1] + $1) }
  }

  /// How many times as fast as one that lasts for the period the budget burned in a window, at best and at worst.
  func rate(over length: Duration, until end: Duration) -> (least: Double, most: Double) {
    let begin = end - length
    let before = Double(max((start - begin).seconds, 0)) * ratePerSecond
    // At best what straddles an end of the window failed outside of it.
    let startedBefore = Self.count(of: byStart.instants) { $0 < begin }
    let endedBefore = Self.count(of: byEnd.instants) { $0 <= begin }
    let endedUntil = Self.count(of: byEnd.instants) { $0 <= end }
    let startedUntil = Self.count(of: byStart.instants) { $0 < end }
    let inside = byEnd.best[endedUntil] - byStart.best[min(startedBefore, endedUntil)]
    let around = byStart.best[startedUntil] - byEnd.best[min(endedBefore, startedUntil)]
    let worst = byStart.worst[startedUntil] - byEnd.worst[min(endedBefore, startedUntil)]
    let least = share(max(inside.failed, 0), of: max(around.of, inside.of) + before)
    // At worst what straddles an end failed inside, and did not add to those that succeeded.
    let succeeded = max(inside.of - inside.failed, 0)
    let most = share(worst.failed + before * worstShare, of: worst.failed + succeeded + before)
    return (least / budget, max(most, least) / budget)
  }

  private func share(_ failed: Double, of all: Double) -> Double { all > 0 ? min(failed / all, 1) : 0 }

  /// How many of some sorted instants a condition holds for, which holds for the first ones.
  private static func count(of instants: [Duration], where holds: (Duration) -> Bool) -> Int {
    var (low, high) = (0, instants.count)
    while low < high {
      let middle = (low + high) / 2
      if holds(instants[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
