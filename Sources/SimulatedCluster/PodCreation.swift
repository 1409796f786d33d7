import KubernetesObjects
import Units

/// A pod that a controller wants.
struct NewPod {
  var name: String
  var owner: PodOwner
  var ownerUID: String
  var labels: [String: String]?
  var template: PodTemplate
  /// The spec as it is written.
  var spec: JSONValue
}

// From the wish of a controller to a pod in the API.
extension DataPlane {
  static let kubelet = "kubelet"

  /// Makes a pod, which the scheduler takes up next.
  mutating func createPod(_ wanted: NewPod, in context: inout ControllerContext) {
    guard let container = Self.servingContainer(wanted.template.spec) else { return }
    var metadata = ObjectMetadata(
      name: wanted.name, namespace: wanted.owner.key.namespace, uid: context.random.uid(), labels: wanted.labels)
    metadata.generateName = "\(wanted.owner.key.name)-"
    metadata.generation = 1
    metadata.creationTimestamp = context.date
    metadata.annotations = wanted.template.metadata?.annotations
    metadata.ownerReferences = [
      OwnerReference(
        apiVersion: wanted.owner.kind.resource.apiVersion, kind: wanted.owner.kind.resource.kind,
        name: wanted.owner.key.name, uid: wanted.ownerUID)
    ]
    var pod = Pod(metadata: metadata, spec: wanted.template.spec)
    pod.status?.phase = "Pending"
    var spec = wanted.spec
    Self.admit(&spec)

    let now = context.now
    let version = Self.version(ofImage: container.image ?? "")
    let application = application(version: version, of: context.workload)
    let id = add { id in
      PodRuntime(
        id: id, key: ObjectKey(namespace: wanted.owner.key.namespace, name: wanted.name), uid: metadata.uid ?? "",
        owner: wanted.owner, createdAt: now, container: container,
        version: version, request: PodRequest(wanted.template.spec),
        podLimits: wanted.template.spec.resources?.limits, application: application)
    }
    noteSpec(spec, of: id, container, labels: wanted.labels, in: &context)
    var object = ClusterObject(kind: .pod, content: .pod(pod), written: ["spec": spec])
    object.recordWriter(ControllerContext.controllerManager, at: context.date)
    context.commit(object)
  }

  /// The container whose port takes requests: the only one without a say of its own.
  static func servingContainer(_ spec: PodSpec) -> Container? {
    spec.containers?.first { $0.readinessProbe != nil } ?? spec.containers?.first
  }

  /// The tag of an image, as answers report it; an image without one is `latest`.
  static func version(ofImage image: String) -> String {
    let name = image.split(separator: "@").first ?? ""
    guard let colon = name.lastIndex(of: ":"), !name[colon...].contains("/") else { return "latest" }
    return String(name[name.index(after: colon)...])
  }

  /// Changes the status of a pod and stores it.
  func updatePod(
    _ id: PodID, by manager: String = kubelet, in context: inout ControllerContext, _ change: (inout Pod) -> Void
  ) {
    guard let key = runtimes[id]?.key, var object = context.store[.pod, key], var pod = object.pod else { return }
    change(&pod)
    object.content = .pod(pod)
    context.commitStatus(of: object, by: manager)
  }

  /// The same, for what concerns the serving container.
  func updateContainer(
    _ runtime: PodRuntime, in context: inout ControllerContext, _ change: (inout Pod.ContainerStatus) -> Void
  ) {
    updatePod(runtime.id, in: &context) { pod in
      guard let index = pod.status?.containerStatuses?.firstIndex(where: { $0.name == runtime.container.name }) else {
        return
      }
      if var status = pod.status?.containerStatuses?[index] {
        change(&status)
        pod.status?.containerStatuses?[index] = status
      }
    }
  }
}

extension Pod.Status {
  /// Sets conditions; their transition time moves only when their status does.
  mutating func setConditions(_ types: [String], to status: String, reason: String?, at time: KubernetesTime) {
    for index in conditions?.indices ?? 0..<0 {
      guard let condition = conditions?[index], types.contains(condition.type), condition.status != status else {
        continue
      }
      conditions?[index] = Condition(
        type: condition.type, status: status, reason: reason, message: nil, lastTransitionTime: time)
    }
  }
}
