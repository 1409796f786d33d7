import KubernetesObjects
import Units

// From the creation of a pod to a container that serves: scheduler and kubelet.
extension ClusterSimulation {
  static let kubelet = "kubelet"

  mutating func createPod(named name: String, of replicaSet: ClusterObject, _ set: ReplicaSet) {
    guard let template = set.spec.template, let container = Self.servingContainer(template.spec) else { return }
    var metadata = ObjectMetadata(
      name: name, namespace: replicaSet.key.namespace, uid: random.uid(), labels: template.metadata?.labels)
    metadata.generateName = "\(replicaSet.key.name)-"
    metadata.generation = 1
    metadata.creationTimestamp = date
    metadata.annotations = template.metadata?.annotations
    metadata.ownerReferences = [
      OwnerReference(
        apiVersion: ClusterKind.replicaSet.resource.apiVersion, kind: "ReplicaSet", name: replicaSet.key.name,
        uid: replicaSet.metadata.uid ?? "")
    ]
    metadata.managedFields = [
      ManagedFieldsEntry(manager: Self.controllerManager, operation: "Update", time: date)
    ]
    var pod = Pod(metadata: metadata, spec: template.spec)
    pod.status?.phase = "Pending"
    var spec = replicaSet.written["spec"]?["template"]?["spec"] ?? [:]
    spec["enableServiceLinks"] = true
    spec["priority"] = 0
    spec["preemptionPolicy"] = "PreemptLowerPriority"

    podCounter += 1
    let key = ObjectKey(namespace: replicaSet.key.namespace, name: name)
    // A limit of zero is none.
    let limit = container.resources?.limits?["cpu"].map { Double($0.quantity.milli) / 1_000 }.flatMap {
      $0 > 0 ? $0 : nil
    }
    pods[podCounter] = PodRuntime(
      id: podCounter, key: key, uid: metadata.uid ?? "", replicaSet: replicaSet.key, createdAt: now,
      container: container, portNames: Set(template.spec.servingPorts.compactMap(\.name)),
      version: Self.version(ofImage: container.image ?? ""),
      load: PodLoad(cost: workload.cpuPerRequest.seconds, limit: limit, queueLimit: workload.queueLimit))
    podIDs[key] = podCounter
    podsOfReplicaSet[replicaSet.key, default: []].append(podCounter)
    queue.add(.bind(podCounter), at: now + Self.controlLatency)
    commit(ClusterObject(kind: .pod, content: .pod(pod), written: ["spec": spec]))
  }

  /// The container whose port takes requests: the only one without a say of its own.
  static func servingContainer(_ spec: PodSpec) -> Container? {
    spec.containers?.first { $0.readinessProbe != nil } ?? spec.containers?.first
  }

  /// How long the init containers hold the others back: each starts when the one before has ended, and is taken to end at
  /// once; a sidecar goes on (Kubernetes 1.36, pkg/kubelet/kuberuntime/kuberuntime_manager.go).
  private func initialization(of id: PodID) -> Duration {
    let spec = pods[id].flatMap { store[.pod, $0.key]?.pod?.spec }
    return workload.containerStart * (spec?.initContainers?.count ?? 0)
  }

  /// The tag of an image, as answers report it; an image without one is `latest`.
  static func version(ofImage image: String) -> String {
    let name = image.split(separator: "@").first ?? ""
    guard let colon = name.lastIndex(of: ":"), !name[colon...].contains("/") else { return "latest" }
    return String(name[name.index(after: colon)...])
  }

  /// Changes the status of a pod and stores it.
  mutating func updatePod(_ id: PodID, by manager: String = kubelet, _ change: (inout Pod) -> Void) {
    guard let key = pods[id]?.key, var object = store[.pod, key], var pod = object.pod else { return }
    change(&pod)
    object.content = .pod(pod)
    object.recordWriter(manager, subresource: "status", at: date)
    commit(object)
  }

