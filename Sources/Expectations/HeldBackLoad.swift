import LoadFacts
import RunTimeline
import Units

/// Requests that this machine held back and then sent at once.
///
/// A target that takes the planned load may refuse what comes in a burst: a rate limit, a full queue. Holding n requests back
/// leaves it idle for the work of n at the most, so that no more than n of those that follow fail for it.
struct HeldBackLoad {
  private let run: RunView
  /// Requests that it sent late, where they may bear on a window.
  private let count: Int

  init(_ run: RunView, in window: InstantBounds) {
    self.run = run
    count = run.analysis.orderedLoad.late.reduce(0) { count, interval in
      guard interval.start < window.latest else { return count }
      let lateness = run.machineDelay.share(of: interval).lateness
      let recovered = interval.end + lateness * run.timeline.run.timeScale * MachineDelay.recovery
      guard GeneratorSample.isTooLong(lateness), recovered > window.earliest else { return count }
      return count + (interval.lateByMachine ?? interval.late)
    }
  }

  /// How many of the failures that certainly belong to a window may come of it.
  func excused(in stretch: RunView.Stretch, route: String?) -> Int {
    guard count > 0 else { return 0 }
    var suspicious = 0
    for interval in run.analysis.orderedLoad.intervals(of: route, near: stretch.hull) {
      guard interval.start >= stretch.start.latest, interval.end <= stretch.end.earliest, interval.failed > 0,
        GeneratorSample.isTooLong(run.machineDelay.share(of: interval).lateness)
      else { continue }
      for tally in interval.outcomes
      where tally.failed && OutcomeLabel.isOverload(tally.outcome)
        && !run.machineDelay.mayHaveFailed(tally, of: interval)
      {
        suspicious += tally.completed
      }
    }
    return min(count, suspicious)
  }
}

extension LoadInWindow {
  /// The verdict that nothing follows, since failures decide that may be the doing of this machine.
  func heldBack(finding: String) -> Opinion {
    .untrusted(
      "this machine was late: it held \(excused.of("request")) back and then sent them at once, so that as many failures may "
        + "be its doing", finding: finding)
  }
}
