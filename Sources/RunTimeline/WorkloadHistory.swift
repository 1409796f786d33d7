import KubernetesObjects
import Units

/// All versions of the workloads that bore one name, one after another, of whatever kind.
struct WorkloadHistory {
  let uids: Set<String>
  private(set) var versions: [ObjectVersion<Workload>]
  private(set) var sight: ResourceSight
  /// Stretches over which something may have been missed, each with its cause.
  private(set) var gaps: [ObservationGap]

  init(of reference: WorkloadReference, in objects: ObservedObjects) {
    self = Self.history(of: reference.kind.type, named: reference.name, in: objects)
  }

  private static func history<Object: WorkloadObject>(
    of type: Object.Type, named name: String, in objects: ObservedObjects
  ) -> WorkloadHistory {
    WorkloadHistory(objects.history(of: type), named: name)
  }

  private init(_ history: ObjectHistory<some WorkloadObject>, named name: String) {
    uids = Set(history.uids(named: name))
    versions = history.versions(named: name).map { $0.map(\.workload) }
    sight = history.sight(named: name)
    gaps = history.gaps(named: name)
  }

  /// What an action of the run wrote came to be between its first request and its last answer.
  mutating func date(by actions: [ActionSpan]) {
    guard !actions.isEmpty else { return }
    var before: Int64?
    for (index, version) in versions.enumerated() where !version.deleted {
      defer { before = version.object.metadata.generation }
      guard let generation = version.object.metadata.generation, generation != before,
        let cause = actions.first(where: { $0.hasWritten(generation: generation) }), let sent = cause.sent,
        let answered = cause.answered, sent <= answered
      else { continue }
      versions[index] = version.within(InstantBounds(sent, answered))
    }
  }

  /// Notes a stretch in which something was missed, as others tell.
  mutating func miss(_ gap: ObservationGap) {
    sight.gaps.append(gap.stretch)
    gaps.append(gap)
  }
}
