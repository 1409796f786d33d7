import ApplicationNature
import KubernetesObjects
import Units

// From a machine to a container that serves: the kubelet.
extension DataPlane {
  /// How long the init containers hold the others back: each starts when the one before has ended; a sidecar goes on
  /// (Kubernetes 1.36, pkg/kubelet/kuberuntime/kuberuntime_manager.go).
  private func initialization(of id: PodID, in context: ControllerContext) -> Duration {
    let spec = runtimes[id].flatMap { context.store[.pod, $0.key]?.pod?.spec }
    let containers = spec?.initContainers ?? []
    let ending = containers.count { $0.restartPolicy != "Always" }
    return context.workload.containerStart * containers.count + context.workload.initialization * ending
  }

  func pullImage(of id: PodID, on node: Int, in context: inout ControllerContext) {
    guard let runtime = runtimes[id] else { return }
    let image = runtime.container.image ?? ""
    if let course = runtime.course {
      context.schedule(.startContainers(id), at: max(runtime.createdAt + course.started, context.now))
    } else if machines[node].images.contains(image) {
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

  mutating func finishPull(_ id: PodID, in context: inout ControllerContext) {
    guard let runtime = runtimes[id], let node = runtime.node, !runtime.isTerminating, !runtime.isLost else { return }
    let image = runtime.container.image ?? ""
    machines[node].images.insert(image)
    context.record(
      .normal, "Pulled", "Successfully pulled image \"\(image)\" in \(context.workload.imagePull.text)", about: .pod,
      runtime.key, by: Self.kubelet)
    context.schedule(.startContainers(id), after: initialization(of: id, in: context) + context.workload.containerStart)
  }

  /// The containers run: for the first time, or the serving one again after it had ended.
  mutating func startContainers(_ id: PodID, in context: inout ControllerContext) {
    guard var runtime = runtimes[id], let node = runtime.node, !runtime.isRunning, !runtime.isTerminating,
      !runtime.isLost, takeConfiguration(of: id, in: &context)
    else { return }
    settleOfferedLoad(at: context.wall)
    let isFirst = runtime.startedAt == nil
    runtime.startedAt = context.now
    runtime.isRunning = true
    runtime.load.begin(runtime.application, at: context.wall, timeScale: context.timeScale)
    runtime.load.points = [UsagePoint(time: context.now, used: 0, taken: 0)]
    runtime.startupDone = runtime.container.startupProbe == nil
    runtimes[id] = runtime
    let time = context.date
    if isFirst {
      machines[node].addresses += 1
      let address = machines[node].addresses
      updatePod(id, in: &context) { pod in
        pod.status?.phase = "Running"
        // 250 addresses each in up to 16 networks of a node.
        pod.status?.podIP = "10.244.\(node * 16 % 256 + address / 250 % 16).\(address % 250 + 2)"
        for index in pod.status?.containerStatuses?.indices ?? 0..<0 {
          pod.status?.containerStatuses?[index].state = .running(since: time)
          pod.status?.containerStatuses?[index].started = runtime.startupDone
        }
      }
    } else {
      context.record(
        .normal, "Pulled", "Container image \"\(runtime.container.image ?? "")\" already present on machine",
        about: .pod, runtime.key, by: Self.kubelet)
      updateContainer(runtime, in: &context) { container in
        container.state = .running(since: time)
        container.started = runtime.startupDone
        container.restartCount = runtime.restarts
      }
    }
    context.record(
      .normal, "Created", "Created container: \(runtime.container.name)", about: .pod, runtime.key, by: Self.kubelet)
    context.record(
      .normal, "Started", "Started container \(runtime.container.name)", about: .pod, runtime.key, by: Self.kubelet)
    context.schedule(.startUp(runtime.run), after: runtime.application.start)
    if let lasts = runtime.task?.lasts { context.schedule(.finishTask(runtime.run), after: lasts) }
    if let crash = runtime.application.crashesAfter { context.schedule(.crash(runtime.run), after: crash) }
    if runtime.startupDone, runtime.container.readinessProbe == nil { becomeReady(id, in: &context) }
    planProbes(of: id, in: &context)
  }

  /// The application answers from now on.
  mutating func startUp(_ run: ContainerRun, in context: inout ControllerContext) {
    guard var runtime = runtimes[run.pod], runtime.run == run, runtime.isRunning, !runtime.isLost else { return }
    settleOfferedLoad(at: context.wall)
    runtime = runtimes[run.pod] ?? runtime
    runtime.isUp = true
    // A pod that is told to stop before its application is up does not begin to take requests.
    runtime.isListening = !runtime.isTerminating && runtime.killedAt == nil
    runtimes[run.pod] = runtime
  }

  mutating func becomeReady(_ id: PodID, in context: inout ControllerContext) {
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

  /// The pod takes part no more, until its probe succeeds again.
  mutating func becomeUnready(
    _ id: PodID, by manager: String = kubelet, reason: String = "ContainersNotReady",
    in context: inout ControllerContext
  ) {
    guard var runtime = runtimes[id], runtime.isReady else { return }
    runtime.isReady = false
    runtimes[id] = runtime
    let time = context.date
    updatePod(id, by: manager, in: &context) { pod in
      pod.status?.setConditions(["ContainersReady", "Ready"], to: "False", reason: reason, at: time)
      for index in pod.status?.containerStatuses?.indices ?? 0..<0
      where pod.status?.containerStatuses?[index].name == runtime.container.name {
        pod.status?.containerStatuses?[index].ready = false
      }
    }
  }

  func noteAvailability(of id: PodID, in context: inout ControllerContext) {
    guard let reconciliation = runtimes[id]?.owner?.reconciliation else { return }
    context.requestReconciliation(reconciliation)
  }
}
