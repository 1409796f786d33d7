import KubernetesObjects
import RunTimeline
import Units

/// The life of a pod, as the cluster that it was in has led it. Run time.
struct SimulatedPod: Sendable {
  let name: String
  let hash: String?
  let versions: [SimulatedTruth.Version<Pod>]

  init(_ versions: [SimulatedTruth.Version<Pod>]) {
    self.versions = versions
    name = versions[0].object.metadata.name ?? ""
    hash = versions[0].object.metadata.templateHash
  }

  var created: Duration { versions[0].at }
  var scheduled: Duration? { first { $0.condition("PodScheduled")?.isTrue ?? false } }
  var started: Duration? { first { $0.status?.containerStatuses?.contains { $0.state?.running != nil } ?? false } }
  /// When it was first ready.
  var becameReady: Duration? { ready.first?.lowerBound }
  /// When it was asked to go.
  var going: Duration? { first(where: \.isTerminating) ?? removed }
  var removed: Duration? { versions.first(where: \.isDeleted)?.at }

  private func first(where isSo: (Pod) -> Bool) -> Duration? { versions.first { isSo($0.object) }?.at }

  /// The stretches in which it was ready and not asked to go.
  var ready: [Range<Duration>] {
    var stretches: [Range<Duration>] = []
    var since: Duration?
    for version in versions {
      let isReady = version.object.isReady && !version.object.isTerminating && !version.isDeleted
      if isReady, since == nil { since = version.at }
      if !isReady, let start = since {
        stretches.append(start..<version.at)
        since = nil
      }
    }
    if let since { stretches.append(since..<Duration.farFuture) }
    return stretches
  }

  func isReady(at instant: Duration) -> Bool { ready.contains { $0.contains(instant) } }

  /// How its first container ended last, while it was going.
  var exit: Pod.ContainerState.Terminated? {
    versions.last { $0.object.isTerminating }?.object.status?.containerStatuses?.first?.state?.terminated
  }
}
