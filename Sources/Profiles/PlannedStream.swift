package import Arrivals

/// Load of one kind, with requests and phases of its own.
package struct PlannedStream: Sendable, Equatable {
  package enum Arrivals: String, Sendable, Equatable, CaseIterable {
    case uniform
    case poisson
  }

  package enum Model: Sendable, Equatable {
    /// Requests are due at planned times, whether or not earlier ones were answered. Durations are run time, rates
    /// are per wall second.
    case open(Arrivals, phases: [LoadPhase])
    /// Users who wait for each answer. Durations are run time, but the time to think is wall time.
    case closed([UserPhase])

    /// How its requests come, in a word: `uniform`, `poisson` or `users`.
    package var word: String {
      switch self {
      case .open(let arrivals, _): arrivals.rawValue
      case .closed: "users"
      }
    }
  }

  /// Empty for the only stream of a profile that names none.
  package var name: String
  /// Names of its requests; no request belongs to two streams.
  package var requests: [String]
  package var model: Model

  /// Length of all its phases together, in run time.
  package var duration: Duration { plannedPhases.last?.end ?? .zero }

  /// Its phases with their bounds, counted from the start of the run.
  package var plannedPhases: [PlannedPhase] {
    var start = Duration.zero
    var result: [PlannedPhase] = []
    func add(_ name: String, _ length: Duration, _ load: PlannedPhase.Load) {
      result.append(PlannedPhase(name: name, stream: self.name, start: start, end: start + length, load: load))
      start += length
    }
    switch model {
    case .open(_, let phases):
      for phase in phases { add(phase.name, phase.duration, .rate(from: phase.startRate, to: phase.endRate)) }
    case .closed(let phases):
      for phase in phases { add(phase.name, phase.duration, .users(phase.users, think: phase.think)) }
    }
    return result
  }
}
