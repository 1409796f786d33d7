import KubernetesObjects
import Units

/// What a machine has for the requests of its pods; `nil` is more than they can ask for.
package struct MachineCapacity: Sendable, Equatable {
  /// Thousandths of a core.
  package var cpu: Int64?
  /// Bytes.
  package var memory: Int64?
  package var pods: Int?

  package init(cpu: Int64? = nil, memory: Int64? = nil, pods: Int? = nil) {
    self.cpu = cpu
    self.memory = memory
    self.pods = pods
  }

  /// What pods cannot find on a machine that has no room for them, in the words of the scheduler.
  enum Shortage: String, Sendable, CaseIterable {
    case pods = "Too many pods"
    case cpu = "Insufficient cpu"
    case memory = "Insufficient memory"
  }
}

/// A machine with a kubelet.
struct Machine: Sendable {
  let name: String
  let capacity: MachineCapacity
  private(set) var pods = 0
  private var requests = PodRequest()
  var addresses = 1
  var images: Set<String> = []
  /// Cluster time since which nothing on it goes on, and nothing is heard of it; `nil` while it is there.
  var lostSince: Duration?
  /// Cluster time at which the control plane has noticed that.
  var unreachableSince: Duration?
  /// Somebody has asked that no more pods be put on it.
  var isCordoned = false
  /// Cluster time since which it is hardly used, and its pods would find room elsewhere.
  var unneededSince: Duration?
  /// It is being emptied, to be taken away.
  var isLeaving = false
  /// It was taken away.
  var isGone = false

  init(name: String, capacity: MachineCapacity) {
    self.name = name
    self.capacity = capacity
  }

  /// What keeps pods from a machine that do not tolerate it, by the key of its taint.
  enum SchedulingTaint: String, Sendable {
    case unschedulable = "node.kubernetes.io/unschedulable"
    case leaving = "ToBeDeletedByClusterAutoscaler"
    case unreachable = "node.kubernetes.io/unreachable"

    /// In the words of the scheduler.
    var objection: String {
      self == .unschedulable ? "node(s) were unschedulable" : "node(s) had untolerated taint {\(rawValue): }"
    }
  }

  /// Its taints with the effect `NoSchedule`.
  var schedulingTaints: [SchedulingTaint] {
    (isCordoned ? [.unschedulable] : []) + (isLeaving ? [.leaving] : []) + (isUnreachable ? [.unreachable] : [])
  }

  /// Whether the scheduler may put pods on it that it has room for, and that tolerate nothing.
  var takesPods: Bool { !isGone && !isLeaving && !isUnreachable && !isCordoned }

  /// The share of its CPU that its pods request, or of its memory if that is more.
  var utilization: Double {
    func share(_ requested: Int64, _ capacity: Int64?) -> Double {
      capacity.map { $0 > 0 ? Double(requested) / Double($0) : 1 } ?? 0
    }
    return max(share(requests.cpu, capacity.cpu), share(requests.memory, capacity.memory))
  }

  var isLost: Bool { lostSince != nil }
  var isUnreachable: Bool { unreachableSince != nil }

  /// Why a pod does not fit; `nil` when it does.
  func shortage(for pod: PodRequest) -> MachineCapacity.Shortage? {
    if let most = capacity.pods, pods >= most { return .pods }
    if let cpu = capacity.cpu, requests.cpu + pod.cpu > cpu { return .cpu }
    if let memory = capacity.memory, requests.memory + pod.memory > memory { return .memory }
    return nil
  }

  mutating func take(_ pod: PodRequest) {
    pods += 1
    requests.cpu += pod.cpu
    requests.memory += pod.memory
  }

  mutating func release(_ pod: PodRequest) {
    pods -= 1
    requests.cpu -= pod.cpu
    requests.memory -= pod.memory
  }
}

/// What a pod requests of its machine: the sum of its containers, or what an init container requests if that is more
/// (Kubernetes 1.36, component-helpers/resource/helpers.go).
struct PodRequest: Sendable, Equatable {
  /// Thousandths of a core.
  var cpu: Int64 = 0
  /// Bytes.
  var memory: Int64 = 0

  init() {}

  /// What the pod as a whole requests takes the place of what its containers do.
  init(_ spec: PodSpec) {
    self.init(ofContainers: spec)
    cpu = Self.whole("cpu", of: spec) ?? cpu
    memory = Self.whole("memory", of: spec).map { $0 / 1_000 } ?? memory
  }

  private init(ofContainers spec: PodSpec) {
    let sidecars = (spec.initContainers ?? []).filter { $0.restartPolicy == "Always" }
    for container in (spec.containers ?? []) + sidecars {
      cpu = Self.sum(cpu, Self.milli("cpu", of: container))
      memory = Self.sum(memory, Self.milli("memory", of: container) / 1_000)
    }
    for container in spec.initContainers ?? [] {
      cpu = max(cpu, Self.milli("cpu", of: container))
      memory = max(memory, Self.milli("memory", of: container) / 1_000)
    }
  }

  /// What the pod as a whole requests, by itself or by a limit where its containers request nothing.
  private static func whole(_ resource: String, of spec: PodSpec) -> Int64? {
    let isRequested = (spec.containers ?? []).contains { milli(resource, of: $0) > 0 }
    let limit = isRequested ? nil : spec.resources?.limits?[resource]
    return (spec.resources?.requests?[resource] ?? limit).map { min(max($0.quantity.milli, 0), .max / 4) }
  }

  private static func milli(_ resource: String, of container: Container) -> Int64 {
    max(container.resources?.requests?[resource]?.quantity.milli ?? 0, 0)
  }

  private static func sum(_ one: Int64, _ other: Int64) -> Int64 {
    let sum = one.addingReportingOverflow(other)
    return sum.overflow ? .max / 4 : min(sum.partialValue, .max / 4)
  }
}
