package import Units

/// A phase of a stream with its planned bounds in run time.
package struct PlannedPhase: Sendable, Equatable {
  package enum Load: Sendable, Equatable {
    case rate(from: Rate, to: Rate)
    case users(Int, think: Duration)
  }

  package var name: String
  /// Name of its stream; empty for the only one.
  package var stream: String
  package var start: Duration
  package var end: Duration
  package var load: Load

  /// The planned rate at its start; zero for users, whose rate nobody plans.
  package var startRate: Rate { if case .rate(let rate, _) = load { rate } else { .zero } }
  package var endRate: Rate { if case .rate(_, let rate) = load { rate } else { .zero } }
  package var users: Int? { if case .users(let users, _) = load { users } else { nil } }
  package var think: Duration? { if case .users(_, let think) = load { think } else { nil } }
}
