package import Arrivals

/// How much load there is over the run, and how it is spread.
package struct LoadSettings: Sendable, Equatable {
  package enum Arrivals: String, Sendable, Equatable, CaseIterable {
    case uniform
    case poisson
  }

  package var arrivals: Arrivals
  package var seed: UInt64
  /// Durations are run time, rates are per wall second.
  package var phases: [LoadPhase]
  /// `nil` lets the program choose.
  package var workers: Int?
}
