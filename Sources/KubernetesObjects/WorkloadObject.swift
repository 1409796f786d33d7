package import Foundation

/// An object of the API that is a workload.
package protocol WorkloadObject: KubernetesObject {
  /// What it says, in the terms that all workloads share.
  var workload: Workload { get }
}

extension WorkloadKind {
  /// The type of its objects.
  package var type: any WorkloadObject.Type {
    switch self {
    case .deployment: Deployment.self
    case .statefulSet: StatefulSet.self
    }
  }
}

extension Workload {
  /// Reads an object of a kind.
  package init(_ kind: WorkloadKind, json: Data) throws {
    self = try JSONDecoder().decode(kind.type, from: json).workload
  }
}
