import KubernetesObjects
import KubernetesValidation

// Objects that are to go and stay until others have done what they have to: each takes its finalizer away
// (Kubernetes 1.36, apiserver/pkg/registry/generic/registry/store.go, `deletionFinalizersForGarbageCollection`).
extension ClusterObject {
  var finalizers: [String] { metadata.finalizers ?? [] }

  /// The finalizer of an object whose dependents are to stay when it goes.
  static let orphanFinalizer = "orphan"

  /// Why a version of an object that is to go is refused.
  func finalizerProblem(comparedTo before: ClusterObject) -> FieldProblem? {
    let added = finalizers.filter { !before.finalizers.contains($0) }.sorted()
    guard before.metadata.deletionTimestamp != nil, !added.isEmpty else { return nil }
    let names = added.map { "\"\($0)\"" }.joined(separator: ", ")
    return .forbidden(
      "metadata.finalizers",
      "no new finalizers can be added if the object is being deleted, found new finalizers []string{\(names)}")
  }
}

extension ControllerContext {
  /// Marks an object that is to go, where finalizers keep it.
  ///
  /// - Returns: whether they do.
  mutating func keepForFinalizers(_ kind: ClusterKind, _ key: ObjectKey, orphansDependents: Bool = false) -> Bool {
    guard var object = store[kind, key], !object.finalizers.isEmpty else { return false }
    guard object.metadata.deletionTimestamp == nil else { return true }
    object.metadata.deletionTimestamp = date
    object.metadata.deletionGracePeriodSeconds = 0
    if orphansDependents { object.metadata.finalizers = object.finalizers + [ClusterObject.orphanFinalizer] }
    if let generation = object.metadata.generation { object.metadata.generation = generation + 1 }
    commit(object)
    return true
  }
}

extension ClusterSimulation {
  /// Has an object go of which the last finalizer has been taken away.
  mutating func release(_ object: ClusterObject) {
    guard object.metadata.deletionTimestamp != nil else { return }
    // A pod goes with its containers.
    if object.kind == .pod {
      if object.finalizers.isEmpty, dataPlane.podIDs[object.key] == nil { context.discard(.pod, object.key) }
      return
    }
    guard object.finalizers.isEmpty || object.finalizers == [ClusterObject.orphanFinalizer] else { return }
    if object.finalizers.isEmpty {
      discard(object.kind, object.key)
    } else {
      context.store.remove(object.kind, object.key, at: context.now)
      context.orphanDependents(of: object)
    }
  }
}
