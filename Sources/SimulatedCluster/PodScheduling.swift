import KubernetesObjects
import Units

// From a pod in the API to a machine: the scheduler, and who adds machines for pods that find no room
// (Kubernetes 1.36, pkg/scheduler/schedule_one.go; Cluster Autoscaler 1.36, FAQ and core/scaleup/orchestrator).
extension DataPlane {
  /// How often somebody looks whether more machines are needed.
  static let scanInterval = Duration.seconds(10)

  mutating func bind(_ id: PodID, in context: inout ControllerContext) {
    guard var runtime = runtimes[id], runtime.node == nil, !runtime.isTerminating, !isGated(runtime, in: &context)
    else { return }
    if let claim = missingClaim(of: runtime, in: context) {
      return noteUnschedulable(
        runtime, "persistentvolumeclaim \"\(claim)\" not found",
        .ofMachines("Preemption is not helpful for scheduling"), in: &context)
    }
    let candidates = machines.indices.filter {
      !machines[$0].isGone && untoleratedTaint(of: $0, for: id) == nil
        && withNominations($0, besides: runtime).shortage(for: runtime.request) == nil
        && objection(to: runtime, on: $0, in: context) == nil
    }
    guard let node = candidates.min(by: { machines[$0].pods < machines[$1].pods }) else {
      noteShortage(runtime, in: &context)
      return
    }
    machines[node].take(runtime.request)
    runtime.node = node
    runtimes[id] = runtime
    unscheduled.removeAll { $0 == id }
    nominations[id] = nil
    let time = context.date
    let names = (context.store[.pod, runtime.key]?.pod?.spec.containers ?? []).map { ($0.name, $0.image) }
    let name = machines[node].name
    updatePod(id, in: &context) { pod in
      pod.spec.nodeName = name
      pod.status?.nominatedNodeName = nil
      pod.status?.hostIP = "192.0.2.\(node % 250 + 1)"
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
    guard !machines[node].isLost else {
      runtimes[id]?.isLost = true
      return
    }
    pullImage(of: id, on: node, in: &context)
  }

  /// Whether a pod is not to be scheduled yet, which it is told.
  private func isGated(_ runtime: PodRuntime, in context: inout ControllerContext) -> Bool {
    guard context.store[.pod, runtime.key]?.written["spec"]?["schedulingGates"]?.array?.isEmpty == false else {
      return false
    }
    let time = context.date
    updatePod(runtime.id, by: "kube-scheduler", in: &context) { pod in
      guard pod.condition("PodScheduled")?.reason != "SchedulingGated" else { return }
      pod.status?.conditions = [
        Condition(
          type: "PodScheduled", status: "False", reason: "SchedulingGated",
          message: "Scheduling is blocked due to non-empty scheduling gates", lastTransitionTime: time)
      ]
    }
    return true
  }

  /// A claim that a pod mounts and that is not there.
  private func missingClaim(of runtime: PodRuntime, in context: ControllerContext) -> String? {
    guard !context.configurationIsElsewhere else { return nil }
    let volumes = context.store[.pod, runtime.key]?.written["spec"]?["volumes"]?.array ?? []
    return volumes.lazy.compactMap { $0["persistentVolumeClaim", "claimName"]?.string }.first {
      context.store[.persistentVolumeClaim, ObjectKey(namespace: runtime.key.namespace, name: $0)] == nil
    }
  }

  /// A client has changed a pod: it may be to be scheduled now.
  func noteChange(ofPod key: ObjectKey, in context: inout ControllerContext) {
    guard let id = podIDs[key], runtimes[id]?.node == nil else { return }
    context.schedule(.bind(id), after: ControllerContext.controlLatency)
  }

  /// Has the pods that wait for room tried again, since there may be some now.
  func retryUnscheduled(in context: inout ControllerContext) {
    // The queue of the scheduler has those of the highest priority in front.
    let queue = unscheduled.enumerated().sorted { left, right in
      let (one, other) = (runtimes[left.element]?.priority ?? 0, runtimes[right.element]?.priority ?? 0)
      return one == other ? left.offset < right.offset : one > other
    }
    for (_, id) in queue { context.schedule(.bind(id), after: ControllerContext.controlLatency) }
  }

  private mutating func noteShortage(_ runtime: PodRuntime, in context: inout ControllerContext) {
    var reasons: [(reason: String, count: Int)] = []
    for index in machines.indices where !machines[index].isGone {
      let reason =
        untoleratedTaint(of: index, for: runtime.id)?.objection
        ?? withNominations(index, besides: runtime).shortage(for: runtime.request)?.rawValue
        ?? objection(to: runtime, on: index, in: context) ?? ""
      if let index = reasons.firstIndex(where: { $0.reason == reason }) {
        reasons[index].count += 1
      } else {
        reasons.append((reason, 1))
      }
    }
    let counted = reasons.map { "\($0.count) \($0.reason)" }.sorted().joined(separator: ", ")
    let refusal = preempt(for: runtime, in: &context)
    noteUnschedulable(runtime, counted, refusal, in: &context)
  }

  /// The scheduler says why it finds no machine for a pod, and tries again when something has changed.
  private mutating func noteUnschedulable(
    _ runtime: PodRuntime, _ reasons: String, _ preemption: PreemptionRefusal?, in context: inout ControllerContext
  ) {
    let isNew = !unscheduled.contains(runtime.id)
    if isNew { unscheduled.append(runtime.id) }
    let total = machines.count { !$0.isGone }
    var message = "0/\(total) nodes are available: \(reasons)."
    if let preemption { message += " " + preemption.message(machines: total) }
    let time = context.date
    updatePod(runtime.id, by: "kube-scheduler", in: &context) { pod in
      let since = pod.condition("PodScheduled")?.lastTransitionTime ?? time
      pod.status?.conditions = [
        Condition(
          type: "PodScheduled", status: "False", reason: "Unschedulable", message: message, lastTransitionTime: since)
      ]
    }
    context.record(.warning, "FailedScheduling", message, about: .pod, runtime.key, by: "default-scheduler")
    guard isNew, context.workload.machines.most > 0, !isWatchedForShortage else { return }
    isWatchedForShortage = true
    // The scans go on whether or not there is something to see, so that their phase is the cluster's.
    let scan = Self.scanInterval.nanoseconds
    context.schedule(.addMachines, at: .nanoseconds((context.now.nanoseconds / scan + 1) * scan))
  }

  /// Orders as many machines as the pods need that find no room, and looks again after an interval while there are some.
  mutating func addMachines(in context: inout ControllerContext) {
    let settings = context.workload.machines
    var fresh: [Machine] = (0..<machinesToCome).map { _ in Machine(name: "", capacity: settings.capacity) }
    let ordered = fresh.count
    let present = machines.count { !$0.isGone }
    for id in unscheduled where nominations[id] == nil {
      guard let runtime = runtimes[id], !runtime.isTerminating, missingClaim(of: runtime, in: context) == nil else {
        continue
      }
      let isApart = placements[id]?.needsOwnMachine ?? false
      if !isApart, let index = fresh.firstIndex(where: { $0.shortage(for: runtime.request) == nil }) {
        fresh[index].take(runtime.request)
        continue
      }
      var machine = Machine(name: "", capacity: settings.capacity)
      if machine.shortage(for: runtime.request) != nil {
        context.record(
          .normal, "NotTriggerScaleUp", "pod didn't trigger scale-up: it wouldn't fit if a new node is added",
          about: .pod, runtime.key, by: "cluster-autoscaler")
      } else if present + fresh.count >= settings.most {
        context.record(
          .normal, "NotTriggerScaleUp", "pod didn't trigger scale-up: 1 max node group size reached", about: .pod,
          runtime.key, by: "cluster-autoscaler")
      } else {
        machine.take(runtime.request)
        fresh.append(machine)
        let count = present + ordered
        context.record(
          .normal, "TriggeredScaleUp",
          "pod triggered scale-up: [{nodes \(count)->\(present + fresh.count) (max: \(settings.most))}]",
          about: .pod, runtime.key, by: "cluster-autoscaler")
      }
    }
    for _ in ordered..<fresh.count {
      machinesToCome += 1
      context.schedule(.machineJoins, after: settings.addingTakes)
    }
    isWatchedForShortage = !unscheduled.isEmpty
    if isWatchedForShortage { context.schedule(.addMachines, after: Self.scanInterval) }
  }

  /// A machine that was ordered takes pods.
  mutating func machineJoins(in context: inout ControllerContext) {
    machinesToCome -= 1
    machineAddedAt = context.now
    machines.append(Machine(name: "node-\(machines.count + 1)", capacity: context.workload.machines.capacity))
    showMachine(machines.count - 1, in: &context)
    retryUnscheduled(in: &context)
  }
}
