package import KubernetesObjects
package import Profiles

extension PlannedAction {
  /// What a user has to be allowed so that it can be carried out, in the order in which it is used.
  package func rights(of workload: WorkloadReference, in namespace: String) -> [AccessRight] {
    let rights = kind.rights(of: workload, in: namespace)
    guard isPutBack else { return rights }
    // What is put back is read before, and what was not there is taken away again.
    return rights.flatMap { right in
      func twin(_ verb: AccessRight.Verb) -> AccessRight {
        AccessRight(verb, right.resource, right.subresource, namespace: right.namespace, name: right.name)
      }
      return switch right.verb {
      case .patch: [twin(.get), right]
      case .create where right.subresource == nil: [right, twin(.delete)]
      default: [right]
      }
    }
  }
}

extension PlannedAction.Kind {
  fileprivate func rights(of workload: WorkloadReference, in namespace: String) -> [AccessRight] {
    let (resource, name) = (workload.kind.resource, workload.name)
    let patching = AccessRight(.patch, resource, namespace: namespace, name: name)
    let pods = AccessRight(.list, .pods, namespace: namespace)
    func node(_ choice: NodeChoice) -> [AccessRight] {
      if case .named(let name) = choice { return [AccessRight(.patch, .nodes, namespace: nil, name: name)] }
      return [pods, AccessRight(.patch, .nodes, namespace: nil)]
    }
    func chosen(_ choice: PodChoice) -> [AccessRight] { choice.name == nil ? [pods] : [] }
    switch self {
    case .setImage, .restart, .pause: return [patching]
    case .undo:
      let kept: ResourceType = workload.kind == .statefulSet ? .controllerRevisions : .replicaSets
      return [AccessRight(.list, kept, namespace: namespace), patching]
    case .scale: return [AccessRight(.patch, resource, "scale", namespace: namespace, name: name)]
    case .patch(let patch):
      guard let object = patch.object else { return [patching] }
      return [AccessRight(.patch, object.resource, namespace: namespace, name: object.name)]
    case .apply(let apply):
      return apply.objects.flatMap { object -> [AccessRight] in
        let place = ApplyPlace(guessing: object, in: namespace)
        // What is not there yet is created by the same request, of which both rights are asked.
        return [.create, .patch].map {
          AccessRight($0, place.resource, namespace: place.namespace, name: $0 == .create ? nil : place.name)
        }
      }
    // A program has rights of its own.
    case .wait, .exec: return []
    case .deletePods(let choice):
      return chosen(choice) + [AccessRight(.delete, .pods, namespace: namespace, name: choice.name)]
    case .evictPods(let choice):
      return chosen(choice) + [AccessRight(.create, .pods, "eviction", namespace: namespace, name: choice.name)]
    case .cordon(let choice), .uncordon(let choice): return node(choice)
    case .drain(let choice):
      return node(choice) + [
        AccessRight(.list, .pods, namespace: nil), AccessRight(.create, .pods, "eviction", namespace: nil),
      ]
    }
  }
}
