import KubernetesObjects
import Units

/// All versions of the workloads that bore one name, one after another, of whatever kind.
struct WorkloadHistory {
  let uids: Set<String>
  let versions: [ObjectVersion<Workload>]
  private(set) var sight: ResourceSight
  /// Stretches over which something may have been missed, each with its cause.
  private(set) var gaps: [ObservationGap]

  /// - Parameter end: the instant up to which the watch is known to have gone on.
  init(of reference: WorkloadReference, _ observations: [Observation], clock: ServerClock, watchedUntil end: Duration?)
  {
    switch reference.kind {
    case .deployment:
      self.init(ObjectHistory<Deployment>(observations, clock: clock, watchedUntil: end), named: reference.name)
    case .statefulSet:
      self.init(ObjectHistory<StatefulSet>(observations, clock: clock, watchedUntil: end), named: reference.name)
    }
  }

  private init(_ history: ObjectHistory<some WorkloadObject>, named name: String) {
    uids = Set(history.uids(named: name))
    versions = history.versions(named: name).map { $0.map(\.workload) }
    sight = history.sight(named: name)
    gaps = history.gaps(named: name)
  }

  /// Notes a stretch in which something was missed, as others tell.
  mutating func miss(_ gap: ObservationGap) {
    sight.gaps.append(gap.stretch)
    gaps.append(gap)
  }
}
