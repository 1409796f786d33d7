package import KubernetesObjects
import Units

/// The life of one pod, each step with the bounds of its moment.
package struct PodLifeline: Sendable, Equatable {
  /// For how long after a pod is gone a proxy may still send requests to it.
  package static let propagation = Duration.seconds(5)

  package let name: String
  package let uid: String
  /// Tells the pods of one template from another's.
  package let templateHash: String?
  /// The image of the first container.
  package let image: String?
  /// Its containers and what they request.
  package let spec: PodSpec
  /// The node that it was given.
  package let node: String?
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
  /// When its phase became `Failed`, which no autoscaler counts.
  package let failed: InstantBounds?
  /// When the object was gone.
  package let removed: InstantBounds?
  /// When the workload let it go: it went on as nobody's, and what became of it is not told here.
  package let released: InstantBounds?
  /// The times in which it was nobody's, or somebody else's, until the workload took it back.
  package let leaves: [Leave]
  /// How its containers have ended since it was asked to go, as far as its status told.
  package let ends: [ContainerEnd]
  /// Whether all that ran are among them.
  package let allEnded: Bool
  /// The highest count of restarts of any of its containers.
  package let restarts: Int
  /// Why a container waited last, such as `ImagePullBackOff`.
  package let waitingReason: String?
  /// Containers that ended and readiness that was lost, as long as nobody had asked it to go.
  package let health: PodHealth

  /// - Parameters:
  ///   - versions: those of the time in which it belongs to whom it is told of.
  ///   - appeared: when the pod came into being, as far as lists and watch events tell.
  ///   - released: when the version came that is the first of nobody's.
  ///   - leaves: when it was let go and taken back.
  ///   - gaps: stretches in which versions of the pod could not be read.
  package init?(
    versions: [ObjectVersion<Pod>], appeared: InstantBounds, released: InstantBounds? = nil,
    leaves: [Leave] = [], clock: ServerClock, gaps: [InstantBounds] = []
  ) {
    guard let first = versions.first, let last = versions.last else { return nil }
    let metadata = first.object.metadata
    name = metadata.name ?? ""
    uid = metadata.uid ?? ""
    templateHash = metadata.templateHash
    image = first.object.spec.containers?.first?.image
    spec = first.object.spec
    node = versions.lazy.compactMap(\.object.spec.nodeName).first
    let created = Self.narrowed(appeared, by: metadata.creationTimestamp, clock: clock)
    self.created = created
    // Something that a version shows for the first time happened after the version before it was written.
    let shown = versions.indices.map { index in
      let earliest = index > 0 ? versions[index - 1].at.earliest : appeared.earliest
      return InstantBounds(min(earliest, versions[index].at.latest), versions[index].at.latest).notBefore(
        created.earliest)
    }
    func firstShown(_ time: (Pod) -> KubernetesTime??) -> InstantBounds? {
      for (index, version) in versions.enumerated() {
        guard let time = time(version.object) else { continue }
        return shown[index].intersection(optional: time.map(clock.runTime(of:)))
          ?? version.at.notBefore(created.earliest)
      }
      return nil
    }
    scheduled = firstShown { pod in
      pod.condition("PodScheduled").flatMap { $0.isTrue ? .some($0.lastTransitionTime) : .none }
    }
    // The kubelet takes a pod up before it starts its containers, and they run before they are ready.
    let accepted = versions.compactMap { $0.object.status?.startTime }.first.map { clock.runTime(of: $0).earliest }
    let started = firstShown { pod in
      pod.status?.containerStatuses?.compactMap { $0.state?.running?.startedAt }.min().map { .some($0) }
    }?.notBefore(accepted)
    self.started = started
    let floor = started?.earliest ?? accepted
    (self.released, self.leaves) = (released, leaves)
    let end = last.deleted ? last.at : released
    ready = Self.readyStretches(versions, shown: shown, clock: clock)
      .map { CountEnvelope.Presence(from: $0.from.notBefore(floor), to: $0.to ?? released) }
      .interrupted(by: leaves)
      .unseen(over: gaps, within: InstantBounds(created.earliest, end?.latest ?? .farFuture))
    let asked = Self.deleteRequest(versions, shown: shown, clock: clock)?.notBefore(created.earliest)
    deleteRequested = asked
    gracePeriod = versions.first { $0.object.isTerminating }?.object.metadata.deletionGracePeriodSeconds
      .map { .seconds($0) }
    failed = versions.indices.first { versions[$0].object.status?.phase == "Failed" }.map { shown[$0] }
    removed = last.deleted ? last.at.notBefore(asked?.earliest ?? created.earliest) : nil
    (ends, allEnded) = Self.ends(versions, shown: shown, clock: clock)
    restarts = versions.flatMap { $0.object.status?.containerStatuses ?? [] }.compactMap(\.restartCount).max() ?? 0
    waitingReason = last.object.status?.containerStatuses?.compactMap { $0.state?.waiting?.reason }.first
    health = PodHealth(versions, shown: shown, clock: clock)
  }

  /// A time in which the workload did not have it.
  package struct Leave: Sendable, Equatable {
    /// When it was let go.
    package let left: InstantBounds
    /// When it was taken back.
    package let back: InstantBounds
  }

  /// When it was one of the workload's pods, up to some end.
  package func presences(until end: InstantBounds?) -> [CountEnvelope.Presence] {
    [CountEnvelope.Presence(from: created, to: end)].interrupted(by: leaves)
  }

  /// When it ceased to be one of the workload's pods: gone, or let go.
  package var left: InstantBounds? { removed ?? released }

  /// When the deletion was asked for: the time that the first version which is going bears.
  ///
  /// At the end the kubelet deletes the pod once more, with a grace period of 0 and perhaps a later time. Where only that
  /// was seen, the request came before it.
  private static func deleteRequest(
    _ versions: [ObjectVersion<Pod>], shown: [InstantBounds], clock: ServerClock
  ) -> InstantBounds? {
    guard let index = versions.firstIndex(where: { $0.object.isTerminating }) else { return nil }
    let metadata = versions[index].object.metadata
    let asked = narrowed(versions[index].at, by: metadata.deleteRequested, clock: clock)
    return metadata.deletionGracePeriodSeconds == 0 ? InstantBounds(shown[index].earliest, asked.latest) : asked
  }

  /// How its containers ended: by the last version that tells of them all, or of most.
  private static func ends(
    _ versions: [ObjectVersion<Pod>], shown: [InstantBounds], clock: ServerClock
  ) -> (ends: [ContainerEnd], areAll: Bool) {
    let going = versions.indices.filter { versions[$0].object.isTerminating }
    guard
      let index = going.max(by: { left, right in
        ended(versions[left].object).count < ended(versions[right].object).count
      })
    else { return ([], false) }
    let pod = versions[index].object
    let ends = ended(pod).map { status in
      let terminated = status.state?.terminated
      // What restarted before is another end.
      let finished = terminated?.finishedAt.map { clock.runTime(of: $0) }
      return ContainerEnd(
        container: status.name, exitCode: terminated?.exitCode, reason: terminated?.reason,
        finished: finished.map { shown[index].latest >= $0.earliest ? $0 : shown[index] })
    }
    let containers = pod.spec.containers?.count ?? 0
    return (ends, containers > 0 && ends.count >= containers)
  }

  private static func ended(_ pod: Pod) -> [Pod.ContainerStatus] {
    (pod.status?.containerStatuses ?? []).filter { $0.state?.terminated != nil }
  }

  private static func narrowed(_ bounds: InstantBounds, by time: KubernetesTime?, clock: ServerClock) -> InstantBounds {
    time.flatMap { bounds.intersection(clock.runTime(of: $0)) } ?? bounds
  }

  private static func readyStretches(
    _ versions: [ObjectVersion<Pod>], shown: [InstantBounds], clock: ServerClock
  ) -> [CountEnvelope.Presence] {
    var stretches: [CountEnvelope.Presence] = []
    var since: (bounds: InstantBounds, transition: KubernetesTime?)?
    for (index, version) in versions.enumerated() {
      let ready = version.object.isReady && !version.object.isTerminating && !version.deleted
      let transition = version.object.condition("Ready")?.lastTransitionTime
      func bounds(by time: KubernetesTime?) -> InstantBounds {
        shown[index].intersection(optional: time.map(clock.runTime(of:))) ?? version.at
      }
      if ready, let from = since, from.transition != transition {
        // Ready before and after, but since another time: it was not ready for a moment in between.
        let again = bounds(by: transition)
        stretches.append(
          CountEnvelope.Presence(from: from.bounds, to: InstantBounds(shown[index].earliest, again.latest)))
        since = (again, transition)
      } else if ready, since == nil {
        since = (bounds(by: transition), transition)
      } else if !ready, let from = since {
        let pod = version.object
        // One that was ready to its last says of that only since when it was.
        let end =
          pod.isTerminating
          ? bounds(by: pod.metadata.deleteRequested) : pod.isReady ? version.at : bounds(by: transition)
        stretches.append(CountEnvelope.Presence(from: from.bounds, to: end))
        since = nil
      }
    }
    if let since { stretches.append(CountEnvelope.Presence(from: since.bounds, to: nil)) }
    return stretches
  }
}

