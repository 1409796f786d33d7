import AutoscalerModel
import KubernetesObjects

/// The ControllerRevisions of a StatefulSet: each holds a template that it has had
/// (Kubernetes 1.36, pkg/controller/statefulset/stateful_set_control.go, `getStatefulSetRevisions`, `truncateHistory`;
/// pkg/controller/history/controller_history.go).
struct StatefulSetRevisions {
  /// One of them.
  struct Revision {
    let key: ObjectKey
    let number: Int64
    /// The template with what says that it takes the place of another.
    let data: JSONValue

    var name: String { key.name }

    /// The pod template as it is written.
    var written: JSONValue {
      var template = data["spec", "template"] ?? [:]
      template["$patch"] = nil
      return template
    }

    var template: PodTemplate? { try? written.decoded() }

    init?(_ object: ClusterObject) {
      guard let data = object.written["data"] else { return nil }
      key = object.key
      number = Int64(object.written["revision"]?.int ?? 0)
      self.data = data
    }
  }

  /// The label of a revision that bears the hash of its template.
  private static let hashLabel = "controller.kubernetes.io/hash"

  /// That of the pods before the update, or of all.
  let current: Revision
  /// That of the template now.
  let update: Revision
  /// How often a new revision would have had the name of another.
  private(set) var collisionCount: Int
  /// All, the oldest first.
  private let all: [Revision]

  /// Finds the revision of the present template: the newest, an older one that becomes the newest, or a new one.
  init(of object: ClusterObject, _ set: StatefulSet, in context: inout ControllerContext) {
    var all = Self.known(of: object, in: context.store)
    var template = object.written["spec"]?["template"] ?? [:]
    template["$patch"] = "replace"
    let data: JSONValue = ["spec": ["template": template]]
    let next = (all.last?.number ?? 0) + 1
    collisionCount = set.status?.collisionCount ?? 0
    let before = set.status?.currentRevision
    let isKnown = all.contains { $0.name == before }

    let found: ClusterObject
    if let equal = all.last(where: { $0.data == data }), var known = context.store[.controllerRevision, equal.key] {
      if equal.number < next - 1 {
        known.written["revision"] = .integer(next)
        known.recordWriter(ControllerContext.controllerManager, at: context.date)
        known = context.commit(known)
      }
      found = known
    } else {
      found = Self.create(data, number: next, of: object, collisions: &collisionCount, in: &context)
    }
    all = Self.known(of: object, in: context.store)
    let newest = Revision(found) ?? all[all.count - 1]
    update = newest
    current = isKnown ? all.first { $0.name == before } ?? newest : newest
    self.all = all
  }

  private static func known(of object: ClusterObject, in store: ObjectStore) -> [Revision] {
    store.all(.controllerRevision, namespace: object.key.namespace)
      .filter { $0.isOwned(by: object.metadata.uid ?? "") }.compactMap(Revision.init)
      .sorted { ($0.number, $0.name) < ($1.number, $1.name) }
  }

  private static func create(
    _ data: JSONValue, number: Int64, of owner: ClusterObject, collisions: inout Int,
    in context: inout ControllerContext
  ) -> ClusterObject {
    func hash() -> String {
      templateHash(collisions == 0 ? data : ["data": data, "salt": .integer(Int64(collisions))])
    }
    func key() -> ObjectKey { ObjectKey(namespace: owner.key.namespace, name: "\(owner.key.name)-\(hash())") }
    while context.store[.controllerRevision, key()] != nil { collisions += 1 }
    var metadata = ObjectMetadata(
      name: key().name, namespace: owner.key.namespace, uid: context.random.uid(),
      labels: (data["spec", "template", "metadata", "labels"]?.texts ?? [:]).merging([hashLabel: hash()]) { $1 })
    metadata.creationTimestamp = context.date
    metadata.annotations = owner.metadata.annotations
    metadata.ownerReferences = [
      OwnerReference(
        apiVersion: ClusterKind.statefulSet.resource.apiVersion, kind: ClusterKind.statefulSet.resource.kind,
        name: owner.key.name, uid: owner.metadata.uid ?? "")
    ]
    var object = ClusterObject(
      kind: .controllerRevision, content: .plain(metadata, status: nil),
      written: ["data": data, "revision": .integer(number)])
    object.recordWriter(ControllerContext.controllerManager, at: context.date)
    return context.commit(object)
  }

  /// Deletes the oldest revisions that no pod has, until so many are left of them.
  func forgetOldest(
    keeping limit: Int, usedBy pods: [StatefulSetOrder.OrdinalPod], in context: inout ControllerContext
  ) {
    let live = Set(pods.map(\.revision)).union([current.name, update.name])
    let old = all.filter { !live.contains($0.name) }
    for revision in old.dropLast(max(limit, 0)) { context.discard(.controllerRevision, revision.key) }
  }
}
