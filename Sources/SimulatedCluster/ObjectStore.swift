import KubernetesObjects

/// What happened to one object.
package struct ObjectChange: Sendable {
  package enum Action: String, Sendable {
    case added = "ADDED"
    case modified = "MODIFIED"
    case deleted = "DELETED"
  }

  package let action: Action
  package let object: ClusterObject
  /// The version before, for watches whose selector the object has left or entered.
  let previous: ClusterObject?
  package let resourceVersion: Int64
  /// Cluster time of the change.
  package let time: Duration
}

/// All objects, and for each kind the changes of late, as etcd and the API server's watch cache keep them.
struct ObjectStore: Sendable {
  /// Where counting starts, so that a very small version is too old, as in a cluster that has lived.
  private(set) var resourceVersion: Int64 = 200
  /// The version of the object that was placed last; see ``place(_:)``.
  private var placed: Int64 = 0
  private var objects: [[ObjectKey: ClusterObject]]
  private var histories: [[ObjectChange]]
  /// Changes up to this version are forgotten.
  private var forgotten: [Int64]
  /// How many changes of one kind are kept for watches.
  let historyLimit: Int
  /// Whether what is stored is only tried: it gets no version of its own.
  var isTrial = false

  init(historyLimit: Int) {
    self.historyLimit = historyLimit
    objects = ClusterKind.allCases.map { _ in [:] }
    histories = ClusterKind.allCases.map { _ in [] }
    forgotten = ClusterKind.allCases.map { _ in 200 }
  }

  subscript(kind: ClusterKind, key: ObjectKey) -> ClusterObject? {
    objects[kind.rawValue][key]
  }

  /// The objects of a kind, by namespace and name; all namespaces when none is given.
  func all(_ kind: ClusterKind, namespace: String? = nil) -> [ClusterObject] {
    let keys = objects[kind.rawValue].keys.filter { namespace == nil || $0.namespace == namespace }.sorted()
    return keys.compactMap { objects[kind.rawValue][$0] }
  }

  /// The objects of a kind as they were at a version of the store, by namespace and name; `nil` when that is forgotten, or
  /// is still to come.
  func all(_ kind: ClusterKind, namespace: String?, at version: Int64) -> [ClusterObject]? {
    guard version <= resourceVersion, let since = changes(kind, after: version) else { return nil }
    var then = objects[kind.rawValue]
    for change in since.reversed() {
      then[change.object.key] = change.action == .added ? nil : change.previous
    }
    return then.values.filter { namespace == nil || $0.key.namespace == namespace }.sorted { $0.key < $1.key }
  }

  func count(_ kind: ClusterKind) -> Int { objects[kind.rawValue].count }

  /// Stores a version of an object under the next resource version.
  @discardableResult
  mutating func put(_ object: ClusterObject, at time: Duration) -> ClusterObject {
    resourceVersion += 1
    var object = object
    let previous = objects[object.kind.rawValue][object.key]
    object.metadata.resourceVersion = isTrial ? previous?.metadata.resourceVersion : String(resourceVersion)
    object.ownership.settle(after: previous)
    objects[object.kind.rawValue][object.key] = object
    note(
      ObjectChange(
        action: previous == nil ? .added : .modified, object: object, previous: previous,
        resourceVersion: resourceVersion, time: time))
    return object
  }

  /// Stores an object that was there before anybody could watch: under a version before the first that is told.
  mutating func place(_ object: ClusterObject) {
    var object = object
    placed += 1
    object.ownership.settle(after: nil)
    object.metadata.resourceVersion = String(placed)
    objects[object.kind.rawValue][object.key] = object
  }

  @discardableResult
  mutating func remove(_ kind: ClusterKind, _ key: ObjectKey, at time: Duration) -> ClusterObject? {
    guard let previous = objects[kind.rawValue].removeValue(forKey: key) else { return nil }
    var object = previous
    resourceVersion += 1
    object.metadata.resourceVersion = String(resourceVersion)
    note(
      ObjectChange(
        action: .deleted, object: object, previous: previous, resourceVersion: resourceVersion, time: time))
    return object
  }

  private mutating func note(_ change: ObjectChange) {
    let kind = change.object.kind.rawValue
    histories[kind].append(change)
    // Forgetting half of it at once keeps the cost of each change constant.
    if histories[kind].count > 2 * historyLimit {
      forgotten[kind] = histories[kind][historyLimit - 1].resourceVersion
      histories[kind].removeFirst(historyLimit)
    }
  }

  /// Changes of a kind after a version, the oldest first; `nil` when some of them are forgotten.
  func changes(_ kind: ClusterKind, after version: Int64) -> ArraySlice<ObjectChange>? {
    guard version >= forgotten[kind.rawValue] else { return nil }
    let history = histories[kind.rawValue]
    var low = 0
    var high = history.count
    while low < high {
      let middle = (low + high) / 2
      if history[middle].resourceVersion <= version { low = middle + 1 } else { high = middle }
    }
    return history[low...]
  }

  /// The newest version of a kind, to see cheaply whether a watch has anything to read.
  func newestVersion(_ kind: ClusterKind) -> Int64 {
    histories[kind.rawValue].last?.resourceVersion ?? forgotten[kind.rawValue]
  }
}
