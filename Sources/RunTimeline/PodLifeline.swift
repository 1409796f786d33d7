package import KubernetesObjects
import Units

/// The life of one pod, each step with the bounds of its moment.
package struct PodLifeline: Sendable, Equatable {
  package let name: String
  package let uid: String
  /// Tells the pods of one template from another's.
  package let templateHash: String?
  /// The image of the first container.
  package let image: String?
  package let created: InstantBounds
  package let scheduled: InstantBounds?
  /// When the first container began to run.
  package let started: InstantBounds?
  /// The stretches in which the pod was ready and not yet asked to go.
  package let ready: [CountEnvelope.Presence]
  /// When its deletion was asked for.
  package let deleteRequested: InstantBounds?
  /// How long it was allowed to take for going.
  package let gracePeriod: Duration?
  /// When the object was gone.
  package let removed: InstantBounds?
  /// The highest count of restarts of any of its containers.
  package let restarts: Int
  /// Why a container waited last, such as `ImagePullBackOff`.
  package let waitingReason: String?

  package init?(versions: [ObjectVersion<Pod>], clock: ServerClock) {
    guard let first = versions.first, let last = versions.last else { return nil }
    let metadata = first.object.metadata
    name = metadata.name ?? ""
    uid = metadata.uid ?? ""
    templateHash = metadata.labels?[ReplicaSet.templateHashLabel]
    image = first.object.spec.containers?.first?.image
    created = Self.narrowed(first.at, by: metadata.creationTimestamp, clock: clock)
    scheduled = Self.transition("PodScheduled", in: versions, clock: clock)
    started =
      versions.lazy.compactMap { version -> InstantBounds? in
        let running = version.object.status?.containerStatuses?.compactMap { $0.state?.running?.startedAt }.min()
        return running.map { Self.narrowed(version.at, by: $0, clock: clock) }
      }.first
    ready = Self.readyStretches(versions, clock: clock)
    let going = versions.first { $0.object.isTerminating }
    deleteRequested = going.map { Self.narrowed($0.at, by: $0.object.metadata.deleteRequested, clock: clock) }
    gracePeriod = going?.object.metadata.deletionGracePeriodSeconds.map { .seconds($0) }
    removed = last.deleted ? last.at : nil
    restarts = versions.flatMap { $0.object.status?.containerStatuses ?? [] }.compactMap(\.restartCount).max() ?? 0
    waitingReason = last.object.status?.containerStatuses?.compactMap { $0.state?.waiting?.reason }.first
  }

  private static func narrowed(_ bounds: InstantBounds, by time: KubernetesTime?, clock: ServerClock) -> InstantBounds {
    time.flatMap { bounds.intersection(clock.runTime(of: $0)) } ?? bounds
  }

  private static func transition(
    _ type: String, in versions: [ObjectVersion<Pod>], clock: ServerClock
  ) -> InstantBounds? {
    versions.first { $0.object.condition(type)?.isTrue ?? false }.map {
      narrowed($0.at, by: $0.object.condition(type)?.lastTransitionTime, clock: clock)
    }
  }

  private static func readyStretches(
    _ versions: [ObjectVersion<Pod>], clock: ServerClock
  ) -> [CountEnvelope.Presence] {
    var stretches: [CountEnvelope.Presence] = []
    var since: InstantBounds?
    for version in versions {
      let ready = version.object.isReady && !version.object.isTerminating && !version.deleted
      let transition = version.object.condition("Ready")?.lastTransitionTime
      if ready, since == nil {
        since = narrowed(version.at, by: transition, clock: clock)
      } else if !ready, let from = since {
        let time = version.object.isTerminating ? version.object.metadata.deleteRequested : transition
        stretches.append(CountEnvelope.Presence(from: from, to: narrowed(version.at, by: time, clock: clock)))
        since = nil
      }
    }
    if let since { stretches.append(CountEnvelope.Presence(from: since, to: nil)) }
    return stretches
  }
}
