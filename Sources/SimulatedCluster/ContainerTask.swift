import KubernetesObjects
import Units

/// What a container does that ends by itself, as those of Jobs do: how long it takes, and how it ends.
struct ContainerTask: Sendable, Equatable {
  /// `nil` for one that does not end.
  var lasts: Duration?
  var exitCode = 0
  /// Whether the kubelet starts it again when it has failed.
  var restartsOnFailure: Bool

  /// - Parameters:
  ///   - spec: of the pod, as it is written; `nil` comes of one whose containers are to run for ever.
  ///   - container: the one that is run.
  ///   - otherwise: how long one takes of which the manifest tells nothing.
  init?(_ spec: JSONValue, container: String, otherwise: Duration) {
    guard let policy = spec["restartPolicy"]?.string, policy == "Never" || policy == "OnFailure" else { return nil }
    restartsOnFailure = policy == "OnFailure"
    let written = spec["containers"]?.array?.first { $0["name"]?.string == container }
    let command = ((written?["command"]?.array ?? []) + (written?["args"]?.array ?? [])).compactMap(\.string)
    guard !(written?["command"]?.array ?? []).isEmpty else {
      lasts = otherwise
      return
    }
    switch PreStopLength.length(ofCommand: command) {
    case .lasts(let duration): lasts = duration
    case .forever: lasts = nil
    case .unknown: lasts = Self.exitCode(of: command) == nil ? otherwise : .zero
    }
    exitCode = Self.exitCode(of: command) ?? 0
  }

  /// The exit code that a command tells of: `false`, or `exit` with a number in a script; `nil` when it tells none.
  private static func exitCode(of command: [String]) -> Int? {
    func code(_ words: [String]) -> Int? {
      switch words.first {
      case "exit": words.dropFirst().first.flatMap { Int($0) }
      case "false", "/bin/false": 1
      default: nil
      }
    }
    guard let option = command.firstIndex(where: { $0.hasPrefix("-") && $0.hasSuffix("c") }), option > 0,
      command.indices.contains(option + 1), let script = ShellScript(command[option + 1])
    else { return code(command) }
    let exit = script.commands.first { $0.first == "exit" } ?? script.commands.last
    return exit.flatMap(code)
  }

  /// Whether the manifest says how long the container takes.
  static func isTold(_ container: JSONValue) -> Bool {
    let command = ((container["command"]?.array ?? []) + (container["args"]?.array ?? [])).compactMap(\.string)
    guard container["command"]?.array?.isEmpty == false else { return false }
    return PreStopLength.length(ofCommand: command) != .unknown || exitCode(of: command) != nil
  }
}

// The end of a pod whose containers end by themselves (Kubernetes 1.36, pkg/kubelet/kubelet_pods.go, `getPhase`).
extension DataPlane {
  mutating func finishTask(_ run: ContainerRun, in context: inout ControllerContext) {
    guard var runtime = runtimes[run.pod], runtime.run == run, runtime.isRunning, !runtime.isLost,
      !runtime.isTerminating, let task = runtime.task
    else { return }
    if task.exitCode != 0, task.restartsOnFailure {
      restart(run, .failed(task.exitCode), in: &context)
      return
    }
    settleOfferedLoad(at: context.wall)
    runtime = runtimes[run.pod] ?? runtime
    endRun(&runtime, in: &context)
    runtime.isReady = false
    // Its machine has its room back; the pod stays to be read.
    if let node = runtime.node { machines[node].release(runtime.request) }
    runtime.node = nil
    runtime.endedWell = task.exitCode == 0
    let startedAt = runtime.startedAt.map { context.date(at: $0) }
    runtimes[run.pod] = runtime
    let time = context.date
    let succeeded = task.exitCode == 0
    updatePod(run.pod, in: &context) { pod in
      pod.status?.phase = succeeded ? "Succeeded" : "Failed"
      let reason = succeeded ? "PodCompleted" : "PodFailed"
      pod.status?.setConditions(["ContainersReady", "Ready"], to: "False", reason: reason, at: time)
      for index in pod.status?.containerStatuses?.indices ?? 0..<0 {
        pod.status?.containerStatuses?[index].ready = false
        pod.status?.containerStatuses?[index].started = false
        pod.status?.containerStatuses?[index].state = .terminated(
          exitCode: task.exitCode, reason: succeeded ? "Completed" : "Error", startedAt: startedAt, finishedAt: time)
      }
    }
    retryUnscheduled(in: &context)
  }
}
