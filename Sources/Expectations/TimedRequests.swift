import RunTimeline
import Statistics

/// Requests of an interval by the time that they took, with what this machine may have taken of it.
struct TimedRequests {
  let delay: MachineDelay.Share
  /// Of those that were answered, as expected or not.
  var answered: [LatencyHistogram] = []
  /// Of those that were not, how long they had waited.
  var waited: [LatencyHistogram] = []

  init(delay: MachineDelay.Share) { self.delay = delay }

  /// How many of the answered ones would certainly have taken longer.
  func answeredAbove(_ limit: Duration) -> Int { Self.above(limit + delay.total, answered) }

  /// How many of the others.
  func waitedAbove(_ limit: Duration) -> Int { Self.above(limit + delay.total, waited) }

  private static func above(_ limit: Duration, _ latencies: [LatencyHistogram]) -> Int {
    latencies.reduce(0) { $0 + (($1.maximum ?? .zero) > limit ? $1.countAbove(limit).lowerBound : 0) }
  }
}
