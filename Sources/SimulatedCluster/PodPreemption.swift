import KubernetesObjects

// Pods that make room for one of a higher priority (Kubernetes 1.36, pkg/scheduler/framework/preemption/preemption.go,
// pkg/scheduler/framework/plugins/defaultpreemption/default_preemption.go). They make room by what they request; a pod that
// another one keeps away by anti-affinity preempts nobody here.
extension DataPlane {
  /// What would have to go from a machine.
  private struct Candidate {
    let machine: Int
    /// The most important one first.
    var victims: [PodRuntime]
    /// How many of them a disruption budget would keep.
    var violations: Int
  }

  /// Why no pod makes room, in the words of the scheduler.
  enum PreemptionRefusal {
    /// The pod may have none go.
    case ofPod(String)
    /// None of any machine would help.
    case ofMachines(String)

    /// - Parameter machines: how many there are.
    func message(machines: Int) -> String {
      switch self {
      case .ofPod(let why): "preemption: \(why)."
      case .ofMachines(let why): "preemption: 0/\(machines) nodes are available: \(machines) \(why)."
      }
    }
  }

  /// Has pods of lower priority go from a machine for one that finds no room.
  ///
  /// - Returns: `nil` where some make room, or are to.
  mutating func preempt(for runtime: PodRuntime, in context: inout ControllerContext) -> PreemptionRefusal? {
    guard context.store[.pod, runtime.key]?.written["spec"]?["preemptionPolicy"] != "Never" else {
      return .ofPod("not eligible due to preemptionPolicy=Never")
    }
    if let node = nominations[runtime.id], isMakingRoom(on: node, for: runtime) {
      return .ofPod("not eligible due to a terminating pod on the nominated node")
    }
    let candidates = machines.indices.compactMap { candidate(on: $0, for: runtime, in: context) }
    guard let best = candidates.min(by: isBetter) else {
      nominations[runtime.id] = nil
      return .ofMachines("No preemption victims found for incoming pod")
    }
    nominations[runtime.id] = best.machine
    let name = machines[best.machine].name
    updatePod(runtime.id, by: Self.scheduler, in: &context) { $0.status?.nominatedNodeName = name }
    for victim in best.victims where !victim.isTerminating {
      context.record(
        .normal, "Preempted", "Preempted by pod \(runtime.uid) on node \(name)", about: .pod, victim.key,
        by: "default-scheduler")
      context.markDisrupted(
        victim.key, reason: "PreemptionByScheduler",
        message: "default-scheduler: preempting to accommodate a higher priority pod", by: Self.scheduler)
      deletePod(victim.key, gracePeriod: nil, in: &context)
    }
    return nil
  }

  private static let scheduler = "kube-scheduler"

  /// Whether a pod of lower priority is on its way from a machine.
  private func isMakingRoom(on machine: Int, for runtime: PodRuntime) -> Bool {
    runtimes.values.contains { $0.node == machine && $0.isTerminating && $0.priority < runtime.priority }
  }

  /// The fewest pods of lower priority without which a pod fits on a machine; `nil` where it does not fit anyhow.
  private func candidate(on machine: Int, for runtime: PodRuntime, in context: ControllerContext) -> Candidate? {
    guard !machines[machine].isGone, untoleratedTaint(of: machine, for: runtime.id) == nil,
      objection(to: runtime, on: machine, in: context) == nil
    else { return nil }
    let lower = runtimes.values.filter { $0.node == machine && $0.priority < runtime.priority }
    guard !lower.isEmpty else { return nil }
    var emptied = withNominations(machine, besides: runtime)
    for pod in lower { emptied.release(pod.request) }
    guard emptied.shortage(for: runtime.request) == nil else { return nil }
    // Those that a budget protects stay first, then the most important ones.
    var allowed: [ObjectKey: Int] = [:]
    var protected: [PodRuntime] = []
    var others: [PodRuntime] = []
    for pod in lower.sorted(by: Self.isMoreImportant) {
      if isProtected(pod, &allowed, in: context) { protected.append(pod) } else { others.append(pod) }
    }
    var result = Candidate(machine: machine, victims: [], violations: 0)
    for (pods, violates) in [(protected, true), (others, false)] {
      for pod in pods {
        var with = emptied
        with.take(pod.request)
        if with.shortage(for: runtime.request) == nil {
          emptied = with
        } else {
          result.victims.append(pod)
          result.violations += violates ? 1 : 0
        }
      }
    }
    result.victims.sort(by: Self.isMoreImportant)
    return result.victims.isEmpty ? nil : result
  }

  private func isProtected(_ pod: PodRuntime, _ allowed: inout [ObjectKey: Int], in context: ControllerContext) -> Bool
  {
    guard let object = context.store[.pod, pod.key] else { return false }
    var isProtected = false
    for budget in context.store.disruptionBudgets(of: object) {
      let left = allowed[budget.key] ?? budget.disruptionBudgetStatus.disruptionsAllowed
      allowed[budget.key] = left - 1
      if left <= 0 { isProtected = true }
    }
    return isProtected
  }

  private static func isMoreImportant(_ one: PodRuntime, _ other: PodRuntime) -> Bool {
    one.priority == other.priority ? one.createdAt < other.createdAt : one.priority > other.priority
  }

  /// Which machine pods are taken from (`pickOneNodeForPreemption`).
  private func isBetter(_ one: Candidate, _ other: Candidate) -> Bool {
    if one.violations != other.violations { return one.violations < other.violations }
    let (first, second) = (one.victims[0], other.victims[0])
    if first.priority != second.priority { return first.priority < second.priority }
    let sums = (one.victims.reduce(0) { $0 + $1.priority }, other.victims.reduce(0) { $0 + $1.priority })
    if sums.0 != sums.1 { return sums.0 < sums.1 }
    if one.victims.count != other.victims.count { return one.victims.count < other.victims.count }
    return first.createdAt > second.createdAt
  }

  /// A machine with the pods that others have made room for there, of this priority or a higher one.
  func withNominations(_ index: Int, besides runtime: PodRuntime) -> Machine {
    var machine = machines[index]
    for (id, node) in nominations where node == index && id != runtime.id {
      if let other = runtimes[id], other.node == nil, other.priority >= runtime.priority { machine.take(other.request) }
    }
    return machine
  }
}
