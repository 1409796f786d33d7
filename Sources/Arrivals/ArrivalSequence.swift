import Foundation
import Units

/// One planned request.
package struct Arrival: Sendable, Equatable {
  /// Its number in the whole schedule, from 0, over all workers.
  package let index: Int
  /// When it is due, in nanoseconds after the start of the schedule.
  package let due: Int64

  package init(index: Int, due: Int64) {
    self.index = index
    self.due = due
  }
}

/// The arrivals of one worker in order of time, made one by one as they are asked for.
package struct ArrivalSequence: Sequence, IteratorProtocol, Sendable {
  private let schedule: ArrivalSchedule
  private let worker: Int
  private let workers: Int
  private let phaseStarts: [Int64]
  private let courses: [LoadPhase.Course]
  private var random: SplitMix64
  private var index = 0
  /// Λ at the latest Poisson arrival.
  private var mark = 0.0
  /// The phase of the latest arrival; arrivals never go back.
  private var phase = 0

  init(schedule: ArrivalSchedule, worker: Int, workers: Int) {
    self.schedule = schedule
    self.worker = worker
    self.workers = workers
    phaseStarts = schedule.starts.map(\.nanoseconds)
    courses = schedule.phases.map(\.course)
    if case .poisson(let seed, let stream) = schedule.process {
      random = SplitMix64(seed: seed, purpose: .arrivals, stream: stream)
    } else {
      random = SplitMix64(seed: 0)
      index = worker
    }
  }

  package mutating func next() -> Arrival? {
    switch schedule.process {
    case .uniform:
      guard let due = due(at: Double(index) + 0.5) else { return nil }
      defer { index += workers }
      return Arrival(index: index, due: due)
    case .poisson:
      // Every worker draws the steps of all arrivals and keeps its own, so that the number of workers changes nothing.
      while mark < schedule.expectedCount {
        mark -= log1p(-random.nextUnit())
        let current = index
        index += 1
        if current % workers == worker {
          return due(at: mark).map { Arrival(index: current, due: $0) }
        }
      }
      return nil
    }
  }

  /// When Λ reaches a mark, in nanoseconds; `nil` when it never does.
  private mutating func due(at mark: Double) -> Int64? {
    while phase < courses.count, schedule.cumulative[phase + 1] <= mark { phase += 1 }
    guard phase < courses.count else { return nil }
    let seconds = courses[phase].seconds(untilExpected: mark - schedule.cumulative[phase])
    // What is due in a phase is due before the next one begins.
    return Swift.min(phaseStarts[phase] + Int64((seconds * 1e9).rounded()), Swift.max(phaseStarts[phase + 1] - 1, 0))
  }
}
