/// A kind of workload that the harness can watch, roll out and judge.
///
/// All that is known of a kind stands at its type of objects, in the file that makes that a ``WorkloadObject``; a further
/// kind is such a file, and its type in ``allCases``.
package struct WorkloadKind: Sendable, CaseIterable {
  /// The type of its objects.
  package let type: any WorkloadObject.Type

  package static let deployment = WorkloadKind(type: Deployment.self)
  package static let statefulSet = WorkloadKind(type: StatefulSet.self)
  package static let replicaSet = WorkloadKind(type: ReplicaSet.self)
  package static let argoRollout = WorkloadKind(type: ArgoRollout.self)

  package static let allCases: [WorkloadKind] = [.deployment, .statefulSet, .replicaSet, .argoRollout]

  /// Where its objects live in the API.
  package var resource: ResourceType { type.resource }

  /// The word for people and in references of other objects: `Deployment`.
  package var title: String { resource.kind }

  /// The word in recordings and before the name of an object: `deployment`.
  package var rawValue: String { title.lowercased() }

  /// What a user may write for it: the names that kubectl takes.
  package var names: [String] { [rawValue, resource.plural] + type.shortNames }

  /// - Parameter rawValue: the word in recordings.
  package init?(rawValue: String) {
    guard let kind = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
    self = kind
  }

  /// - Parameter name: a name that kubectl takes, in any case.
  package init?(name: some StringProtocol) {
    let word = name.lowercased()
    guard let kind = Self.allCases.first(where: { $0.names.contains(word) }) else { return nil }
    self = kind
  }

  private init(type: any WorkloadObject.Type) { self.type = type }

  /// How a user names a workload of any kind: `deployment/NAME, statefulset/NAME … or rollout/NAME`.
  package static let spellings: String = {
    let words = allCases.map { "\($0.rawValue)/NAME" }
    return words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
  }()
}

extension WorkloadKind: Equatable {
  package static func == (one: WorkloadKind, other: WorkloadKind) -> Bool { one.type == other.type }
}
