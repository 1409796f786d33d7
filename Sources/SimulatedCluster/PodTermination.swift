import ApplicationNature
import KubernetesObjects
import Units

// From the delete request to the end of a pod (Kubernetes 1.36, pkg/kubelet/kuberuntime/kuberuntime_container.go,
// apiserver/pkg/registry/rest/delete.go).
extension DataPlane {
  /// Asks for the end of a pod: sets the deletion time, and has its machine begin.
  ///
  /// - Parameter gracePeriod: seconds; `nil` for the pod's own. 0 ends it at once.
  mutating func deletePod(_ key: ObjectKey, gracePeriod: Int?, in context: inout ControllerContext) {
    guard var object = context.store[.pod, key], var pod = object.pod else { return }
    let grace = gracePeriod.map { Int64($0) } ?? pod.spec.terminationGracePeriodSeconds ?? 30
    guard let id = podIDs[key], var runtime = runtimes[id] else {
      context.discard(.pod, key)
      return
    }
    if grace == 0 {
      removePod(id, in: &context)
      return
    }
    guard !runtime.isTerminating else { return }
    let deadline = (context.date.microseconds / 1_000_000).addingReportingOverflow(grace)
    pod.metadata.deletionTimestamp = KubernetesTime(seconds: deadline.overflow ? .max : deadline.partialValue)
    pod.metadata.deletionGracePeriodSeconds = grace
    pod.metadata.generation = (pod.metadata.generation ?? 1) + 1
    runtime.isTerminating = true
    let begun = context.now + ControllerContext.controlLatency
    let killed = begun + .seconds(grace)
    runtime.killedAt = killed
    runtimes[id] = runtime
    object.content = .pod(pod)
    context.commit(object)
    // Of a lost machine nobody hears that the pod has ended.
    guard !runtime.isLost else { return }
    guard runtime.isRunning else {
      context.schedule(.remove(id), at: begun + ControllerContext.controlLatency)
      return
    }
    context.record(
      .normal, "Killing", "Stopping container \(runtime.container.name)", about: .pod, key, by: Self.kubelet)
    context.schedule(.exit(runtime.run, killed: true), at: killed)
    let signalled = begun + runtime.preStop
    if signalled < killed { context.schedule(.signal(runtime.run), at: signalled) }
  }

  /// SIGTERM arrives: the application takes requests for a moment longer.
  func signal(_ run: ContainerRun, in context: inout ControllerContext) {
    guard let runtime = runtimes[run.pod], runtime.run == run else { return }
    context.schedule(.stopListening(run), after: runtime.application.keepsServing)
  }

  /// The application takes no more requests, answers those that it has if it is made so, and ends.
  mutating func stopListening(_ run: ContainerRun, in context: inout ControllerContext) {
    guard var runtime = runtimes[run.pod], runtime.run == run, !runtime.isLost else { return }
    settleOfferedLoad(at: context.wall)
    runtime = runtimes[run.pod] ?? runtime
    runtime.isListening = false
    runtimes[run.pod] = runtime
    let usual = max(context.wall, runtime.load.busyUntil) + runtime.application.serviceTime.median.seconds
    let ended = runtime.application.drains ? max(usual, runtime.load.answeredUntil) : context.wall
    context.schedule(.exit(run, killed: false), at: max(context.now, .seconds(ended * context.timeScale)))
  }

  /// The container has ended, by itself or killed at the end of the grace period.
  mutating func exit(_ run: ContainerRun, killed: Bool, in context: inout ControllerContext) {
    guard let runtime = runtimes[run.pod], runtime.run == run, runtime.isRunning, !runtime.isLost else { return }
    if !killed, let deadline = runtime.killedAt, context.now >= deadline { return }
    let ending: ContainerEnding = killed ? .killed : .completed
    end(run, ending, others: ending, in: &context)
  }

  /// A container has ended: for good where its pod is on its way out, else it is started again.
  ///
  /// - Parameters:
  ///   - ending: how the serving container has ended.
  ///   - others: how those beside it end, where the pod ends.
  mutating func end(
    _ run: ContainerRun, _ ending: ContainerEnding, others: ContainerEnding = .completed,
    in context: inout ControllerContext
  ) {
    guard var runtime = runtimes[run.pod], runtime.run == run, runtime.isRunning, !runtime.isLost else { return }
    guard runtime.isTerminating else {
      restart(run, ending, in: &context)
      return
    }
    settleOfferedLoad(at: context.wall)
    runtime = runtimes[run.pod] ?? runtime
    endRun(&runtime, in: &context)
    runtime.isReady = false
    // What is told to end before it has done its work has failed at it.
    if runtime.task != nil { runtime.endedWell = false }
    let startedAt = runtime.startedAt.map { context.date(at: $0) }
    runtimes[run.pod] = runtime
    let time = context.date
    let serving = runtime.container.name
    updatePod(run.pod, in: &context) { pod in
      pod.status?.setConditions(["ContainersReady", "Ready"], to: "False", reason: "ContainersNotReady", at: time)
      for index in pod.status?.containerStatuses?.indices ?? 0..<0 {
        let its = pod.status?.containerStatuses?[index].name == serving ? ending : others
        pod.status?.containerStatuses?[index].ready = false
        pod.status?.containerStatuses?[index].started = false
        pod.status?.containerStatuses?[index].state = .terminated(
          exitCode: its.exitCode, reason: its.reason, startedAt: startedAt, finishedAt: time)
      }
    }
    context.schedule(.remove(run.pod), after: .milliseconds(50))
  }

  /// The pod is gone from its machine and from the API.
  mutating func removePod(_ id: PodID, in context: inout ControllerContext) {
    guard var runtime = runtimes[id] else { return }
    settleOfferedLoad(at: context.wall)
    runtime = runtimes[id] ?? runtime
    if runtime.isRunning { endRun(&runtime, in: &context) }
    forget(runtime)
    retryUnscheduled(in: &context)
    if var object = context.store[.pod, runtime.key] {
      object.metadata.deletionTimestamp =
        object.metadata.deletionTimestamp.map { min($0, context.date) } ?? context.date
      object.metadata.deletionGracePeriodSeconds = 0
      if !object.finalizers.isEmpty, var pod = object.pod {
        // It has ended, and stays to be read.
        let hasFailed = pod.status?.containerStatuses?.contains { $0.state?.terminated?.exitCode ?? 0 != 0 } ?? false
        pod.status?.phase = hasFailed ? "Failed" : "Succeeded"
        object.content = .pod(pod)
      }
      context.store.put(object, at: context.now)
    }
    context.discard(.pod, runtime.key)
  }
}
