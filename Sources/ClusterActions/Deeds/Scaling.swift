import KubernetesObjects

/// A count of replicas, set through the scale of the workload, as `kubectl scale` sets it.
struct Scaling: Deed {
  let place: WorkloadPlace
  let replicas: Int

  func writes(having read: [JSONValue], at now: KubernetesTime) -> [ActionRequest] {
    let path = place.path(place.resource, place.workload.name, "scale")
    return [.patch(path, .mergePatch, ["spec": ["replicas": .integer(Int64(replicas))]])]
  }
}