extension [CountEnvelope.Presence] {
  /// Nothing is certain in the gaps: what was there may have gone, and what was not may have come.
  fileprivate func unseen(over gaps: [InstantBounds], within life: InstantBounds) -> Self {
    gaps.compactMap { $0.intersection(life) }.reduce(self) { presences, gap in
      let isPossible = presences.contains { presence in
        presence.from.earliest < gap.latest && presence.to.map { $0.latest > gap.earliest } ?? true
      }
      let parts = presences.flatMap { $0.unseen(over: gap) }
      return isPossible ? parts : parts + [.possible(over: gap)]
    }
  }
}

extension InstantBounds {
  /// The intersection with bounds that may not be known; `nil` when they contradict each other.
  fileprivate func intersection(optional other: InstantBounds?) -> InstantBounds? {
    guard let other else { return self }
    return intersection(other)
  }

  /// The bounds without what lies before an instant; as they are where all of them does, since clocks then disagree.
  fileprivate func notBefore(_ instant: Duration?) -> InstantBounds {
    guard let instant, instant > earliest, instant <= latest else { return self }
    return InstantBounds(instant, latest)
  }
}

extension [CountEnvelope.Presence] {
  fileprivate func interrupted(by leaves: [PodLifeline.Leave]) -> Self {
    leaves.reduce(self) { presences, leave in presences.flatMap { $0.interrupted(by: leave) } }
  }
}
