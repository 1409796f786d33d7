package import KubernetesObjects

/// One version of an object: what it was, and when it came to be so.
package struct ObjectVersion<Object: ObjectWithMetadata>: Sendable, Equatable {
  /// When this version replaced the one before.
  package let at: InstantBounds
  /// The object; for a deletion its last state.
  package let object: Object
  package let deleted: Bool
  /// Since when versions between the one before and this one may have been missed; `nil` where none can have been.
  package internal(set) var missedSince: Duration?
  /// How a watch brought it; `nil` of what a list showed.
  let arrival: WatchArrival?

  package init(at: InstantBounds, object: Object, deleted: Bool = false, missedSince: Duration? = nil) {
    self.init(at: at, object: object, deleted: deleted, missedSince: missedSince, arrival: nil)
  }

  init(at: InstantBounds, object: Object, deleted: Bool = false, missedSince: Duration? = nil, arrival: WatchArrival?) {
    self.at = at
    self.object = object
    self.deleted = deleted
    self.missedSince = missedSince
    self.arrival = arrival
  }

  /// The same version with bounds that begin at an instant, if they may; its own otherwise.
  func notBefore(_ instant: Duration) -> ObjectVersion {
    guard instant > at.earliest else { return self }
    return ObjectVersion(
      at: InstantBounds(min(instant, at.latest), at.latest), object: object, deleted: deleted, missedSince: missedSince,
      arrival: arrival)
  }

  /// The same version with no other bounds than these, if they may be; its own otherwise.
  func within(_ bounds: InstantBounds) -> ObjectVersion {
    guard let at = at.intersection(bounds) else { return self }
    return ObjectVersion(at: at, object: object, deleted: deleted, missedSince: missedSince, arrival: arrival)
  }

  /// The same version of what is made of the object.
  func map<Other>(_ transform: (Object) -> Other) -> ObjectVersion<Other> {
    ObjectVersion<Other>(
      at: at, object: transform(object), deleted: deleted, missedSince: missedSince, arrival: arrival)
  }
}

extension ObjectWithMetadata {
  /// Whether the spec changed more than once since an earlier version of the object: `metadata.generation` counts its
  /// changes, each of which a watch brings.
  func isSpecAfterNext(_ earlier: Self?) -> Bool {
    guard let now = metadata.generation, let before = earlier?.metadata.generation else { return false }
    return now > before && now - 1 > before
  }
}

/// The times that an object bears, by which its version can be dated.
enum BorneTimes {
  /// Times that the API server set as it wrote: of each manager's last write, of the creation, and of the request to delete.
  static func ofServer(_ metadata: ObjectMetadata) -> [KubernetesTime] {
    let written = (metadata.managedFields ?? []).compactMap(\.time)
    return written + [metadata.creationTimestamp, metadata.deleteRequested].compactMap { $0 }
  }

  /// Whether a time is that of a write of the status, and of nothing else.
  static func isOfStatus(_ time: KubernetesTime, _ metadata: ObjectMetadata) -> Bool {
    let writers = (metadata.managedFields ?? []).filter { $0.time == time }
    return !writers.isEmpty && writers.allSatisfy { $0.subresource == "status" } && time != metadata.creationTimestamp
      && time != metadata.deleteRequested
  }

  /// Those, and the times at which conditions changed.
  static func all(_ object: some KubernetesObject) -> [KubernetesTime] {
    let conditions: [Condition]? =
      switch object {
      case let deployment as Deployment: deployment.status?.conditions
      case let statefulSet as StatefulSet: statefulSet.status?.conditions
      case let replicaSet as ReplicaSet: replicaSet.status?.conditions
      case let pod as Pod: pod.status?.conditions
      case let autoscaler as HorizontalPodAutoscaler: autoscaler.status?.conditions
      default: nil
      }
    return ofServer(object.metadata)
      + (conditions ?? []).flatMap { [$0.lastTransitionTime, $0.lastUpdateTime].compactMap { $0 } }
  }
}
