package import KubernetesObjects
import Units

/// Amounts of resources in thousandths, by name: what a container requests, or what it used. Each is rounded up to a whole
/// thousandth (Kubernetes 1.36, apimachinery/pkg/api/resource/quantity.go, `MilliValue`).
///
/// CPU and memory have fields of their own, so that the common metrics cost neither a hash nor an allocation.
package struct ResourceAmounts: Sendable, Equatable {
  /// Millicores.
  package var cpu: Int64?
  /// Thousandths of a byte.
  package var memory: Int64?
  /// Any other resource; `cpu` and `memory` do not occur here.
  package var others: [String: Int64]

  package init(cpu: Int64? = nil, memory: Int64? = nil, others: [String: Int64] = [:]) {
    self.cpu = cpu
    self.memory = memory
    self.others = others
  }

  /// The amounts of a container's `requests`, or of its `usage` in PodMetrics.
  package init(_ quantities: [String: ResourceQuantity]?) {
    self.init()
    for (name, amount) in quantities ?? [:] { self[ResourceName(name)] = amount.quantity.milli }
  }

  package subscript(resource: ResourceName) -> Int64? {
    @inline(__always) get {
      switch resource {
      case .cpu: cpu
      case .memory: memory
      case .other(let name): others[name]
      }
    }
    set {
      switch resource {
      case .cpu: cpu = newValue
      case .memory: memory = newValue
      case .other(let name): others[name] = newValue
      }
    }
  }

  var isEmpty: Bool { cpu == nil && memory == nil && others.isEmpty }
}

/// The name of a resource of containers, such as `cpu`.
package enum ResourceName: Sendable, Equatable, Hashable, CustomStringConvertible {
  case cpu
  case memory
  case other(String)

  package init(_ name: String) {
    switch name {
    case "cpu": self = .cpu
    case "memory": self = .memory
    default: self = .other(name)
    }
  }

  package var description: String {
    switch self {
    case .cpu: "cpu"
    case .memory: "memory"
    case .other(let name): name
    }
  }
}
