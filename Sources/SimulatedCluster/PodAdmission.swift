import KubernetesObjects
import Units

extension DataPlane {
  /// Fills in what the API server adds to the spec of a pod, and not to that of a template.
  static func admit(_ spec: inout JSONValue) {
    spec.setDefault(true, at: "enableServiceLinks")
    spec["tolerations"] = .array((spec["tolerations"]?.array ?? []) + tolerations(beside: spec))
  }

  /// How long a pod stays on a node that has gone, unless it says so itself
  /// (Kubernetes 1.36, plugin/pkg/admission/defaulttolerationseconds).
  private static func tolerations(beside spec: JSONValue) -> [JSONValue] {
    let own = spec["tolerations"]?.array ?? []
    return ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"].compactMap { key in
      let isTolerated = own.contains { toleration in
        [nil, "", key].contains(toleration["key"]?.string)
          && [nil, "", "NoExecute"].contains(toleration["effect"]?.string)
      }
      guard !isTolerated else { return nil }
      return ["key": .string(key), "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300]
    }
  }

  /// Has a machine take up a pod that a client made; a controller that selects it may take it.
  mutating func takeUp(_ object: ClusterObject, in context: inout ControllerContext) {
    guard let pod = object.pod, let container = Self.servingContainer(pod.spec) else { return }
    let now = context.now
    let version = Self.version(ofImage: container.image ?? "")
    let application = application(version: version, of: context.workload)
    let id = add { id in
      PodRuntime(
        id: id, key: object.key, uid: object.metadata.uid ?? "", owner: nil, createdAt: now, container: container,
        version: version, request: PodRequest(pod.spec), podLimits: pod.spec.resources?.limits,
        application: application)
    }
    noteSpec(object.written["spec"] ?? [:], of: id, container, labels: object.metadata.labels, in: &context)
    if object.owner != nil { context.requestReconciliation(.ownership(.pod, object.key)) }
  }

  /// Takes from the spec of a new pod what else its machine and the scheduler act on, and has it scheduled.
  mutating func noteSpec(
    _ spec: JSONValue, of id: PodID, _ container: Container, labels: [String: String]?,
    in context: inout ControllerContext
  ) {
    runtimes[id]?.priority = spec["priority"]?.integer ?? 0
    runtimes[id]?.ports = PodPorts(spec)
    runtimes[id]?.task = ContainerTask(spec, container: container.name, otherwise: context.workload.taskTakes)
    takeCourse(of: id, image: container.image ?? "")
    notePlacement(of: id, spec, labels: labels)
    context.schedule(.bind(id), after: ControllerContext.controlLatency)
  }
}
