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

// From the creation of a pod to a container that serves: scheduler and kubelet.
extension DataPlane {
  static let kubelet = "kubelet"

  /// Makes a pod, which a machine takes up next.
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
    metadata.managedFields = [
      ManagedFieldsEntry(manager: ControllerContext.controllerManager, operation: "Update", time: context.date)
    ]
    var pod = Pod(metadata: metadata, spec: wanted.template.spec)
    pod.status?.phase = "Pending"
    var spec = wanted.spec
    Self.admit(&spec)

    // A limit of zero is none.
    let limit = container.resources?.limits?["cpu"].map { Double($0.quantity.milli) / 1_000 }.flatMap {
      $0 > 0 ? $0 : nil
    }
    let workload = context.workload
    let now = context.now
    let id = add { id in
      PodRuntime(
        id: id, key: ObjectKey(namespace: wanted.owner.key.namespace, name: wanted.name), uid: metadata.uid ?? "",
        owner: wanted.owner, createdAt: now, container: container,
        portNames: Set(wanted.template.spec.servingPorts.compactMap(\.name)),
        version: Self.version(ofImage: container.image ?? ""),
        load: PodLoad(cost: workload.cpuPerRequest.seconds, limit: limit, queueLimit: workload.queueLimit))
    }
    takeCourse(of: id, image: container.image ?? "")
    context.schedule(.bind(id), after: ControllerContext.controlLatency)
    context.commit(ClusterObject(kind: .pod, content: .pod(pod), written: ["spec": spec]))
  }

  /// The container whose port takes requests: the only one without a say of its own.
  static func servingContainer(_ spec: PodSpec) -> Container? {
    spec.containers?.first { $0.readinessProbe != nil } ?? spec.containers?.first
  }

  /// How long the init containers hold the others back: each starts when the one before has ended, and is taken to end at
  /// once; a sidecar goes on (Kubernetes 1.36, pkg/kubelet/kuberuntime/kuberuntime_manager.go).
  private func initialization(of id: PodID, in context: ControllerContext) -> Duration {
    let spec = runtimes[id].flatMap { context.store[.pod, $0.key]?.pod?.spec }
    return context.workload.containerStart * (spec?.initContainers?.count ?? 0)
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

  mutating func bind(_ id: PodID, in context: inout ControllerContext) {
    guard var runtime = runtimes[id], !runtime.isTerminating else { return }
    let node = podsOnNode.indices.min { podsOnNode[$0] < podsOnNode[$1] } ?? 0
    podsOnNode[node] += 1
    runtime.node = node
    runtimes[id] = runtime
    let name = nodeName(node)
    let time = context.date
    let names = (context.store[.pod, runtime.key]?.pod?.spec.containers ?? []).map { ($0.name, $0.image) }
    updatePod(id, in: &context) { pod in
      pod.spec.nodeName = name
      pod.status?.hostIP = "192.0.2.\(node + 1)"
      pod.status?.startTime = time
      pod.status?.conditions = ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map { type in
        let holds = type == "PodScheduled" || type == "Initialized"
        return Condition(
          type: type, status: holds ? "True" : "False", reason: holds ? nil : "ContainersNotReady",
          message: holds ? nil : "containers with unready status: [\(names.map(\.0).joined(separator: " "))]",
          lastTransitionTime: time)
      }
      pod.status?.containerStatuses = names.map {
        Pod.ContainerStatus(name: $0.0, image: $0.1, state: .waiting(reason: "ContainerCreating"))
      }
    }
    context.record(
      .normal, "Scheduled", "Successfully assigned \(runtime.key.namespace)/\(runtime.key.name) to \(name)",
      about: .pod, runtime.key, by: "default-scheduler")
    let image = runtime.container.image ?? ""
    if let course = runtime.course {
      context.schedule(.startContainers(id), at: max(runtime.createdAt + course.started, context.now))
    } else if pulledImages[node].contains(image) {
      context.record(
        .normal, "Pulled", "Container image \"\(image)\" already present on machine", about: .pod, runtime.key,
        by: Self.kubelet)
      context.schedule(
        .startContainers(id), after: initialization(of: id, in: context) + context.workload.containerStart)
    } else {
      context.record(.normal, "Pulling", "Pulling image \"\(image)\"", about: .pod, runtime.key, by: Self.kubelet)
      context.schedule(.finishPull(id), after: context.workload.imagePull)
    }
  }

  func nodeName(_ node: Int) -> String { "node-\(node + 1)" }

  mutating func finishPull(_ id: PodID, in context: inout ControllerContext) {
    guard let runtime = runtimes[id], let node = runtime.node, !runtime.isTerminating else { return }
    let image = runtime.container.image ?? ""
    pulledImages[node].insert(image)
    context.record(
      .normal, "Pulled", "Successfully pulled image \"\(image)\" in \(context.workload.imagePull.text)", about: .pod,
      runtime.key, by: Self.kubelet)
    context.schedule(.startContainers(id), after: initialization(of: id, in: context) + context.workload.containerStart)
  }

  mutating func startContainers(_ id: PodID, in context: inout ControllerContext) {
    guard var runtime = runtimes[id], let node = runtime.node, !runtime.isTerminating else { return }
    runtime.startedAt = context.now
    runtime.load.points = [UsagePoint(time: context.now, used: 0)]
    runtime.startupDone = runtime.container.startupProbe == nil
    runtimes[id] = runtime
    addressesOnNode[node] += 1
    let address = addressesOnNode[node]
    let time = context.date
    let started = runtime.startupDone
    updatePod(id, in: &context) { pod in
      pod.status?.phase = "Running"
      // 250 addresses each in up to 16 networks of a node.
      pod.status?.podIP = "10.244.\(node * 16 % 256 + address / 250 % 16).\(address % 250 + 2)"
      for index in pod.status?.containerStatuses?.indices ?? 0..<0 {
        pod.status?.containerStatuses?[index].state = .running(since: time)
        pod.status?.containerStatuses?[index].started = started
      }
    }
    context.record(
      .normal, "Created", "Created container: \(runtime.container.name)", about: .pod, runtime.key, by: Self.kubelet)
    context.record(
      .normal, "Started", "Started container \(runtime.container.name)", about: .pod, runtime.key, by: Self.kubelet)
    if !context.workload.brokenImages.contains(runtime.container.image ?? "") {
      context.schedule(.startUp(id), after: context.workload.applicationStart)
    }
    scheduleFirstProbe(id, in: &context)
  }

  mutating func startUp(_ id: PodID, in context: inout ControllerContext) {
    guard var runtime = runtimes[id], !runtime.isTerminating else { return }
    runtime.isUp = true
    runtime.isListening = true
    runtimes[id] = runtime
    if runtime.container.readinessProbe == nil, runtime.startupDone { becomeReady(id, in: &context) }
  }

  /// The probe that is asked now: the startup probe until it has succeeded, then the readiness probe.
  private func currentProbe(_ runtime: PodRuntime) -> Probe? {
    runtime.startupDone ? runtime.container.readinessProbe : runtime.container.startupProbe
  }

  /// Probes run on a grid whose phase is random, and not before their initial delay
  /// (Kubernetes 1.36, pkg/kubelet/prober/worker.go).
  private func scheduleFirstProbe(_ id: PodID, in context: inout ControllerContext) {
    guard let runtime = runtimes[id], let startedAt = runtime.startedAt, let probe = currentProbe(runtime) else {
      return
    }
    if let course = runtime.course {
      if let ready = course.ready { context.schedule(.probe(id), at: max(runtime.createdAt + ready, context.now)) }
      return
    }
    let phase = Duration.seconds(context.random.fraction() * Double(probe.period))
    let earliest = max(Duration.seconds(probe.initialDelaySeconds ?? 0), context.now - startedAt)
    var periods = Int(max(0, ((earliest - phase) / .seconds(probe.period)).rounded(.up)))
    // Not at this very instant, when nothing can have changed yet.
    if startedAt + phase + .seconds(probe.period) * periods <= context.now { periods += 1 }
    context.schedule(.probe(id), at: startedAt + phase + .seconds(probe.period) * periods)
  }

  mutating func probe(_ id: PodID, in context: inout ControllerContext) {
    guard var runtime = runtimes[id], !runtime.isTerminating, let probe = currentProbe(runtime) else { return }
    if runtime.isUp {
      runtime.successes += 1
      runtime.failures = 0
    } else {
      runtime.failures += 1
      runtime.successes = 0
    }
    let succeeded = runtime.successes >= probe.successes
    runtimes[id] = runtime
    if !runtime.isUp {
      context.record(
        .warning, "Unhealthy",
        "\(runtime.startupDone ? "Readiness" : "Startup") probe failed: HTTP probe failed with statuscode: 503",
        about: .pod, runtime.key, by: Self.kubelet)
    }
    guard succeeded else {
      context.schedule(.probe(id), after: .seconds(probe.period))
      return
    }
    if runtime.startupDone {
      becomeReady(id, in: &context)
      return
    }
    runtime.startupDone = true
    runtime.successes = 0
    runtimes[id] = runtime
    if runtime.container.readinessProbe == nil {
      becomeReady(id, in: &context)
    } else {
      scheduleFirstProbe(id, in: &context)
    }
  }

  private mutating func becomeReady(_ id: PodID, in context: inout ControllerContext) {
    guard var runtime = runtimes[id], !runtime.isReady else { return }
    runtime.isReady = true
    runtime.readyAt = context.now
    runtimes[id] = runtime
    let time = context.date
    updatePod(id, in: &context) { pod in
      pod.status?.setConditions(["ContainersReady", "Ready"], to: "True", reason: nil, at: time)
      for index in pod.status?.containerStatuses?.indices ?? 0..<0 {
        pod.status?.containerStatuses?[index].ready = true
        pod.status?.containerStatuses?[index].started = true
      }
    }
    guard let owner = runtime.owner, let seconds = context.store[owner.kind, owner.key]?.minReadySeconds, seconds > 0
    else { return }
    context.schedule(.becomeAvailable(id), after: .seconds(seconds))
  }

  func noteAvailability(of id: PodID, in context: inout ControllerContext) {
    guard let reconciliation = runtimes[id]?.owner?.reconciliation else { return }
    context.requestReconciliation(reconciliation)
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
