/// What happens in a cluster after which requests may fail.
package enum Trigger: String, Sendable, Equatable, CaseIterable {
  case termination
  case readiness
  case crash
  case version
  case write
  case noEndpoints
  case node
  case underCapacity

  package var title: String {
    switch self {
    case .termination: "terminations of pods"
    case .readiness: "pods that had just become ready"
    case .crash: "containers that ended"
    case .version: "one version of the application"
    case .write: "writes to an Ingress or a Service"
    case .noEndpoints: "a Service without endpoints while pods were ready"
    case .node: "the loss of a node"
    case .underCapacity: "too few ready pods"
    }
  }
}
