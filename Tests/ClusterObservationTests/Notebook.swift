import ClusterObservation
import KubernetesObjects
import RunTimeline
import Synchronization

/// Keeps what an observer reports.
final class Notebook: ObservationSink {
  private let notes = Mutex<[Observation]>([])
  private let dates = Mutex(0)

  func record(_ observations: [Observation]) {
    notes.withLock { $0 += observations }
  }

  func clock(date: KubernetesTime, sent: Duration, received: Duration) {
    dates.withLock { $0 += 1 }
  }

  var observations: [Observation] { notes.withLock { $0 } }
  var dateCount: Int { dates.withLock { $0 } }

  /// Waits until an observation is there, by looking again and again.
  func await(_ matches: @Sendable (Observation) -> Bool) async throws {
    while !observations.contains(where: matches) { try await Task.sleep(for: .milliseconds(5)) }
  }

  /// Waits until so many objects of a resource have been told of, by looking again and again.
  func await(_ count: Int, _ plural: String) async throws {
    while Set(observations.filter { $0.resource == plural }.compactMap(\.name)).count < count {
      try await Task.sleep(for: .milliseconds(5))
    }
  }
}
