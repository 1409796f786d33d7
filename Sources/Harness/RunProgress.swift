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
    /// The last complete interval, for rates and percentiles.
    var lastInterval = IntervalFigures()
    var wanted: Int?
    var ready: Int?
    var recommended: Int?
    var lastEvent: String?
    var lateness: Duration = .zero
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
    var histogram = LatencyHistogram()
  }

  private let state = Mutex(State())

  var snapshot: Snapshot { state.withLock { $0.snapshot } }

  func add(_ intervals: [LoadInterval], lateness: Duration) {
    state.withLock { state in
      guard let newest = intervals.map(\.start).max() else { return }
      state.snapshot.lateness = lateness
      if newest > state.snapshot.lastInterval.start || state.snapshot.lastInterval.offered == 0 {
        state.snapshot.lastInterval = IntervalFigures(start: newest)
        state.histogram.reset()
      }
      for interval in intervals {
        state.snapshot.offered += interval.offered
        state.snapshot.completed += interval.completed
        state.snapshot.failed += interval.failed
        state.snapshot.dropped += interval.dropped
        guard interval.start == state.snapshot.lastInterval.start else { continue }
        state.snapshot.lastInterval.offered += interval.offered
        state.snapshot.lastInterval.completed += interval.completed
        state.snapshot.lastInterval.failed += interval.failed
        for outcome in interval.outcomes where !outcome.failed { state.histogram.merge(outcome.fromDue) }
      }
      state.snapshot.lastInterval.p50 = state.histogram.quantile(0.5)
      state.snapshot.lastInterval.p99 = state.histogram.quantile(0.99)
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