  mutating func bind(_ id: PodID) {
    guard var runtime = pods[id], !runtime.isTerminating else { return }
    let node = podsOnNode.indices.min { podsOnNode[$0] < podsOnNode[$1] } ?? 0
    podsOnNode[node] += 1
    runtime.node = node
    pods[id] = runtime
    let name = nodeName(node)
    let time = date
    let names = (store[.pod, runtime.key]?.pod?.spec.containers ?? []).map { ($0.name, $0.image) }
    updatePod(id) { pod in
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
    record(
      .normal, "Scheduled", "Successfully assigned \(runtime.key.namespace)/\(runtime.key.name) to \(name)",
      about: .pod, runtime.key, by: "default-scheduler")
    let image = runtime.container.image ?? ""
    if pulledImages[node].contains(image) {
      record(
        .normal, "Pulled", "Container image \"\(image)\" already present on machine", about: .pod, runtime.key,
        by: Self.kubelet)
      queue.add(.startContainers(id), at: now + initialization(of: id) + workload.containerStart)
    } else {
      record(.normal, "Pulling", "Pulling image \"\(image)\"", about: .pod, runtime.key, by: Self.kubelet)
      queue.add(.finishPull(id), at: now + workload.imagePull)
    }
  }

  func nodeName(_ node: Int) -> String { "node-\(node + 1)" }

  mutating func finishPull(_ id: PodID) {
    guard let runtime = pods[id], let node = runtime.node, !runtime.isTerminating else { return }
    let image = runtime.container.image ?? ""
    pulledImages[node].insert(image)
    record(
      .normal, "Pulled", "Successfully pulled image \"\(image)\" in \(workload.imagePull.text)", about: .pod,
      runtime.key, by: Self.kubelet)
    queue.add(.startContainers(id), at: now + initialization(of: id) + workload.containerStart)
  }

  mutating func startContainers(_ id: PodID) {
    guard var runtime = pods[id], let node = runtime.node, !runtime.isTerminating else { return }
    runtime.startedAt = now
    runtime.load.points = [UsagePoint(time: now, used: 0)]
    runtime.startupDone = runtime.container.startupProbe == nil
    pods[id] = runtime
    addressesOnNode[node] += 1
    let address = addressesOnNode[node]
    let time = date
    let started = runtime.startupDone
    updatePod(id) { pod in
      pod.status?.phase = "Running"
      // 250 addresses each in up to 16 networks of a node.
      pod.status?.podIP = "10.244.\(node * 16 % 256 + address / 250 % 16).\(address % 250 + 2)"
      for index in pod.status?.containerStatuses?.indices ?? 0..<0 {
        pod.status?.containerStatuses?[index].state = .running(since: time)
        pod.status?.containerStatuses?[index].started = started
      }
    }
    record(
      .normal, "Created", "Created container: \(runtime.container.name)", about: .pod, runtime.key, by: Self.kubelet)
    record(
      .normal, "Started", "Started container \(runtime.container.name)", about: .pod, runtime.key, by: Self.kubelet)
    if !workload.brokenImages.contains(runtime.container.image ?? "") {
      queue.add(.startUp(id), at: now + workload.applicationStart)
    }
    scheduleFirstProbe(id)
  }

  mutating func startUp(_ id: PodID) {
    guard var runtime = pods[id], !runtime.isTerminating else { return }
    runtime.isUp = true
    runtime.isListening = true
    pods[id] = runtime
    if runtime.container.readinessProbe == nil, runtime.startupDone { becomeReady(id) }
  }

  /// The probe that is asked now: the startup probe until it has succeeded, then the readiness probe.
  private func currentProbe(_ runtime: PodRuntime) -> Probe? {
    runtime.startupDone ? runtime.container.readinessProbe : runtime.container.startupProbe
  }

  /// Probes run on a grid whose phase is random, and not before their initial delay
  /// (Kubernetes 1.36, pkg/kubelet/prober/worker.go).
  private mutating func scheduleFirstProbe(_ id: PodID) {
    guard let runtime = pods[id], let startedAt = runtime.startedAt, let probe = currentProbe(runtime) else { return }
    let phase = Duration.seconds(random.fraction() * Double(probe.period))
    let earliest = max(Duration.seconds(probe.initialDelaySeconds ?? 0), now - startedAt)
    var periods = Int(max(0, ((earliest - phase) / .seconds(probe.period)).rounded(.up)))
    // Not at this very instant, when nothing can have changed yet.
    if startedAt + phase + .seconds(probe.period) * periods <= now { periods += 1 }
    queue.add(.probe(id), at: startedAt + phase + .seconds(probe.period) * periods)
  }

  mutating func probe(_ id: PodID) {
    guard var runtime = pods[id], !runtime.isTerminating, let probe = currentProbe(runtime) else { return }
    if runtime.isUp {
      runtime.successes += 1
      runtime.failures = 0
    } else {
      runtime.failures += 1
      runtime.successes = 0
    }
    let succeeded = runtime.successes >= probe.successes
    pods[id] = runtime
    if !runtime.isUp {
      record(
        .warning, "Unhealthy",
        "\(runtime.startupDone ? "Readiness" : "Startup") probe failed: HTTP probe failed with statuscode: 503",
        about: .pod, runtime.key, by: Self.kubelet)
    }
    guard succeeded else {
      queue.add(.probe(id), at: now + .seconds(probe.period))
      return
    }
    if runtime.startupDone {
      becomeReady(id)
      return
    }
    runtime.startupDone = true
    runtime.successes = 0
    pods[id] = runtime
    if runtime.container.readinessProbe == nil { becomeReady(id) } else { scheduleFirstProbe(id) }
  }

  private mutating func becomeReady(_ id: PodID) {
    guard var runtime = pods[id], !runtime.isReady else { return }
    runtime.isReady = true
    runtime.readyAt = now
    pods[id] = runtime
    let time = date
    updatePod(id) { pod in
      pod.status?.setConditions(["ContainersReady", "Ready"], to: "True", reason: nil, at: time)
      for index in pod.status?.containerStatuses?.indices ?? 0..<0 {
        pod.status?.containerStatuses?[index].ready = true
        pod.status?.containerStatuses?[index].started = true
      }
    }
    guard let owner = runtime.replicaSet, let seconds = store[.replicaSet, owner]?.replicaSet?.spec.minReadySeconds,
      seconds > 0
    else { return }
    queue.add(.becomeAvailable(id), at: now + .seconds(seconds))
  }

  mutating func noteAvailability(of id: PodID) {
    guard let owner = pods[id]?.replicaSet else { return }
    requestReconciliation(.replicaSet(owner))
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
