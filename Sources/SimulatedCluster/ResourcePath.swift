import KubernetesObjects

/// The parts of a resource's path.
struct ResourcePath: Sendable {
  let group: String
  let version: String
  let namespace: String?
  let plural: String
  let name: String?
  let subresource: String?

  init?(_ path: String) {
    var parts = path.split(separator: "/").map(String.init)[...]
    switch parts.first {
    case "api":
      guard parts.count >= 3 else { return nil }
      group = ""
      version = parts[1]
      parts = parts.dropFirst(2)
    case "apis":
      guard parts.count >= 4 else { return nil }
      group = parts[1]
      version = parts[2]
      parts = parts.dropFirst(3)
    default: return nil
    }
    if parts.first == "namespaces", parts.count >= 3, !["status", "finalize"].contains(parts[parts.startIndex + 2]) {
      namespace = parts[parts.startIndex + 1]
      parts = parts.dropFirst(2)
    } else {
      namespace = nil
    }
    guard let plural = parts.first, parts.count <= 3 else { return nil }
    self.plural = plural
    name = parts.dropFirst().first
    subresource = parts.dropFirst(2).first
  }

  /// The kind, and the version that the path speaks of it in; `nil` when it is not served there.
  var served: (kind: ClusterKind, form: ObjectForm)? {
    guard let kind = ClusterKind.allCases.first(where: { $0.resource.group == group && $0.resource.plural == plural })
    else { return nil }
    return ObjectForm(kind, version: version).map { (kind, $0) }
  }

  var isPodMetrics: Bool { group == "metrics.k8s.io" && version == "v1beta1" && plural == "pods" }
  var isNodeMetrics: Bool { group == "metrics.k8s.io" && version == "v1beta1" && plural == "nodes" }
}
