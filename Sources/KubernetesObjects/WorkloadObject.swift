package import Foundation

/// An object of the API that is a workload.
package protocol WorkloadObject: KubernetesObject {
  /// What it says, in the terms that all workloads share.
  var workload: Workload { get }

  /// What kubectl takes for it beside singular and plural.
  static var shortNames: [String] { get }

  /// How its pods are told from others'.
  static var podOwnership: PodOwnership { get }

  /// The label by which the pods of one template are told from another's; `nil` where they bear none.
  static var podHashLabel: String? { get }

  /// Whether `status.replicas` also counts pods that are terminating.
  static var countsTerminatingPods: Bool { get }

  /// Whether its pods are replaced by those of a new template, at once or when somebody deletes them, and it counts which
  /// ones were.
  static var rollsOut: Bool { get }

  /// Whether the API server merges lists of it by the names of their entries (`strategic-merge-patch`), as it does for its
  /// own kinds only.
  static var mergesLists: Bool { get }
}

extension WorkloadObject {
  package static var podHashLabel: String? { nil }
  package static var countsTerminatingPods: Bool { false }
  package static var rollsOut: Bool { true }
  package static var mergesLists: Bool { true }
}

/// How the pods of a workload are told from others'.
package enum PodOwnership: Sendable, Equatable {
  /// Their ReplicaSets own them, each of which is owned by the workload, and bears its name and the hash of a template.
  case byReplicaSets
  /// The workload owns them, and their names are its own and anything.
  case direct
  /// The workload owns them, and their names are its own and an ordinal.
  case numbered
}

extension ObjectMetadata {
  /// Of which template a pod is, or a ReplicaSet, as its workload's controller says in a label.
  package var templateHash: String? {
    guard let labels else { return nil }
    return WorkloadKind.allCases.lazy.compactMap { $0.type.podHashLabel }.compactMap { labels[$0] }.first
  }
}

extension Workload {
  /// Reads an object of a kind.
  package init(_ kind: WorkloadKind, json: Data) throws {
    self = try JSONDecoder().decode(kind.type, from: json).workload
  }
}
