import Foundation
import KubernetesObjects
import RunTimeline
import Statistics
import Synchronization

/// What a run is doing right now, put together from what passes by on its way into the recording.
final class RunProgress: Sendable {
  struct Snapshot: Sendable {
    var offered = 0
    var completed = 0
    var failed = 0
    var dropped = 0
    /// The last interval whose answers are in, for rates and percentiles.
    var lastInterval = IntervalFigures()
    var wanted: Int?
    var ready: Int?
    var recommended: Int?
    var lastEvent: String?
  }

  struct IntervalFigures: Sendable {
    var start: Duration = .zero
    var offered = 0
    var completed = 0
    var failed = 0
    var p50: Duration?
    var p99: Duration?
  }

  private struct State {
    var snapshot = Snapshot()
    /// The newest interval; the answers to its last requests come with the next one.
    private var newest: IntervalFigures?
    private var histogram = LatencyHistogram()

    mutating func add(_ interval: LoadInterval) {
      snapshot.offered += interval.offered
      snapshot.completed += interval.completed
      snapshot.failed += interval.failed
      snapshot.dropped += interval.dropped
      if let newest, interval.start > newest.start { publish(newest) }
      guard interval.start >= newest?.start ?? interval.start else { return }
      var figures = newest ?? IntervalFigures(start: interval.start)
      figures.offered += interval.offered
      figures.completed += interval.completed
      figures.failed += interval.failed
      newest = figures
      for outcome in interval.outcomes where !outcome.failed { histogram.merge(outcome.fromDue) }
    }

    private mutating func publish(_ figures: IntervalFigures) {
      snapshot.lastInterval = figures
      snapshot.lastInterval.p50 = histogram.quantile(0.5)
      snapshot.lastInterval.p99 = histogram.quantile(0.99)
      histogram.reset()
      newest = nil
    }
  }

  private let state = Mutex(State())

  var snapshot: Snapshot { state.withLock { $0.snapshot } }

  func add(_ intervals: [LoadInterval]) {
    state.withLock { state in
      for interval in intervals.sorted(by: { $0.start < $1.start }) { state.add(interval) }
    }
  }

  func add(_ observations: [Observation], of cluster: ClusterDescription) {
    for observation in observations {
      guard let data = observation.object, observation.kind != .deleted else { continue }
      switch observation.resource {
      case Deployment.resource.plural where observation.name == cluster.deployment:
        guard let deployment = try? JSONDecoder().decode(Deployment.self, from: data) else { continue }
        state.withLock {
          $0.snapshot.wanted = deployment.spec.replicas
          $0.snapshot.ready = deployment.status?.readyReplicas ?? 0
        }
      case HorizontalPodAutoscaler.resource.plural where observation.name == cluster.autoscaler:
        guard let autoscaler = try? JSONDecoder().decode(HorizontalPodAutoscaler.self, from: data) else { continue }
        state.withLock { $0.snapshot.recommended = autoscaler.status?.desiredReplicas }
      case Event.resource.plural where observation.kind != .listed:
        guard let event = try? JSONDecoder().decode(Event.self, from: data) else { continue }
        let text = "\(event.reason ?? "") \(event.message ?? "")"
        state.withLock { $0.snapshot.lastEvent = text }
      default: continue
      }
    }
  }

  func note(_ event: String) {
    state.withLock { $0.snapshot.lastEvent = event }
  }
}
