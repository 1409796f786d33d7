import KubernetesObjects
import Units

/// All versions of the workloads that bore one name, one after another, of whatever kind.
struct WorkloadHistory {
  let uids: Set<String>
  private(set) var versions: [ObjectVersion<Workload>]
  /// How long events of its watch were under way.
  let lag: WatchLag
  private(set) var sight: ResourceSight
  /// Stretches over which something may have been missed, each with its cause.
  private(set) var gaps: [ObservationGap]

  /// - Parameters:
  ///   - end: the instant up to which the watch is known to have gone on.
  ///   - undated: plurals of the resources of which nobody noted when what was observed arrived.
  init(
    of reference: WorkloadReference, _ observations: [Observation], clock: ServerClock, watchedUntil end: Duration?,
    withoutArrivals undated: Set<String>
  ) {
    func history<Object>() -> ObjectHistory<Object> {
      ObjectHistory<Object>(
        observations, clock: clock, watchedUntil: end, tellsArrivals: !undated.contains(Object.resource.plural))
    }
    switch reference.kind {
    case .deployment: self.init(history() as ObjectHistory<Deployment>, named: reference.name)
    case .statefulSet: self.init(history() as ObjectHistory<StatefulSet>, named: reference.name)
    }
  }

  private init(_ history: ObjectHistory<some WorkloadObject>, named name: String) {
    uids = Set(history.uids(named: name))
    versions = history.versions(named: name).map { $0.map(\.workload) }
    lag = history.lag
    sight = history.sight(named: name)
    gaps = history.gaps(named: name)
  }

  /// Narrows when the versions that a watch brought were written, by what all watches tell.
  mutating func date(by timing: WatchTiming) { versions = versions.map(timing.dated) }

  /// Notes a stretch in which something was missed, as others tell.
  mutating func miss(_ gap: ObservationGap) {
    sight.gaps.append(gap.stretch)
    gaps.append(gap)
  }
}
