import ApplicationNature
import KubernetesObjects
import Units

// What a kubelet does with a container that ends, or has to (Kubernetes 1.36, pkg/kubelet/kuberuntime/kuberuntime_manager.go and
// client-go, util/flowcontrol/backoff.go).
extension DataPlane {
  /// The first restart follows at once, the next after ten seconds, then after twice as long each time.
  private static let firstBackOff = Duration.seconds(10)
  private static let longestBackOff = Duration.seconds(300)

  /// A probe that failed too often ends the container, which has its grace period as in a deletion.
  mutating func killContainer(_ run: ContainerRun, failing probe: ProbeKind, in context: inout ControllerContext) {
    guard var runtime = runtimes[run.pod], runtime.killedAt == nil else { return }
    let grace =
      Self.probe(probe, of: runtime.container)?.terminationGracePeriodSeconds
      ?? context.store[.pod, runtime.key]?.pod?.spec.terminationGracePeriodSeconds ?? 30
    runtime.killedAt = context.now + .seconds(grace)
    runtimes[run.pod] = runtime
    context.record(
      .normal, "Killing",
      "Container \(runtime.container.name) failed \(probe.title.lowercased()) probe, will be restarted", about: .pod,
      runtime.key, by: Self.kubelet)
    context.schedule(.exit(run, killed: true), after: .seconds(grace))
    if runtime.preStop < .seconds(grace) { context.schedule(.signal(run), after: runtime.preStop) }
  }

  /// The application ends by itself.
  mutating func crash(_ run: ContainerRun, in context: inout ControllerContext) {
    // One that has become another application since may not crash any more, or only later.
    guard let runtime = runtimes[run.pod], runtime.run == run,
      let startedAt = runtime.startedAt, let crash = runtime.application.crashesAfter, startedAt + crash <= context.now
    else { return }
    end(run, .crashed, in: &context)
  }

  /// Ends the containers that take more memory than they may.
  mutating func endContainersOutOfMemory(in context: inout ControllerContext) {
    for id in runtimes.keys {
      guard let runtime = runtimes[id], runtime.isRunning, !runtime.isLost, let limit = runtime.memoryLimit,
        runtime.memory > limit
      else { continue }
      end(runtime.run, .outOfMemory, in: &context)
    }
  }

  /// The container has ended though its pod goes on: it is started again, after a while where it ends again and again.
  mutating func restart(
    _ run: ContainerRun, _ ending: ContainerEnding, in context: inout ControllerContext
  ) {
    guard var runtime = runtimes[run.pod], runtime.run == run, runtime.isRunning else { return }
    settleOfferedLoad(at: context.wall)
    becomeUnready(run.pod, in: &context)
    runtime = runtimes[run.pod] ?? runtime
    endRun(&runtime, in: &context)
    // Who has run for twice the longest wait begins anew.
    if let ended = runtime.endedAt, context.now - ended > Self.longestBackOff * 2 { runtime.backOff = .zero }
    let wait = runtime.endedAt == nil ? .zero : runtime.backOff
    runtime.backOff = min(max(runtime.backOff * 2, Self.firstBackOff), Self.longestBackOff)
    runtime.endedAt = context.now
    runtime.restarts += 1
    runtime.killedAt = nil
    (runtime.startup, runtime.readiness, runtime.liveness) = (ProbeRecord(), ProbeRecord(), ProbeRecord())
    runtimes[run.pod] = runtime
    let ended = Pod.ContainerState.terminated(
      exitCode: ending.exitCode, reason: ending.reason, startedAt: runtime.startedAt.map { context.date(at: $0) },
      finishedAt: context.date)
    let message =
      "back-off \(wait.text) restarting failed container=\(runtime.container.name) "
      + "pod=\(runtime.key.name)_\(runtime.key.namespace)(\(runtime.uid))"
    updateContainer(runtime, in: &context) { container in
      container.ready = false
      container.started = false
      container.lastState = ended
      container.state = wait > .zero ? .waiting(reason: "CrashLoopBackOff", message: message) : ended
    }
    if wait > .zero {
      context.record(
        .warning, "BackOff",
        "Back-off restarting failed container \(runtime.container.name) in pod "
          + "\(runtime.key.name)_\(runtime.key.namespace)(\(runtime.uid))",
        about: .pod, runtime.key, by: Self.kubelet)
    }
    context.schedule(.startContainers(run.pod), after: wait + context.workload.containerStart)
  }

  /// Notes that a container has ended, so that what it had taken is not answered.
  mutating func endRun(_ runtime: inout PodRuntime, in context: inout ControllerContext) {
    exits[runtime.run] = context.wall
    context.schedule(.forgetExit(runtime.run), after: .seconds(600))
    runtime.isRunning = false
    runtime.isListening = false
    runtime.isUp = false
  }
}
