import KubernetesObjects
import Units

// What becomes of the pods of a machine that is lost (Kubernetes 1.36, pkg/controller/nodelifecycle/node_lifecycle_controller.go
// and pkg/controller/tainteviction).
extension DataPlane {
  /// For how long nothing has to be heard of a machine until it counts as unreachable
  /// (`--node-monitor-grace-period` since 1.32).
  static let monitorGracePeriod = Duration.seconds(50)
  /// For how long pods stay on an unreachable machine that say nothing of their own
  /// (plugin/pkg/admission/defaulttolerationseconds).
  static let defaultToleration = 300
  private static let unreachable = "node.kubernetes.io/unreachable"

  /// A machine is gone from the network with all that runs on it.
  mutating func lose(machine index: Int, in context: inout ControllerContext) {
    guard machines.indices.contains(index), !machines[index].isLost else { return }
    settleOfferedLoad(at: context.wall)
    machines[index].lostSince = context.now
    let kept = context.workload.keptConnections.seconds
    for id in runtimes.keys where runtimes[id]?.node == index {
      let dead = runtimes[id]?.keptConnections(for: kept, at: context.wall, timeScale: context.timeScale)
      runtimes[id]?.deadConnections = dead ?? 0
      runtimes[id]?.isLost = true
    }
    context.schedule(.machineUnreachable(index), after: Self.monitorGracePeriod)
  }

  /// The control plane notices it: the pods count as unready, and go when they do not tolerate that any longer.
  mutating func noteUnreachable(machine index: Int, in context: inout ControllerContext) {
    // It may have been back meanwhile, and lost anew.
    guard let since = machines[index].lostSince, context.now - since >= Self.monitorGracePeriod,
      !machines[index].isUnreachable
    else { return }
    machines[index].unreachableSince = context.now
    showMachine(index, in: &context)
    context.record(
      .normal, "NodeNotReady", "Node \(machines[index].name) status is now: NodeNotReady", about: .node,
      ObjectKey(namespace: "", name: machines[index].name), by: "node-controller")
    for id in runtimes.keys {
      guard let runtime = runtimes[id], runtime.node == index else { continue }
      becomeUnready(id, by: ControllerContext.controllerManager, reason: "NodeNotReady", in: &context)
      context.record(
        .warning, "NodeNotReady", "Node is not ready", about: .pod, runtime.key, by: "node-controller")
      if let seconds = Self.toleration(of: context.store[.pod, runtime.key]) {
        context.schedule(.evict(id), after: .seconds(seconds))
      }
    }
  }

  /// A pod is deleted since its machine is unreachable, whatever its budget says; it stays until the machine tells that it
  /// has ended.
  mutating func evict(_ id: PodID, in context: inout ControllerContext) {
    guard let runtime = runtimes[id], let node = runtime.node, let since = machines[node].unreachableSince,
      let seconds = Self.toleration(of: context.store[.pod, runtime.key]), context.now - since >= .seconds(seconds),
      !runtime.isTerminating
    else { return }
    context.record(
      .normal, "TaintManagerEviction", "Marking for deletion Pod \(runtime.key.namespace)/\(runtime.key.name)",
      about: .pod, runtime.key, by: "taint-eviction-controller")
    context.markDisrupted(
      runtime.key, reason: "DeletionByTaintManager",
      message: "Taint manager: deleting due to NoExecute taint", by: ControllerContext.controllerManager)
    deletePod(runtime.key, gracePeriod: nil, in: &context)
  }

  /// The machine is back, as after a start: what was to go is gone, and the other containers start anew.
  mutating func find(machine index: Int, in context: inout ControllerContext) {
    guard machines.indices.contains(index), machines[index].isLost else { return }
    machines[index].lostSince = nil
    machines[index].unreachableSince = nil
    showMachine(index, in: &context)
    for id in runtimes.keys {
      guard let runtime = runtimes[id], runtime.node == index else { continue }
      runtimes[id]?.isLost = false
      runtimes[id]?.deadConnections = 0
      if runtime.isTerminating {
        removePod(id, in: &context)
      } else if runtime.isRunning {
        restart(runtime.run, ContainerEnding(exitCode: 255, reason: "Unknown"), in: &context)
      } else {
        pullImage(of: id, on: index, in: &context)
      }
    }
    retryUnscheduled(in: &context)
  }

  /// For how many seconds a pod stays on an unreachable machine; `nil` for ever.
  private static func toleration(of pod: ClusterObject?) -> Int? {
    let tolerations = pod?.written["spec"]?["tolerations"]?.array ?? []
    let matching = tolerations.filter { toleration in
      let key = toleration["key"]?.string ?? ""
      let effect = toleration["effect"]?.string ?? ""
      return (key == unreachable || (key.isEmpty && toleration["operator"]?.string == "Exists"))
        && (effect.isEmpty || effect == "NoExecute")
    }
    guard !matching.isEmpty else { return defaultToleration }
    let seconds = matching.compactMap { $0["tolerationSeconds"]?.int.map { max(Int($0), 0) } }
    return seconds.min()
  }
}
