package import KubernetesObjects

/// What is examined: objects as they were written or read, and what else is known.
package struct Patient: Sendable {
  package enum Origin: Sendable {
    /// What is going to be applied: a namespace may hold more.
    case manifests
    /// What a live cluster has.
    case cluster
  }

  package let origin: Origin
  package let objects: [KnownObject]
  /// Why the objects of a kind could not be read, by kind.
  package let unread: [String: String]
  /// The workloads to examine, among the objects.
  package let workloads: [KnownObject]
  package let namespace: String
  package let facts: Facts

  /// - Parameters:
  ///   - asked: the workloads to examine, of the namespace; `nil` for all those among the objects.
  ///   - namespace: that of objects that name none.
  package init(
    origin: Origin, objects: [JSONValue], unread: [String: String] = [:], workloads asked: [WorkloadReference]? = nil,
    namespace: String = "default", facts: Facts = Facts()
  ) {
    self.origin = origin
    let known = objects.enumerated().map { KnownObject(index: $0, json: $1, defaultNamespace: namespace) }
    self.objects = known
    self.unread = unread
    self.namespace = namespace
    self.facts = facts
    workloads = known.filter { object in
      guard let reference = object.workloadReference else { return false }
      // ReplicaSets that a Deployment made are of that one.
      guard let asked else { return object.json["metadata", "ownerReferences"] == nil }
      return asked.contains(reference) && object.namespace == namespace
    }
  }

  func all(_ kind: String, in namespace: String) -> [KnownObject] {
    objects.filter { $0.kind == kind && $0.namespace == namespace }
  }
}

extension KnownObject {
  /// What it is called as a workload; `nil` where it is of no kind that is one.
  var workloadReference: WorkloadReference? {
    WorkloadKind.allCases.first { $0.title == kind && $0.resource.group == group }.map { WorkloadReference($0, name) }
  }
}
