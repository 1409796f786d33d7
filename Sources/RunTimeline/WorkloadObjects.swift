import KubernetesObjects

/// Which objects of a namespace belong to the workload: itself and what it owns, in all their incarnations, its
/// autoscaler, and the slices that send to its pods.
struct WorkloadObjects {
  let workload: WorkloadReference
  let autoscaler: String?
  private let workloadUIDs: Set<String>
  private let autoscalerUIDs: Set<String>
  private(set) var replicaSetUIDs: Set<String> = []
  private(set) var replicaSetNames: Set<String> = []
  /// Uids of all ReplicaSets that could be read, of whatever workload.
  private var knownReplicaSets: Set<String> = []
  private(set) var podUIDs: Set<String> = []
  private(set) var podNames: Set<String> = []
  /// By which the workload and its ReplicaSets know their pods, by their uids.
  private var selectors: [String: LabelSelector] = [:]
  /// Names of slices and of the Services that they are of.
  private(set) var endpointNames: Set<String> = []

  init(
    of watched: WatchedWorkload, _ workloads: WorkloadHistory, autoscalers: ObjectHistory<HorizontalPodAutoscaler>
  ) {
    workload = watched.reference
    autoscaler = watched.autoscaler
    workloadUIDs = workloads.uids
    autoscalerUIDs = Set(watched.autoscaler.map(autoscalers.uids(named:)) ?? [])
    for version in workloads.versions { note(version.object.selector, of: version.object.metadata) }
  }

  private mutating func note(_ selector: LabelSelector?, of metadata: ObjectMetadata) {
    if let uid = metadata.uid { selectors[uid] = selector }
  }

  mutating func add(_ all: ObjectHistory<ReplicaSet>) -> [[ObjectVersion<ReplicaSet>]] {
    knownReplicaSets = Set(all.objects.compactMap { $0.first?.object.metadata.uid })
    let own = all.objects.filter { versions in
      versions.contains { version in version.object.metadata.ownerReferences?.contains(where: owns) ?? false }
    }
    replicaSetUIDs = Set(own.compactMap { $0.first?.object.metadata.uid })
    replicaSetNames = Set(own.compactMap { $0.first?.object.metadata.name })
    for object in own.compactMap(\.last?.object) { note(object.spec.selector, of: object.metadata) }
    return own
  }

  mutating func add(_ all: ObjectHistory<Pod>) -> [[ObjectVersion<Pod>]] {
    let own = all.objects.filter { versions in versions.contains { owns($0.object) } }
    podUIDs = Set(own.compactMap { $0.first?.object.metadata.uid })
    podNames = Set(own.compactMap { $0.first?.object.metadata.name })
    return own
  }

  /// With which versions a pod was let go, and with which it was taken back: none of the workload's owns it any more, since
  /// who did does not select it (Kubernetes, pkg/controller/controller_ref_manager.go, `ReleasePod`, `AdoptPod`).
  ///
  /// One that is selected, an orphan of an owner that was deleted, goes on as the workload's, whose next owner takes it.
  func departures(of versions: [ObjectVersion<Pod>]) -> [(left: Int, back: Int?)] {
    var departures: [(left: Int, back: Int?)] = []
    var rest = versions[...]
    while let owned = rest.firstIndex(where: { owns($0.object) }),
      let left = versions[owned...].firstIndex(where: { !owns($0.object) })
    {
      let back = versions[left...].firstIndex { owns($0.object) }
      if isRelease(versions[left - 1].object, versions[left]) { departures.append((left, back)) }
      rest = versions[(back ?? versions.endIndex)...]
    }
    return departures
  }

  private func isRelease(_ owned: Pod, _ released: ObjectVersion<Pod>) -> Bool {
    guard !owned.isTerminating, !released.deleted else { return false }
    let metadata = released.object.metadata
    let isOthers = metadata.ownerReferences?.contains { $0.controller == true } ?? false
    let owners = owned.metadata.ownerReferences ?? []
    let isSelected = owners.compactMap { selectors[$0.uid] }.allSatisfy { $0.matches(metadata.labels) }
    return !isSelected || isOthers
  }

  mutating func add(_ slices: [[ObjectVersion<EndpointSlice>]]) {
    for slice in slices {
      guard let metadata = slice.last?.object.metadata else { continue }
      endpointNames.formUnion([metadata.name, metadata.labels?["kubernetes.io/service-name"]].compactMap { $0 })
    }
  }

  private var ownership: PodOwnership { workload.kind.type.podOwnership }

  private func owns(_ reference: OwnerReference) -> Bool {
    workloadUIDs.contains(reference.uid)
      || (reference.kind == workload.kind.title && reference.name == workload.name)
  }

  private func owns(_ pod: Pod) -> Bool {
    (pod.metadata.ownerReferences ?? []).contains { reference in
      if ownership != .byReplicaSets { return owns(reference) }
      if knownReplicaSets.contains(reference.uid) { return replicaSetUIDs.contains(reference.uid) }
      // Of a ReplicaSet that could not be read, its name tells: that of the workload and the hash of the template
      // (Kubernetes, pkg/controller/deployment/sync.go, `getNewReplicaSet`).
      guard reference.kind == ReplicaSet.resource.kind,
        let hash = pod.metadata.templateHash
      else { return false }
      return reference.name == "\(workload.name)-\(hash)"
    }
  }

  /// Whether a pod of which no version could be read may be one of the workload's, by its name.
  func mayOwn(podNamed name: String?) -> Bool { name.map { $0.hasPrefix("\(workload.name)-") } ?? true }

  /// Whether an event tells of an object of the workload, and not of somebody else's.
  func concerns(_ event: Event) -> Bool {
    let about = event.involvedObject
    if let uid = about.uid,
      workloadUIDs.contains(uid) || autoscalerUIDs.contains(uid) || replicaSetUIDs.contains(uid)
        || podUIDs.contains(uid)
    {
      return true
    }
    guard let name = about.name else { return false }
    switch about.kind {
    case workload.kind.title: return name == workload.name
    case HorizontalPodAutoscaler.resource.kind: return name == autoscaler
    case ReplicaSet.resource.kind: return replicaSetNames.contains(name)
    // A pod that came and went unseen bears the name of its owner, and of a StatefulSet its ordinal.
    case Pod.resource.kind:
      return podNames.contains(name) || replicaSetNames.contains { name.hasPrefix("\($0)-") }
        || ownership == .numbered && StatefulSet.ordinal(ofPodNamed: name, of: workload.name) != nil
        || ownership == .direct && name.hasPrefix("\(workload.name)-")
    case EndpointSlice.resource.kind, "Service", "Endpoints": return endpointNames.contains(name)
    default: return false
    }
  }
}
