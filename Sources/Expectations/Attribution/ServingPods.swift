import KubernetesObjects
import LoadFacts
import RunTimeline

/// The pods that requests may have gone to, and who of them answered which.
struct ServingPods {
  let pods: [PodLifeline]
  /// How many were ready; `nil` where they are of several workloads.
  let ready: CountEnvelope?
  private let services: [ServiceEndpoints]
  private let byName: [String: [PodLifeline]]

  init(_ timeline: Timeline) {
    pods = timeline.clusters.flatMap(\.pods)
    ready = timeline.clusters.count == 1 ? timeline.cluster?.readyReplicas : nil
    services = timeline.clusters.flatMap(\.services)
    byName = Dictionary(grouping: pods, by: \.name)
  }

  /// The pod that answered a request; `nil` where the answer names none, or one of which nothing is known.
  func pod(of failure: FailedRequest) -> PodLifeline? {
    let named = failure.pod.flatMap { byName[$0] } ?? []
    // The pods of a StatefulSet bear a name one after another.
    return named.last { $0.created.earliest <= failure.completed } ?? named.first
  }

  /// Whether none of them is ready before its program takes connections.
  var areProbed: Bool {
    pods.allSatisfy { $0.spec.containers?.contains { $0.readinessProbe != nil } ?? false }
  }

  /// Whether a pod certainly was sent requests: it was ready, and an endpoint where some are known.
  ///
  /// - Parameter time: for how long that has to have been so.
  func isServing(_ pod: PodLifeline, at moment: Duration, for time: Duration = .zero) -> Bool {
    guard pod.ready.contains(where: { $0.certainlyCounts(at: moment, for: time) }) else { return false }
    let known = services.filter { $0.ready.range(at: moment).map { $0.lowerBound > 0 } ?? false }
    return known.isEmpty
      || known.contains { $0.presences[pod.uid]?.contains { $0.certainlyCounts(at: moment, for: time) } ?? false }
  }

  /// Whether a pod may have been sent requests: it has been ready, and proxies may not have noticed yet that it is gone.
  func mayServe(_ pod: PodLifeline, at moment: Duration) -> Bool {
    guard let first = pod.ready.first, first.from.earliest <= moment else { return false }
    return pod.removed.map { moment < $0.latest + PodLifeline.propagation } ?? true
  }

  /// Of the requests of a moment, the largest share that may have gone to some pods, where all pods get as many: the others count
  /// only where they certainly were sent some.
  func share(
    at moment: Duration, of isConcerned: (PodLifeline) -> Bool, among isAsked: (PodLifeline) -> Bool = { _ in true }
  ) -> Double {
    var (concerned, others) = (0, 0)
    for pod in pods where isAsked(pod) {
      if isConcerned(pod) {
        concerned += 1
      } else if isServing(pod, at: moment) {
        others += 1
      }
    }
    return concerned > 0 ? Double(concerned) / Double(concerned + others) : 0
  }
}

extension CountEnvelope.Presence {
  fileprivate func certainlyCounts(at moment: Duration, for time: Duration) -> Bool {
    beginIsSeen && from.latest + time <= moment && to.map { moment < $0.earliest } ?? true
  }
}
