package import KubernetesObjects
import Units

/// What the observations of a run say of one of its workloads: replica counts as envelopes, pods, rollouts and events.
///
/// Objects that bore the workload's names one after another are joined, so that what was before a deletion stays known.
package struct ClusterHistory: Sendable {
  /// The workload and its autoscaler, as they were to be watched.
  package let watched: WatchedWorkload
  /// Versions of all workloads that bore the name, one after another.
  package private(set) var workload: [ObjectVersion<Workload>]
  package private(set) var autoscaler: [ObjectVersion<HorizontalPodAutoscaler>]
  package let replicaSets: [[ObjectVersion<ReplicaSet>]]
  package private(set) var pods: [PodLifeline]
  /// The pods that the workload's selector matches, whoever owns them: those that the autoscaler counts.
  package private(set) var selectedPods: [PodLifeline]
  package private(set) var rollouts: [Rollout]
  /// All versions of each PodDisruptionBudget that selects pods of a workload, of each ResourceQuota and each LimitRange of
  /// the namespace; empty where none was observed.
  package let budgets: [[ObjectVersion<PodDisruptionBudget>]]
  package let quotas: [[ObjectVersion<ResourceQuota>]]
  package let limitRanges: [[ObjectVersion<LimitRange>]]
  /// ConfigMaps and Secrets of the namespace that were watched by their names.
  package private(set) var configs: [ConfigReference: ConfigHistory]
  /// All events of the namespace.
  package private(set) var events: [EventVersion]
  /// Those that tell of objects of the workload.
  package private(set) var ownEvents: [EventVersion]
  /// Stretches over which something may have been missed, by plural of the resource, each with its cause.
  package let observationGaps: [String: [ObservationGap]]
  /// The same without the causes.
  package let gaps: [String: [InstantBounds]]
  /// Stretches in which the pods cannot have been those that were seen, by what the controllers counted, in which some could
  /// not be read, or from which on nothing was heard of any.
  package let podsInDoubt: [InstantBounds]
  /// When the workload or its autoscaler was not there, in the order of the deletions.
  package private(set) var absences: [Absence]

  /// `spec.replicas` of the workload: what is wanted; 0 while there is none.
  package private(set) var wantedReplicas: CountEnvelope
  /// `status.replicas`: pods that exist and are not terminating.
  package private(set) var currentReplicas: CountEnvelope
  /// Pods that are ready, counted from the pods themselves.
  package private(set) var readyReplicas: CountEnvelope
  /// `status.availableReplicas`: ready for at least `minReadySeconds`, as the controllers count.
  package private(set) var availableReplicas: CountEnvelope
  /// `status.updatedReplicas`: of the newest template.
  package private(set) var updatedReplicas: CountEnvelope
  /// What all ReplicaSets of the workload want together; known as long as they all are.
  package private(set) var createdReplicas: CountEnvelope
  /// `status.desiredReplicas` of the autoscaler.
  package private(set) var recommendedReplicas: CountEnvelope
  /// Endpoints of any Service that sends to pods of the workload, each pod once.
  package private(set) var readyEndpoints: CountEnvelope
  /// The same by Service, each pod once.
  package private(set) var services: [ServiceEndpoints]

  /// An event and when it was seen.
  package struct EventVersion: Sendable, Equatable {
    package let at: InstantBounds
    package let event: Event
  }

  /// - Parameters:
  ///   - end: the instant up to which all watches went on, where that is known; `nil` where each resource is known up to the
  ///     last word on it.
  ///   - undated: plurals of the resources of which nobody noted when what was observed arrived.
  package init(
    of watched: WatchedWorkload, observations: [Observation], clock: ServerClock, watchedUntil end: Duration? = nil,
    withoutArrivals undated: Set<String> = []
  ) {
    var objects = ObservedObjects(clock: clock, withoutArrivals: undated)
    for observation in observations { objects.add(observation) }
    objects.finish(watchedUntil: end)
    self.init(of: watched, in: objects)
  }

  /// - Parameters:
  ///   - objects: all that was observed in the namespace, when it is finished.
  ///   - actions: those of the run.
  package init(of watched: WatchedWorkload, in objects: ObservedObjects, actions: [ActionSpan] = []) {
    let reference = watched.reference
    let kind = reference.kind
    let (clock, autoscalers, slices) = (objects.clock, objects.autoscalers, objects.slices)
    let (allReplicaSets, allPods, allEvents) = (objects.replicaSets, objects.pods, objects.events)
    var workloads = WorkloadHistory(of: reference, in: objects)
    var own = WorkloadObjects(of: watched, workloads, autoscalers: autoscalers)
    let ownActions = actions.filter { $0.workload == watched.name }
    workloads.date(by: ownActions)
    let workload = workloads.versions
    self.watched = watched
    self.workload = workload
    autoscaler = watched.autoscaler.map(autoscalers.versions(named:)) ?? []
    let rescales = Self.rescales(autoscaler, clock: clock)
    if let knownFrom = workloads.sight.knownFrom {
      let missed = rescales.filter { $0.at.earliest > knownFrom && !Self.shows($0, in: workload) }
      for rescale in missed { workloads.miss(Self.gap(of: rescale, in: workload)) }
    }
    let autoscalerKind = HorizontalPodAutoscaler.resource.kind
    absences =
      (Absence.absences(in: workload, kind: kind.title, name: reference.name)
      + Absence.absences(in: autoscaler, kind: autoscalerKind, name: watched.autoscaler ?? ""))
      .sorted { $0.deleted.latest < $1.deleted.latest }
    replicaSets = own.add(allReplicaSets)
    pods = own.add(allPods).compactMap { [own] versions in
      guard let first = versions.first else { return nil }
      let uid = first.object.metadata.uid ?? ""
      let departures = own.departures(of: versions)
      let release = departures.last { $0.back == nil }?.left
      let leaves = departures.compactMap { departure in
        departure.back.map { PodLifeline.Leave(left: versions[departure.left].at, back: versions[$0].at) }
      }
      return PodLifeline(
        versions: Array(versions[..<(release ?? versions.count)]), appeared: allPods.appearance(uid: uid) ?? first.at,
        released: release.map { versions[$0].at }, leaves: leaves, clock: clock,
        gaps: (allPods.objectGaps[uid] ?? []).map(\.stretch))
    }
    selectedPods = Self.selectedPods(of: workload, among: allPods, clock: clock) ?? pods
    rollouts = Rollout.rollouts(of: workload)
    let ownSlices = Self.slices(slices, of: own.podNames)
    own.add(ownSlices)
    events = allEvents.objects.flatMap { versions in
      versions.filter { !$0.deleted }.map { EventVersion(at: $0.at, event: $0.object) }
    }
    ownEvents = events.filter { [own] in own.concerns($0.event) }
    budgets = objects.history(of: PodDisruptionBudget.self).objects
    quotas = objects.history(of: ResourceQuota.self).objects
    limitRanges = objects.history(of: LimitRange.self).objects
    configs = Dictionary(
      objects.configs.compactMap { label, history in
        ConfigReference(label: label).map { ($0, ConfigHistory(history, named: $0.name)) }
      }, uniquingKeysWith: { first, _ in first })
    let unreadPods = Self.unreadPods(allPods, own)
    let unreadVersions = own.podUIDs.sorted().flatMap { allPods.objectGaps[$0] ?? [] }
    let podGaps = allPods.gaps + allPods.silences + unreadPods + unreadVersions
    let miscounts = PodReckoning.gaps(
      of: pods, workload: workload, replicaSets: replicaSets, in: allPods, unknown: podGaps.map(\.stretch))
    // What came after a watch had ended for good, no later list tells.
    let unended = allPods.gaps.filter { $0.stretch.latest == .farFuture }
    podsInDoubt = (miscounts + unreadPods + unreadVersions + unended).map(\.stretch)
    readyReplicas = CountEnvelope(
      presences: pods.flatMap(\.ready) + unreadPods.map { .possible(over: $0.stretch) },
      start: allPods.knownFrom ?? .zero, gaps: (allPods.gaps + allPods.silences + miscounts).map(\.stretch),
      end: allPods.knownFrom == nil ? .zero : allPods.knownUntil
    )
    for gap in StatusReckoning.gaps(of: workload, kind: kind, ready: readyReplicas) { workloads.miss(gap) }
    var missed = [
      HorizontalPodAutoscaler.resource.plural: watched.autoscaler.map(autoscalers.gaps(named:)) ?? autoscalers.gaps,
      ReplicaSet.resource.plural: allReplicaSets.gaps + allReplicaSets.silences,
      Pod.resource.plural: podGaps + miscounts,
      EndpointSlice.resource.plural: slices.gaps + slices.silences + ServiceEndpoints.unseen(ownSlices, in: slices),
      Event.resource.plural: allEvents.gaps + allEvents.silences,
    ]
    missed[kind.resource.plural] = workloads.gaps
    for (config, history) in configs { missed[config.resource.label] = history.gaps }
    observationGaps = missed.mapValues { $0.sorted { $0.stretch.earliest < $1.stretch.earliest } }
    gaps = observationGaps.mapValues { $0.map(\.stretch) }

    func status(_ value: (Workload.Status) -> Int) -> CountEnvelope {
      CountEnvelope(versions: workload, in: workloads.sight) { $0.status.map(value) ?? 0 }
    }
    wantedReplicas = CountEnvelope(
      versions: workload, in: workloads.sight, isSpec: true, narrowing: { Self.narrowed($0, by: rescales) },
      value: \.wanted)
    currentReplicas = status(\.current)
    availableReplicas = status(\.available)
    updatedReplicas = status(\.updated)
    createdReplicas = Self.created(replicaSets, in: allReplicaSets)
    recommendedReplicas = CountEnvelope(versions: autoscaler, in: autoscalers.sight(named: watched.autoscaler)) {
      $0.status?.desiredReplicas
    }
    let routing = ServiceRouting(objects.ingresses)
    readyEndpoints = ServiceEndpoints.readyEndpoints(of: ownSlices, in: slices, routing)
    services = ServiceEndpoints.services(in: slices, sendingTo: ownSlices, routing)
  }

  /// Of what kind the workload is.
  package var kind: WorkloadKind { watched.reference.kind }

  /// What was known before an instant: nothing that certainly came later, and envelopes that end there.
  package func before(_ instant: Duration) -> ClusterHistory {
    var history = self
    history.workload.removeAll { $0.at.latest > instant }
    history.autoscaler.removeAll { $0.at.latest > instant }
    history.pods.removeAll { $0.created.earliest > instant }
    history.selectedPods.removeAll { $0.created.earliest > instant }
    history.rollouts = Rollout.rollouts(of: history.workload)
    history.events.removeAll { $0.at.earliest > instant }
    history.ownEvents.removeAll { $0.at.earliest > instant }
    history.absences.removeAll { $0.deleted.latest > instant }
    history.configs = history.configs.mapValues { $0.before(instant) }
    for index in history.services.indices {
      history.services[index].ready = history.services[index].ready.before(instant)
    }
    for path in Self.envelopes { history[keyPath: path] = history[keyPath: path].before(instant) }
    return history
  }

  /// Dates deletions by the phases that whoever recorded the run named for them.
  mutating func dateAbsences(by phases: [PhaseSpan]) {
    absences = absences.map { $0.marked(by: phases) }
  }

  private static var envelopes: [WritableKeyPath<ClusterHistory, CountEnvelope>] {
    [
      \.wantedReplicas, \.currentReplicas, \.readyReplicas, \.availableReplicas, \.updatedReplicas,
      \.createdReplicas, \.recommendedReplicas, \.readyEndpoints,
    ]
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

  /// Whether a change of the wanted replicas was seen about the time at which the autoscaler says that it scaled.
  private static func shows(_ rescale: CountEnvelope.Change, in versions: [ObjectVersion<Workload>]) -> Bool {
    let slack = Duration.seconds(2)
    return zip(versions, versions.dropFirst()).contains { before, version in
      let isChange = version.deleted || before.deleted || before.object.wanted != version.object.wanted
      return isChange && version.at.latest >= rescale.at.earliest - slack
        && version.at.earliest <= rescale.at.latest + slack
    }
  }

  /// From a rescale that the workload's watch did not bring to the next that it brought.
  private static func gap(
    of rescale: CountEnvelope.Change, in versions: [ObjectVersion<Workload>]
  ) -> ObservationGap {
    let next = versions.first { $0.at.latest > rescale.at.latest }?.at.latest ?? .farFuture
    return ObservationGap(
      InstantBounds(rescale.at.earliest, next),
      cause: "the autoscaler's status tells of a rescale to \(rescale.value) that was not seen of the "
        + (versions.last?.object.kind.title ?? "workload"))
  }

  /// Narrows a change of the wanted replicas by the one rescale that can have caused it.
  private static func narrowed(
    _ change: CountEnvelope.Change, by rescales: [CountEnvelope.Change]
  ) -> CountEnvelope.Change {
    let causes = rescales.filter { $0.value == change.value }.compactMap { change.at.intersection($0.at) }
    guard causes.count == 1 else { return change }
    return CountEnvelope.Change(at: causes[0], value: change.value)
  }

  /// Stretches in which pods were unreadable of which nothing else is known, so that each may be one of the workload's.
  private static func unreadPods(_ pods: ObjectHistory<Pod>, _ workload: WorkloadObjects) -> [ObservationGap] {
    pods.objectGaps.keys.sorted()
      .filter { pods.versions[$0] == nil && workload.mayOwn(podNamed: pods.names[$0]) }
      .flatMap { pods.objectGaps[$0] ?? [] }
  }

  /// The slices that send to pods of the workload, or may do so since they could not be read.
  private static func slices(
    _ all: ObjectHistory<EndpointSlice>, of names: Set<String>
  ) -> [[ObjectVersion<EndpointSlice>]] {
    all.objects.filter { versions in
      versions.contains { version in
        version.object.endpoints?.contains { names.contains($0.targetRef?.name ?? "") } ?? false
      }
    }
  }

  private static func created(
    _ own: [[ObjectVersion<ReplicaSet>]], in all: ObjectHistory<ReplicaSet>
  ) -> CountEnvelope {
    guard let start = all.knownFrom else { return .unknown }
    let gaps = (all.gaps + all.silences).map(\.stretch)
    let none = CountEnvelope(initial: 0, start: start, changes: [], gaps: gaps, end: all.knownUntil)
    return own.reduce(none) { total, versions in
      let sight = all.sight(named: versions.first?.object.metadata.name)
      let one = CountEnvelope(versions: versions, in: sight, isSpec: true) { $0.spec.replicas ?? 1 }
      return total.combined(with: one) { $0.lowerBound + $1.lowerBound...$0.upperBound + $1.upperBound }
    }
  }
}
