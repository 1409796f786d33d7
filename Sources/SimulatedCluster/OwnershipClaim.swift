import KubernetesObjects

/// What a controller does about who controls an object: it lets go what it no longer selects, and takes what it selects and
/// nobody controls (Kubernetes 1.36, pkg/controller/controller_ref_manager.go, `ClaimObject`).
enum OwnershipClaim {
  case release(from: ClusterObject)
  case adopt(by: ClusterObject)

  /// `nil` where nothing is to be done.
  init?(on object: ClusterObject, in store: ObjectStore) {
    let namespace = object.key.namespace
    let kinds = object.kind.controllingKinds
    let metadata = object.metadata
    if let reference = metadata.ownerReferences?.first(where: { $0.controller == true }) {
      guard let kind = kinds.first(where: { $0.resource.kind == reference.kind }),
        let owner = store[kind, ObjectKey(namespace: namespace, name: reference.name)],
        owner.metadata.uid == reference.uid, owner.metadata.deletionTimestamp == nil,
        let selector = owner.controlledSelector, !selector.matches(metadata.labels),
        !owner.leavesAlone(object)
      else { return nil }
      self = .release(from: owner)
      return
    }
    guard metadata.deletionTimestamp == nil else { return nil }
    let owner = kinds.lazy.flatMap { store.all($0, namespace: namespace) }.first { owner in
      owner.metadata.deletionTimestamp == nil && owner.controlledSelector?.matches(metadata.labels) ?? false
        && owner.mayName(object) && !owner.leavesAlone(object)
    }
    guard let owner else { return nil }
    self = .adopt(by: owner)
  }
}

extension ClusterKind {
  /// What may control objects of this kind by their labels.
  fileprivate var controllingKinds: [ClusterKind] {
    switch self {
    case .pod: [.replicaSet, .statefulSet, .job]
    case .replicaSet: [.deployment]
    default: []
    }
  }

  /// What it may control.
  fileprivate var controlledKind: ClusterKind? {
    switch self {
    case .replicaSet, .statefulSet, .job: .pod
    case .deployment: .replicaSet
    default: nil
    }
  }
}

extension ClusterObject {
  /// By which it knows what it controls.
  fileprivate var controlledSelector: LabelSelector? {
    switch content {
    case .deployment(let object): object.spec.selector
    case .replicaSet(let object): object.spec.selector
    case .statefulSet(let object): object.spec.selector
    default: kind == .job ? jobSpec.selector : nil
    }
  }

  /// Whether the controller of a ReplicaSet does not look at a pod: it has ended, or is told to.
  fileprivate func leavesAlone(_ object: ClusterObject) -> Bool {
    guard kind == .replicaSet else { return false }
    return object.metadata.deletionTimestamp != nil || ["Failed", "Succeeded"].contains(object.pod?.status?.phase)
  }

  /// A StatefulSet knows its pods by their names too.
  fileprivate func mayName(_ object: ClusterObject) -> Bool {
    kind != .statefulSet || StatefulSet.ordinal(ofPodNamed: object.key.name, of: key.name) != nil
  }

  /// What has to look when something happens to what it controls.
  fileprivate var reconciliation: Reconciliation? {
    kind == .deployment ? .deployment(key) : PodOwner(kind: kind, key: key).reconciliation
  }
}

extension ControllerContext {
  /// Has controllers look whether an object is theirs, where it may have become so, or may have ceased to be.
  mutating func noticeOwnership(of object: ClusterObject, since previous: ClusterObject?) {
    let (metadata, before) = (object.metadata, previous?.metadata)
    if !object.kind.controllingKinds.isEmpty {
      let isNew = metadata.labels != before?.labels || metadata.ownerReferences != before?.ownerReferences
      let hasChangedHands = before.map { $0.ownerReferences != metadata.ownerReferences } ?? false
      if hasChangedHands || isNew && OwnershipClaim(on: object, in: store) != nil {
        requestReconciliation(.ownership(object.kind, object.key))
      }
    }
    guard previous == nil, let kind = object.kind.controlledKind else { return }
    for orphan in store.all(kind, namespace: object.key.namespace)
    where orphan.metadata.ownerReferences?.contains(where: { $0.controller == true }) != true
      && object.controlledSelector?.matches(orphan.metadata.labels) ?? false
    {
      requestReconciliation(.ownership(kind, orphan.key))
    }
  }

  /// Takes the owner away from what it owned, which stays when it is gone.
  mutating func orphanDependents(of owner: ClusterObject) {
    guard let uid = owner.metadata.uid else { return }
    for kind in GarbageCollector.ownedKinds {
      for var object in store.all(kind, namespace: owner.key.namespace) where object.isOwned(by: uid) {
        let others = object.metadata.ownerReferences?.filter { $0.uid != uid } ?? []
        object.metadata.ownerReferences = others.isEmpty ? nil : others
        object.recordWriter(Self.controllerManager, at: date)
        commit(object)
      }
    }
  }

  /// Changes who controls an object, as its labels ask for it.
  mutating func settleOwnership(of kind: ClusterKind, _ key: ObjectKey, pods: inout DataPlane) {
    guard var object = store[kind, key] else { return }
    if let claim = OwnershipClaim(on: object, in: store) {
      var references = object.metadata.ownerReferences ?? []
      let controller: ClusterObject
      switch claim {
      case .release(let owner):
        controller = owner
        references.removeAll { $0.uid == owner.metadata.uid }
      case .adopt(let owner):
        controller = owner
        let resource = owner.kind.resource
        references.append(
          OwnerReference(
            apiVersion: resource.apiVersion, kind: resource.kind, name: owner.key.name, uid: owner.metadata.uid ?? ""))
      }
      object.metadata.ownerReferences = references.isEmpty ? nil : references
      object.recordWriter(Self.controllerManager, at: date)
      commit(object)
      if let reconciliation = controller.reconciliation { requestReconciliation(reconciliation) }
    }
    guard kind == .pod, let id = pods.podIDs[key] else { return }
    let (before, after) = (pods.runtimes[id]?.owner, object.owner)
    guard before != after else { return }
    pods.give(id, to: after)
    for owner in [before, after] {
      if let reconciliation = owner?.reconciliation { requestReconciliation(reconciliation) }
    }
  }
}
