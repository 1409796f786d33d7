package import KubernetesObjects

/// The kinds of objects that the simulated cluster keeps.
package enum ClusterKind: Int, CaseIterable, Sendable {
  case namespace, pod, service, event, resourceQuota, deployment, replicaSet, autoscaler, endpointSlice, ingress

  package var resource: ResourceType {
    switch self {
    case .namespace: .namespaces
    case .pod: .pods
    case .service: .services
    case .event: .events
    case .resourceQuota: .resourceQuotas
    case .deployment: .deployments
    case .replicaSet: .replicaSets
    case .autoscaler: .horizontalPodAutoscalers
    case .endpointSlice: .endpointSlices
    case .ingress: .ingresses
    }
  }

  var singular: String { resource.kind.lowercased() }

  var shortNames: [String] {
    switch self {
    case .namespace: ["ns"]
    case .pod: ["po"]
    case .service: ["svc"]
    case .event: ["ev"]
    case .resourceQuota: ["quota"]
    case .deployment: ["deploy"]
    case .replicaSet: ["rs"]
    case .autoscaler: ["hpa"]
    case .endpointSlice: []
    case .ingress: ["ing"]
    }
  }

  /// Whether `kubectl get all` asks for it.
  var isInCategoryAll: Bool {
    switch self {
    case .pod, .service, .deployment, .replicaSet, .autoscaler: true
    default: false
    }
  }

  var isNamespaced: Bool { self != .namespace }
  var hasStatus: Bool { self != .event && self != .endpointSlice }
  var hasScale: Bool { self == .deployment || self == .replicaSet }
  /// Kinds whose `generation` counts changes of the spec.
  var countsGenerations: Bool {
    switch self {
    case .deployment, .replicaSet, .pod, .ingress, .endpointSlice: true
    default: false
    }
  }

  /// The kind that an object's `apiVersion` and `kind` name, and the version that it is written in.
  static func served(apiVersion: String, kind: String) -> (kind: ClusterKind, form: ObjectForm)? {
    for found in allCases where found.resource.kind == kind {
      guard let resource = found.servedResources.first(where: { $0.apiVersion == apiVersion }) else { continue }
      return ObjectForm(found, version: resource.version).map { (found, $0) }
    }
    return nil
  }
}

/// The name of an object in its kind; the namespace is empty for what has none.
package struct ObjectKey: Hashable, Comparable, Sendable {
  package var namespace: String
  package var name: String

  package init(namespace: String, name: String) {
    self.namespace = namespace
    self.name = name
  }

  package static func < (left: ObjectKey, right: ObjectKey) -> Bool {
    (left.namespace, left.name) < (right.namespace, right.name)
  }
}
