package import Units

/// The planned load: how many requests are due by a time, and when request *i* is due.
///
/// The rate λ(t) in requests per second is linear in each phase; its integral Λ(t) counts the requests that are
/// expected by *t*. Arrival *i* (from 0) is due when Λ reaches a mark mᵢ:
///
/// ```
///   λ(t)          ┌────────┐               uniform:  mᵢ = i + ½
///    │         ╱  │        │               Poisson:  mᵢ = e₀ + … + eᵢ, the e independent, exponential, mean 1
///    │      ╱     │        │
///    │───╱        └        └──────         due(i) = Λ⁻¹(mᵢ), in closed form per phase:
///    └──────────────────────────── t       y = mᵢ − Λ(start of phase)
///      calm  ramp   step    settle         t = start + 2y / (r + √(r² + 2ay))
/// ```
///
/// with r the rate at the start of the phase in 1/s and a its change in 1/s². With the half, the number of uniform
/// arrivals by any time differs from Λ by at most one half, in either direction, and a phase that expects a whole
/// number gets exactly that number. Each due time follows from Λ directly, so nothing accumulates.
///
/// Poisson arrivals are made by time rescaling (Çinlar, *Introduction to Stochastic Processes*, 1975, section 4.7).
package struct ArrivalSchedule: Sendable, Equatable {
  package let phases: [LoadPhase]
  package let process: ArrivalProcess
  /// Start of each phase, and behind them the end of the last one.
  let starts: [Duration]
  /// Λ at each of the ``starts``.
  let cumulative: [Double]

  package init(phases: [LoadPhase], process: ArrivalProcess) {
    self.phases = phases
    self.process = process
    var starts = [Duration.zero]
    var cumulative = [0.0]
    for phase in phases {
      starts.append(starts[starts.count - 1] + phase.duration)
      cumulative.append(cumulative[cumulative.count - 1] + phase.expectedCount)
    }
    self.starts = starts
    self.cumulative = cumulative
  }

  /// Length of all phases together.
  package var duration: Duration { starts[phases.count] }

  /// Λ over the whole schedule: how many requests it plans, on average for Poisson arrivals.
  package var expectedCount: Double { cumulative[phases.count] }

  /// Λ(t): how many requests are expected by a time after the start. Constant before the start and after the end.
  package func expectedCount(by time: Duration) -> Double {
    guard let phase = phaseIndex(at: time) else { return time < .zero ? 0 : expectedCount }
    return cumulative[phase] + phases[phase].expectedCount(by: time - starts[phase])
  }

  /// λ(t): the planned rate at a time after the start. A phase owns its first instant; outside of all phases it is 0.
  package func rate(at time: Duration) -> Rate {
    guard let phase = phaseIndex(at: time) else { return .zero }
    return (try? Rate(perSecond: max(phases[phase].rate(at: time - starts[phase]), 0))) ?? .maximum
  }

  /// Start and end of a phase, counted from the start of the schedule.
  package func bounds(ofPhase index: Int) -> Range<Duration> {
    starts[index]..<starts[index + 1]
  }

  /// The phase that a time belongs to; `nil` before the start and from the end on.
  package func phaseIndex(at time: Duration) -> Int? {
    guard time >= .zero else { return nil }
    return phases.indices.first { time < starts[$0 + 1] }
  }

  /// The arrivals of one worker of several, in order: those whose index leaves the remainder `worker` when divided
  /// by `workers`. All workers together have exactly the arrivals of a single one.
  package func arrivals(worker: Int = 0, of workers: Int = 1) -> ArrivalSequence {
    precondition(workers > 0 && (0..<workers).contains(worker), "worker \(worker) of \(workers) does not exist")
    return ArrivalSequence(schedule: self, worker: worker, workers: workers)
  }
}
