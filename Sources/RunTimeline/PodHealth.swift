import KubernetesObjects
import Units

/// What went wrong with a pod that nobody had asked to go: containers that ended, and readiness that was lost.
package struct PodHealth: Sendable, Equatable {
  /// In the order in which they were seen.
  package let ends: [ContainerEnd]
  /// In the order in which they were seen.
  package let losses: [ReadinessLoss]

  /// Ends of a container, one after another, that one version of the pod showed for the first time.
  package struct ContainerEnd: Sendable, Equatable {
    package let container: String
    /// How many: `restartCount` counts those that nobody saw as well.
    package let count: Int
    package let at: InstantBounds
    /// Of the last one, as the kubelet says: `OOMKilled`, `Error`, `Completed`.
    package let reason: String?
    package let exitCode: Int?
  }

  /// A change of the condition `Ready` from True to something else.
  package struct ReadinessLoss: Sendable, Equatable {
    package let at: InstantBounds
    /// Why, as the condition says: `ContainersNotReady`.
    package let reason: String?
    /// Whether it was the only one there. Where only the time of the condition tells that readiness was lost and won again,
    /// that may have happened several times.
    package let isOnlyOne: Bool
  }

  /// - Parameters:
  ///   - shown: when what a version shows for the first time came to be, version by version.
  init(_ versions: [ObjectVersion<Pod>], shown: [InstantBounds], clock: ServerClock) {
    ends = Self.ends(versions, shown: shown, clock: clock)
    losses = Self.losses(versions, shown: shown, clock: clock)
  }

  private static func ends(
    _ versions: [ObjectVersion<Pod>], shown: [InstantBounds], clock: ServerClock
  ) -> [ContainerEnd] {
    var known: [String: Int] = [:]
    var ends: [ContainerEnd] = []
    for (index, version) in versions.enumerated() where !version.deleted {
      for (container, total) in version.object.containerEnds {
        let before = known[container.name] ?? 0
        guard total > before else { continue }
        known[container.name] = total
        let last = container.state?.terminated ?? container.lastState?.terminated
        // The times that it bears are those of the last one, before which the others were.
        let at = shown[index].narrowed(by: last?.finishedAt, clock: clock)
        func end(_ count: Int, at: InstantBounds) -> ContainerEnd {
          ContainerEnd(
            container: container.name, count: count, at: at, reason: last?.reason, exitCode: last?.exitCode)
        }
        if total > before + 1 {
          ends.append(end(total - before - 1, at: InstantBounds(min(shown[index].earliest, at.earliest), at.latest)))
        }
        ends.append(end(1, at: at))
      }
    }
    return ends
  }

  private static func losses(
    _ versions: [ObjectVersion<Pod>], shown: [InstantBounds], clock: ServerClock
  ) -> [ReadinessLoss] {
    var losses: [ReadinessLoss] = []
    for (index, (before, version)) in zip(versions, versions.dropFirst()).enumerated() {
      guard !before.object.isTerminating, !version.object.isTerminating, !before.deleted, !version.deleted,
        let was = before.object.condition("Ready"), let now = version.object.condition("Ready"), was.isTrue
      else { continue }
      if !now.isTrue {
        losses.append(
          ReadinessLoss(
            at: shown[index + 1].narrowed(by: now.lastTransitionTime, clock: clock), reason: now.reason,
            isOnlyOne: version.missedSince == nil))
      } else if was.lastTransitionTime != now.lastTransitionTime {
        // Ready before and after, but since another time, right before which it was not ready.
        let again = shown[index + 1].narrowed(by: now.lastTransitionTime, clock: clock)
        losses.append(ReadinessLoss(at: again, reason: nil, isOnlyOne: false))
      }
    }
    return losses
  }
}

extension Pod {
  /// The containers, and how often each has ended as far as this version tells. One that runs before the others is to end
  /// once, so that only what was begun again counts.
  fileprivate var containerEnds: [(container: ContainerStatus, count: Int)] {
    (status?.initContainerStatuses ?? []).map { ($0, $0.restartCount ?? 0) }
      + (status?.containerStatuses ?? []).map { ($0, $0.ends(isTerminating: isTerminating)) }
  }
}

extension Pod.ContainerStatus {
  /// How often the container has ended: each restart followed an end, and one that does not run may have ended since.
  ///
  /// What ends while its pod is going ends as it should.
  fileprivate func ends(isTerminating: Bool) -> Int {
    let restarts = restartCount ?? 0
    guard !isTerminating, state?.running == nil else { return restarts }
    return restarts + (state?.terminated != nil || lastState?.terminated != nil ? 1 : 0)
  }
}

extension InstantBounds {
  /// The bounds by a time that the kubelet wrote. It may have known of it for a while when somebody else wrote the version
  /// before, so that neither is believed alone where they contradict each other.
  fileprivate func narrowed(by time: KubernetesTime?, clock: ServerClock) -> InstantBounds {
    guard let told = time.map(clock.runTime(of:)) else { return self }
    return intersection(told) ?? InstantBounds(min(earliest, told.earliest), latest)
  }
}
