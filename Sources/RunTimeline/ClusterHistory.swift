package import KubernetesObjects
import Units

/// What the observations of a run say of its workload: replica counts as envelopes, pods, rollouts and events.
package struct ClusterHistory: Sendable {
  package let deployment: [ObjectVersion<Deployment>]
  package let autoscaler: [ObjectVersion<HorizontalPodAutoscaler>]
  package let replicaSets: [[ObjectVersion<ReplicaSet>]]
  package let pods: [PodLifeline]
  package let rollouts: [Rollout]
  package let events: [EventVersion]
  /// Stretches over which something may have been missed, by plural of the resource.
  package let gaps: [String: [InstantBounds]]

  /// `spec.replicas` of the Deployment: what is wanted.
  package let wantedReplicas: CountEnvelope
  /// `status.replicas`: pods that exist and are not terminating.
  package let currentReplicas: CountEnvelope
  /// Pods that are ready, counted from the pods themselves.
  package let readyReplicas: CountEnvelope
  /// `status.availableReplicas`: ready for at least `minReadySeconds`, as the controllers count.
  package let availableReplicas: CountEnvelope
  /// `status.updatedReplicas`: of the newest template.
  package let updatedReplicas: CountEnvelope
  /// `status.desiredReplicas` of the autoscaler.
  package let recommendedReplicas: CountEnvelope
  /// Endpoints that the Ingress may send to.
  package let readyEndpoints: CountEnvelope

  /// An event and when it was seen.
  package struct EventVersion: Sendable, Equatable {
    package let at: InstantBounds
    package let event: Event
  }

  package init(of cluster: ClusterDescription, observations: [Observation], clock: ServerClock) {
    let deployments = ObjectHistory<Deployment>(observations, clock: clock)
    let autoscalers = ObjectHistory<HorizontalPodAutoscaler>(observations, clock: clock)
    let allReplicaSets = ObjectHistory<ReplicaSet>(observations, clock: clock)
    let allPods = ObjectHistory<Pod>(observations, clock: clock)
    let slices = ObjectHistory<EndpointSlice>(observations, clock: clock)
    let allEvents = ObjectHistory<Event>(observations, clock: clock)

    let deployment = deployments.versions(named: cluster.deployment)
    self.deployment = deployment
    autoscaler = cluster.autoscaler.map(autoscalers.versions(named:)) ?? []
    let owner = deployment.first?.object.metadata.uid
    replicaSets = allReplicaSets.objects.filter { versions in
      versions.first?.object.metadata.ownerReferences?.contains { $0.uid == owner } ?? false
    }
    let owners = Set(replicaSets.compactMap { $0.first?.object.metadata.uid })
    pods = allPods.objects
      .filter { $0.first?.object.metadata.ownerReferences?.contains { owners.contains($0.uid) } ?? false }
      .compactMap { versions in
        guard let first = versions.first else { return nil }
        let appeared = allPods.appearance(uid: first.object.metadata.uid ?? "") ?? first.at
        return PodLifeline(versions: versions, appeared: appeared, clock: clock)
      }
    rollouts = Rollout.rollouts(of: deployment)
    events = allEvents.objects.flatMap { versions in
      versions.filter { !$0.deleted }.map { EventVersion(at: $0.at, event: $0.object) }
    }
    gaps = [
      Deployment.resource.plural: deployments.gaps, HorizontalPodAutoscaler.resource.plural: autoscalers.gaps,
      ReplicaSet.resource.plural: allReplicaSets.gaps, Pod.resource.plural: allPods.gaps,
      EndpointSlice.resource.plural: slices.gaps, Event.resource.plural: allEvents.gaps,
    ]

    func status(_ value: (Deployment) -> Int?) -> CountEnvelope {
      CountEnvelope(versions: deployment, in: deployments, value: value)
    }
    let rescales = Self.rescales(autoscaler, clock: clock)
    wantedReplicas = CountEnvelope(
      versions: deployment, in: deployments, narrowing: { Self.narrowed($0, by: rescales) },
      value: { $0.spec.replicas ?? 1 })
    currentReplicas = status { $0.status?.replicas ?? 0 }
    availableReplicas = status { $0.status?.availableReplicas ?? 0 }
    updatedReplicas = status { $0.status?.updatedReplicas ?? 0 }
    recommendedReplicas = CountEnvelope(versions: autoscaler, in: autoscalers) { $0.status?.desiredReplicas }
    readyReplicas = CountEnvelope(
      presences: pods.flatMap(\.ready), start: allPods.knownFrom ?? .zero, gaps: allPods.gaps,
      end: allPods.knownFrom == nil ? .zero : allPods.knownUntil)
    readyEndpoints = Self.endpoints(slices, names: pods.map(\.name))
  }

  /// What the autoscaler says of its own rescales: to how many replicas, and when.
  ///
  /// `status.lastScaleTime` is taken right after the scale was written (Kubernetes,
  /// pkg/controller/podautoscaler/horizontal.go, `setStatus`), so the write came shortly before; a second is allowed.
  private static func rescales(
    _ versions: [ObjectVersion<HorizontalPodAutoscaler>], clock: ServerClock
  ) -> [CountEnvelope.Change] {
    versions.indices.compactMap { index in
      let status = versions[index].object.status
      guard let time = status?.lastScaleTime, let replicas = status?.desiredReplicas,
        index == 0 || versions[index - 1].object.status?.lastScaleTime != time
      else { return nil }
      let taken = clock.runTime(of: time)
      return CountEnvelope.Change(at: InstantBounds(taken.earliest - .seconds(1), taken.latest), value: replicas)
    }
  }

  /// Narrows a change of the wanted replicas by the one rescale that can have caused it.
  private static func narrowed(
    _ change: CountEnvelope.Change, by rescales: [CountEnvelope.Change]
  ) -> CountEnvelope.Change {
    let causes = rescales.filter { $0.value == change.value }.compactMap { change.at.intersection($0.at) }
    guard causes.count == 1 else { return change }
    return CountEnvelope.Change(at: causes[0], value: change.value)
  }

  private static func endpoints(_ slices: ObjectHistory<EndpointSlice>, names: [String]) -> CountEnvelope {
    let ours = Set(names)
    guard let start = slices.knownFrom else { return .unknown }
    let counts = slices.objects.compactMap { versions -> CountEnvelope? in
      let concerns = versions.contains { version in
        version.object.endpoints?.contains { ours.contains($0.targetRef?.name ?? "") } ?? false
      }
      guard concerns else { return nil }
      return CountEnvelope(versions: versions, in: slices) { slice in
        slice.endpoints?.filter { $0.conditions?.ready ?? true }.count ?? 0
      }
    }
    let none = CountEnvelope(initial: 0, start: start, changes: [], gaps: slices.gaps, end: slices.knownUntil)
    return counts.reduce(none) { total, slice in
      total.combined(with: slice) { $0.lowerBound + $1.lowerBound...$0.upperBound + $1.upperBound }
    }
  }
}

extension CountEnvelope {
  /// The envelope of a count that an object bears; 0 after the object was deleted.
  ///
  /// Versions in which `value` is missing, or the same as before, leave the count as it was.
  ///
  /// - Parameter narrowing: gives a change tighter bounds from what else is known.
  package init<Object>(
    versions: [ObjectVersion<Object>], in history: ObjectHistory<Object>,
    narrowing: (Change) -> Change = { $0 }, value: (Object) -> Int?
  ) {
    var values: [Change] = []
    for version in versions {
      guard let value = version.deleted ? 0 : value(version.object), value != values.last?.value else { continue }
      let change = Change(at: version.at, value: value)
      values.append(values.isEmpty ? change : narrowing(change))
    }
    guard let first = values.first, let knownFrom = history.knownFrom else {
      self = .unknown
      return
    }
    // An object that appeared after the first complete list did not exist before.
    let existed = first.at.latest <= knownFrom
    self.init(
      initial: existed ? first.value : 0, start: knownFrom, changes: existed ? Array(values.dropFirst()) : values,
      gaps: history.gaps, end: history.knownUntil)
  }
}
