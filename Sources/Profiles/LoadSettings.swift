package import Arrivals

/// How much load there is over the run, and how it is spread.
package struct LoadSettings: Sendable, Equatable {
  package var seed: UInt64
  /// `nil` lets the program choose.
  package var workers: Int?
  /// Side by side; each begins with the run. At least one.
  package var streams: [LoadStream]
  /// Where the profile has it, for messages.
  package var place: FieldPlace?

  /// Until the end of the stream that lasts longest, in run time.
  package var duration: Duration { streams.map(\.duration).max() ?? .zero }

  /// The phases of all streams in the order of their starts; those that start together in the order of the streams.
  package var plannedPhases: [PlannedPhase] {
    streams.flatMap(\.plannedPhases).enumerated()
      .sorted { ($0.element.start, $0.offset) < ($1.element.start, $1.offset) }
      .map(\.element)
  }

  /// The arrivals of a stream; `nil` for a closed one, whose requests come when answers do.
  ///
  /// - Parameter timeScale: run time per wall time; durations of the schedule are wall time.
  package func schedule(ofStream index: Int, timeScale: Double = 1) -> ArrivalSchedule? {
    guard case .open(let arrivals, let phases) = streams[index].model else { return nil }
    let process: ArrivalProcess = arrivals == .poisson ? .poisson(seed: seed, stream: index) : .uniform
    let onTheWall = phases.map {
      LoadPhase(name: $0.name, duration: $0.duration / timeScale, startRate: $0.startRate, endRate: $0.endRate)
    }
    return ArrivalSchedule(phases: timeScale == 1 ? phases : onTheWall, process: process)
  }
}
