/// What happens in a cluster after which requests may fail.
package enum Trigger: String, Sendable, Equatable, CaseIterable {
  case termination
  case readiness
  case write
  case node
  case underCapacity

  package var title: String {
    switch self {
    case .termination: "terminations of pods"
    case .readiness: "pods that had just become ready"
    case .write: "writes to an Ingress or a Service"
    case .node: "the loss of a node"
    case .underCapacity: "too few ready pods"
    }
  }
}
