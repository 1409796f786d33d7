import ApplicationNature
import KubernetesObjects
import Units

/// What a kubelet asks a container.
enum ProbeKind: Sendable, Hashable {
  case startup, readiness, liveness
}

// Probes run on a grid whose phase is random, and not before their initial delay
// (Kubernetes 1.36, pkg/kubelet/prober/worker.go).
extension DataPlane {
  /// Plans the probes whose answers may change something: an application that is ready, and whose requests never wait as
  /// long as a probe may, is not asked for nothing.
  mutating func planProbes(of id: PodID, in context: inout ControllerContext) {
    guard let runtime = runtimes[id], runtime.isRunning, !runtime.isTerminating, !runtime.isLost else { return }
    guard runtime.startupDone else { return plan(.startup, of: id, in: &context) }
    if !runtime.isReady || mayFail(.readiness, runtime) { plan(.readiness, of: id, in: &context) }
    if mayFail(.liveness, runtime) { plan(.liveness, of: id, in: &context) }
  }

  static func probe(_ kind: ProbeKind, of container: Container) -> Probe? {
    switch kind {
    case .startup: container.startupProbe
    case .readiness: container.readinessProbe
    case .liveness: container.livenessProbe
    }
  }

  private func mayFail(_ kind: ProbeKind, _ runtime: PodRuntime) -> Bool {
    guard let probe = Self.probe(kind, of: runtime.container) else { return false }
    let succeeds = kind == .liveness ? runtime.application.staysAlive : runtime.application.becomesReady
    // One that is up at once is up before its first probe.
    guard succeeds, runtime.isUp || runtime.application.start == .zero || kind == .readiness else { return true }
    return runtime.load.longestWait >= Double(probe.timeout)
  }

  private mutating func plan(_ kind: ProbeKind, of id: PodID, in context: inout ControllerContext) {
    guard var runtime = runtimes[id], let startedAt = runtime.startedAt,
      let probe = Self.probe(kind, of: runtime.container), !runtime[kind].isPlanned
    else { return }
    if let course = runtime.course {
      guard let ready = course.ready else { return }
      runtime[kind].isPlanned = true
      runtimes[id] = runtime
      return context.schedule(.probe(runtime.run, kind), at: max(runtime.createdAt + ready, context.now))
    }
    let phase = runtime[kind].phase ?? .seconds(context.random.fraction() * Double(probe.period))
    let earliest = max(Duration.seconds(probe.initialDelaySeconds ?? 0), context.now - startedAt)
    var periods = Int(max(0, ((earliest - phase) / .seconds(probe.period)).rounded(.up)))
    // Not at this very instant, when nothing can have changed yet.
    if startedAt + phase + .seconds(probe.period) * periods <= context.now { periods += 1 }
    runtime[kind].phase = phase
    runtime[kind].isPlanned = true
    runtimes[id] = runtime
    context.schedule(.probe(runtime.run, kind), at: startedAt + phase + .seconds(probe.period) * periods)
  }

  /// A probe is due.
  mutating func ask(_ kind: ProbeKind, _ run: ContainerRun, in context: inout ControllerContext) {
    settleOfferedLoad(at: context.wall)
    if let period = runtimes[run.pod]?.passAsBefore(kind, run, at: context.wall) {
      return context.schedule(.probe(run, kind), after: period)
    }
    guard var runtime = runtimes[run.pod], runtime.run == run, runtime.isRunning, !runtime.isTerminating,
      !runtime.isLost, let probe = Self.probe(kind, of: runtime.container)
    else { return }
    let failure = failure(of: kind, probe, runtime, at: context.wall)
    runtime[kind].isPlanned = false
    runtime[kind].note(failure == nil)
    runtimes[run.pod] = runtime
    if let failure {
      context.record(
        .warning, "Unhealthy", "\(kind.title) probe failed: \(failure)", about: .pod, runtime.key, by: Self.kubelet)
    }
    let (successes, failures) = (runtime[kind].successes, runtime[kind].failures)
    switch kind {
    case .startup where successes >= probe.successes:
      runtimes[run.pod]?.startupDone = true
      if runtime.container.readinessProbe == nil { becomeReady(run.pod, in: &context) }
    case .readiness where successes >= probe.successes: becomeReady(run.pod, in: &context)
    case .readiness where failures >= probe.failures: becomeUnready(run.pod, in: &context)
    case .startup where failures >= probe.failures, .liveness where failures >= probe.failures:
      killContainer(run, failing: kind, in: &context)
      return
    default: break
    }
    planProbes(of: run.pod, in: &context)
  }

  /// Why a probe fails now, in the words of a kubelet; `nil` when it succeeds. A probe waits its turn as a request does, and its
  /// time limit is wall time, as that of a request is.
  private func failure(of kind: ProbeKind, _ probe: Probe, _ runtime: PodRuntime, at now: Double) -> String? {
    guard runtime.isUp else { return "connect: connection refused" }
    let succeeds = kind == .liveness ? runtime.application.staysAlive : runtime.application.becomesReady
    if !succeeds { return "HTTP probe failed with statuscode: 503" }
    if runtime.load.wait(at: now) >= Double(probe.timeout) {
      return "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
    }
    return nil
  }
}

extension ProbeKind {
  var title: String {
    switch self {
    case .startup: "Startup"
    case .readiness: "Readiness"
    case .liveness: "Liveness"
    }
  }
}

extension PodRuntime {
  subscript(kind: ProbeKind) -> ProbeRecord {
    get {
      switch kind {
      case .startup: startup
      case .readiness: readiness
      case .liveness: liveness
      }
    }
    set {
      switch kind {
      case .startup: startup = newValue
      case .readiness: readiness = newValue
      case .liveness: liveness = newValue
      }
    }
  }
}
