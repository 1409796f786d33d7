/// A kind of workload that the harness can watch, roll out and judge.
package enum WorkloadKind: String, Sendable, Equatable, CaseIterable {
  case deployment
  case statefulSet = "statefulset"

  /// Where its objects live in the API.
  package var resource: ResourceType {
    switch self {
    case .deployment: .deployments
    case .statefulSet: .statefulSets
    }
  }

  /// The word for people and in references of other objects: `Deployment`.
  package var title: String { resource.kind }

  /// What a user may write for it: the names that kubectl takes.
  package var names: [String] {
    switch self {
    case .deployment: ["deployment", "deployments", "deploy"]
    case .statefulSet: ["statefulset", "statefulsets", "sts"]
    }
  }

  /// - Parameter name: a name that kubectl takes, in any case.
  package init?(name: some StringProtocol) {
    let word = name.lowercased()
    guard let kind = Self.allCases.first(where: { $0.names.contains(word) }) else { return nil }
    self = kind
  }
}
