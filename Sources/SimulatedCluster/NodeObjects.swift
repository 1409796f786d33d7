import KubernetesObjects
import Units

// The machines as Node objects: what the API shows of them, and what a client may ask of them.
extension DataPlane {
  private static let unschedulable = "node.kubernetes.io/unschedulable"
  private static let unreachable = "node.kubernetes.io/unreachable"
  /// What a machine offers that has room for anything.
  private static let boundless = (cores: Int64(1_000), memory: "16Ti", pods: 10_000)

  /// Writes the object of each machine as it is now.
  func showMachines(in context: inout ControllerContext) {
    for index in machines.indices { showMachine(index, in: &context) }
  }

  /// Writes the object of a machine unless it says already what there is to say: its conditions by whether something is
  /// heard of it, its taints by these and by whether it takes pods (Kubernetes 1.36, pkg/controller/nodelifecycle).
  func showMachine(_ index: Int, in context: inout ControllerContext) {
    guard machines.indices.contains(index), !machines[index].isGone else { return }
    let machine = machines[index]
    let key = ObjectKey(namespace: "", name: machine.name)
    let before = context.store[.node, key]
    var object = before ?? Self.newNode(machine, index, in: context)
    guard case .plain(let metadata, let status) = object.content else { return }
    var shown = status ?? [:]
    shown["conditions"] = .array(
      Self.conditions(of: machine, before: status?["conditions"]?.array ?? [], at: context.date))
    var spec = object.written["spec"] ?? [:]
    let taints = Self.taints(of: machine, before: spec["taints"]?.array ?? [], at: context.date)
    spec["taints"] = taints.isEmpty ? nil : .array(taints)
    guard before == nil || shown != status || spec != object.written["spec"] else { return }
    object.written["spec"] = spec
    object.content = .plain(metadata, status: shown)
    context.commitStatus(of: object, by: before == nil ? Self.kubelet : ControllerContext.controllerManager)
  }

  private static func newNode(_ machine: Machine, _ index: Int, in context: ControllerContext) -> ClusterObject {
    // A number of its own, so that the names and phases of pods do not depend on how many machines there are.
    var random = SeededRandom(seed: context.workload.seed &+ 0x6e6f_6465 &+ UInt64(index))
    var metadata = ObjectMetadata(
      name: machine.name, uid: random.uid(),
      labels: [
        "beta.kubernetes.io/arch": "amd64", "beta.kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": machine.name, "kubernetes.io/os": "linux",
      ])
    metadata.creationTimestamp = context.date
    let network = "10.244.\(index * 16 % 256).0/20"
    let capacity = resources(of: machine.capacity)
    let version = Discovery.version["gitVersion"] ?? ""
    let information = random.uid()
    return ClusterObject(
      kind: .node,
      content: .plain(
        metadata,
        status: [
          "capacity": capacity, "allocatable": capacity,
          "addresses": [
            ["type": "InternalIP", "address": .string("192.0.2.\(index % 250 + 1)")],
            ["type": "Hostname", "address": .string(machine.name)],
          ],
          "daemonEndpoints": ["kubeletEndpoint": ["Port": 10250]],
          "nodeInfo": [
            "architecture": "amd64", "operatingSystem": "linux", "osImage": "simulated", "kernelVersion": "simulated",
            "kubeletVersion": version, "kubeProxyVersion": version, "containerRuntimeVersion": "simulated://1",
            "machineID": .string(information), "systemUUID": .string(information), "bootID": .string(information),
          ],
        ]),
      written: ["spec": ["podCIDR": .string(network), "podCIDRs": [.string(network)]]])
  }

  private static func resources(of capacity: MachineCapacity) -> JSONValue {
    [
      "cpu": .string(Quantity(milli: capacity.cpu ?? boundless.cores * 1_000).description),
      "memory": .string(capacity.memory.map { bytes in String(bytes) } ?? boundless.memory),
      "pods": .string(String(capacity.pods ?? boundless.pods)),
    ]
  }

  private static func conditions(
    of machine: Machine, before: [JSONValue], at time: KubernetesTime
  ) -> [JSONValue] {
    let healthy = [
      ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
      ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
      ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
      ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
    ]
    return healthy.map { type, status, reason, message in
      let old = before.first { $0["type"]?.string == type }
      let new = machine.isUnreachable ? "Unknown" : status
      if let old, old["status"]?.string == new { return old }
      let isUnknown = machine.isUnreachable
      return [
        "type": .string(type), "status": .string(new),
        "reason": .string(isUnknown ? "NodeStatusUnknown" : reason),
        "message": .string(isUnknown ? "Kubelet stopped posting node status." : message),
        "lastHeartbeatTime": isUnknown
          ? old?["lastHeartbeatTime"] ?? .string(time.description) : .string(time.description),
        "lastTransitionTime": .string(time.description),
      ]
    }
  }

  private static func taints(of machine: Machine, before: [JSONValue], at time: KubernetesTime) -> [JSONValue] {
    var wanted: [(key: String, effect: String)] = []
    if machine.isUnreachable { wanted += [(unreachable, "NoSchedule"), (unreachable, "NoExecute")] }
    if machine.isLeaving { wanted.append(("ToBeDeletedByClusterAutoscaler", "NoSchedule")) }
    if machine.isCordoned { wanted.append((unschedulable, "NoSchedule")) }
    return wanted.map { key, effect in
      before.first { $0["key"]?.string == key && $0["effect"]?.string == effect }
        ?? ["key": .string(key), "effect": .string(effect), "timeAdded": .string(time.description)]
    }
  }

  /// Takes up what a client has written to the object of a machine: whether pods may be put on it.
  mutating func take(node object: ClusterObject, in context: inout ControllerContext) {
    guard let index = machines.firstIndex(where: { $0.name == object.key.name }) else { return }
    let isCordoned = object.written["spec"]?["unschedulable"] == true
    guard machines[index].isCordoned != isCordoned else { return }
    machines[index].isCordoned = isCordoned
    context.record(
      .normal, isCordoned ? "NodeNotSchedulable" : "NodeSchedulable",
      "Node \(object.key.name) status is now: \(isCordoned ? "NodeNotSchedulable" : "NodeSchedulable")", about: .node,
      object.key, by: Self.kubelet)
    if !isCordoned { retryUnscheduled(in: &context) }
  }

  /// Has the object of a machine follow its state, as a controller does after a change of it.
  func reconcileNode(_ key: ObjectKey, in context: inout ControllerContext) {
    if let index = machines.firstIndex(where: { $0.name == key.name }) { showMachine(index, in: &context) }
  }
}
