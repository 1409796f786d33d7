package import Arrivals
import Units

/// How much load there is over the run, and how it is spread.
package struct LoadSettings: Sendable, Equatable {
  package var seed: UInt64
  /// `nil` lets the program choose.
  package var workers: Int?
  /// Side by side; each begins with the run. At least one.
  package var streams: [PlannedStream]
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

  /// From when to when the phase of a name is planned; `nil` where there is none.
  func bounds(ofPhase name: String) -> Range<Duration>? {
    plannedPhases.first { $0.name == name }.map { $0.start..<$0.end }
  }

  /// The arrivals of a stream; `nil` for a closed one, whose requests come when answers do.
  ///
  /// - Parameter timeScale: run time per wall time; durations of the schedule are wall time.
  package func schedule(ofStream index: Int, timeScale: Double = 1) -> ArrivalSchedule? {
    guard case .open(let arrivals, let phases) = streams[index].model else { return nil }
    let process: ArrivalProcess = arrivals == .poisson ? .poisson(seed: seed, stream: index) : .uniform
    let lengths = wallLengths(ofStream: index, timeScale: timeScale)
    let onTheWall = zip(phases, lengths).map { phase, length in
      LoadPhase(name: phase.name, duration: length, startRate: phase.startRate, endRate: phase.endRate)
    }
    return ArrivalSchedule(phases: onTheWall, process: process)
  }

  /// How long each phase of a stream lasts in wall time: between the instants at which it begins and ends there.
  package func wallLengths(ofStream index: Int, timeScale: Double) -> [Duration] {
    streams[index].plannedPhases.map {
      $0.end.onTheWall(timeScale: timeScale) - $0.start.onTheWall(timeScale: timeScale)
    }
  }

  /// The intervals in which requests are counted, in run time: they end wherever a phase does.
  ///
  /// - Parameter length: what each lasts at the least, where phases allow it.
  package func countingIntervals(of length: Duration) -> CountingIntervals {
    CountingIntervals(edges: plannedPhases.flatMap { [$0.start, $0.end] }, length: length)
  }
}
