package import KubernetesObjects
package import Profiles

/// Something that a user has to be allowed so that an action can be carried out, in the words of RBAC.
package struct ActionRight: Sendable, Hashable {
  package let verb: String
  package let resource: ResourceType
  package let subresource: String?
  /// `nil` for objects of no namespace, and for those of all.
  package let namespace: String?
  /// `nil` for all objects.
  package let name: String?

  private init(
    _ verb: String, _ resource: ResourceType, _ subresource: String? = nil, namespace: String?, name: String? = nil
  ) {
    self.verb = verb
    self.resource = resource
    self.subresource = subresource
    self.namespace = namespace
    self.name = name
  }

  /// Those that an action uses, in the order in which it does.
  package static func needed(
    for action: PlannedAction, of workload: WorkloadReference, in namespace: String
  ) -> [ActionRight] {
    let (resource, name) = (workload.kind.resource, workload.name)
    let patching = ActionRight("patch", resource, namespace: namespace, name: name)
    let pods = ActionRight("list", .pods, namespace: namespace)
    func node(_ choice: NodeChoice) -> [ActionRight] {
      if case .named(let name) = choice { return [ActionRight("patch", .nodes, namespace: nil, name: name)] }
      return [pods, ActionRight("patch", .nodes, namespace: nil)]
    }
    switch action.kind {
    case .setImage, .restart, .pause: return [patching]
    case .undo:
      let kept: ResourceType = workload.kind == .statefulSet ? .controllerRevisions : .replicaSets
      return [ActionRight("list", kept, namespace: namespace), patching]
    case .scale:
      let scaling = ActionRight("patch", resource, "scale", namespace: namespace, name: name)
      return action.isPutBack
        ? [ActionRight("get", resource, "scale", namespace: namespace, name: name), scaling] : [scaling]
    case .patch(let patch):
      guard let object = patch.object else { return [patching] }
      let writing = ActionRight("patch", object.resource, namespace: namespace, name: object.name)
      return action.isPutBack
        ? [ActionRight("get", object.resource, namespace: namespace, name: object.name), writing] : [writing]
    case .deletePods: return [pods, ActionRight("delete", .pods, namespace: namespace)]
    case .evictPods: return [pods, ActionRight("create", .pods, "eviction", namespace: namespace)]
    case .cordon(let choice), .uncordon(let choice): return node(choice)
    case .drain(let choice):
      return node(choice) + [
        ActionRight("list", .pods, namespace: nil), ActionRight("create", .pods, "eviction", namespace: nil),
      ]
    }
  }
}
