/// Which workload of a namespace is meant.
package struct WorkloadReference: Sendable, Equatable {
  package var kind: WorkloadKind
  package var name: String

  package init(_ kind: WorkloadKind, _ name: String) {
    self.kind = kind
    self.name = name
  }

  /// As users write it, and kubectl prints it: `deployment/web`.
  package var text: String { "\(kind.rawValue)/\(name)" }

  /// In sentences: `Deployment web`.
  package var title: String { "\(kind.title) \(name)" }
}
