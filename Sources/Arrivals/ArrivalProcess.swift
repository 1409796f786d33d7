/// How arrivals are spread over the planned rate.
package enum ArrivalProcess: Sendable, Equatable {
  /// Evenly: the expected count rises by exactly one from arrival to arrival.
  case uniform
  /// At random, as independent users arrive: the expected count rises by unit-exponential steps. The same seed gives
  /// the same arrivals on every machine, and streams do not send in step.
  case poisson(seed: UInt64, stream: Int = 0)
}
