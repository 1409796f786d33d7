import KubernetesObjects
import Units

// Who takes machines away that are hardly used (Cluster Autoscaler 1.36, FAQ, "How does scale-down work?", and
// core/scaledown): one at a time, after its pods have been asked to leave.
extension DataPlane {
  /// Below which share of its CPU and of its memory requested a machine counts as hardly used
  /// (`--scale-down-utilization-threshold`).
  private static let threshold = 0.5
  private static let component = "cluster-autoscaler"
  private static let safeToEvict = "cluster-autoscaler.kubernetes.io/safe-to-evict"

  /// Looks for a machine that is not needed, and goes on with the one that is on its way out; looks again after an interval.
  mutating func removeMachines(in context: inout ControllerContext) {
    guard let patience = context.workload.machines.removedAfter else { return }
    context.schedule(.removeMachines, after: Self.scanInterval)
    if let leaving = machines.firstIndex(where: \.isLeaving) { return empty(machine: leaving, in: &context) }
    for index in machines.indices {
      let isNeeded = isNeeded(machine: index, in: context)
      machines[index].unneededSince = isNeeded ? nil : machines[index].unneededSince ?? context.now
    }
    // A machine that was just added may not have its pods yet.
    let isSettled = machinesToCome == 0 && machineAddedAt.map { context.now - $0 >= patience } ?? true
    let waiting = machines.indices.filter { index in
      machines[index].unneededSince.map { context.now - $0 >= patience } ?? false
    }
    guard isSettled, machines.count(where: { !$0.isGone }) > context.workload.machines.least,
      let index = waiting.min(by: { machines[$0].pods < machines[$1].pods })
    else { return }
    machines[index].isLeaving = true
    note("marked the node as toBeDeleted/unschedulable", machine: index, in: &context)
    showMachine(index, in: &context)
    empty(machine: index, in: &context)
  }

  private func isNeeded(machine index: Int, in context: ControllerContext) -> Bool {
    let machine = machines[index]
    guard machine.takesPods, !machine.isLost, machine.utilization < Self.threshold else { return true }
    var others = machines
    others[index].isLeaving = true
    for runtime in runtimes.values where runtime.node == index && !runtime.isTerminating {
      guard let object = context.store[.pod, runtime.key], runtime.owner != nil,
        object.metadata.annotations?[Self.safeToEvict] != "false",
        context.store.disruptionBudgets(of: object).allSatisfy({ $0.disruptionBudgetStatus.disruptionsAllowed > 0 })
      else { return true }
      let place = others.indices.first {
        others[$0].takesPods && others[$0].shortage(for: runtime.request) == nil
          && objection(to: runtime, on: $0, in: context) == nil
      }
      guard let place else { return true }
      others[place].take(runtime.request)
    }
    return false
  }

  /// Asks the pods of a machine to leave, as far as their budgets allow, and takes it away when none is left.
  private mutating func empty(machine index: Int, in context: inout ControllerContext) {
    let pods = runtimes.values.filter { $0.node == index }
    if pods.isEmpty {
      machines[index].isLeaving = false
      machines[index].isGone = true
      note("node removed by cluster autoscaler", machine: index, in: &context)
      context.discard(.node, ObjectKey(namespace: "", name: machines[index].name))
      return
    }
    for runtime in pods where !runtime.isTerminating {
      // What a budget does not allow now is asked again with the next look.
      guard (try? PodEviction().evict(runtime.key, in: &context, pods: &self)) != nil else { continue }
      context.record(
        .normal, "ScaleDown", "deleting pod for node scale down", about: .pod, runtime.key, by: Self.component)
    }
  }

  private func note(_ text: String, machine index: Int, in context: inout ControllerContext) {
    context.record(
      .normal, "ScaleDown", text, about: .node, ObjectKey(namespace: "", name: machines[index].name),
      by: Self.component)
  }
}
