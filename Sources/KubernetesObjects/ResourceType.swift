/// Where a kind of object lives in the API: its group, version, plural name and kind.
package struct ResourceType: Sendable, Hashable {
  /// Empty for the core group.
  package let group: String
  package let version: String
  /// The plural in URLs: `deployments`.
  package let plural: String
  package let kind: String
  /// The one object of which only the metadata are asked for; `nil` for whole objects of any name.
  package let metadataOf: String?

  package init(group: String, version: String, plural: String, kind: String, metadataOf: String? = nil) {
    self.group = group
    self.version = version
    self.plural = plural
    self.kind = kind
    self.metadataOf = metadataOf
  }

  /// What its observations are recorded under: `pods`; `configmaps/settings` for the metadata of one object, which is listed
  /// and watched by itself.
  package var label: String { metadataOf.map { "\(plural)/\($0)" } ?? plural }

  /// `v1` or `apps/v1`.
  package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

  /// `pods`, or `deployments.apps`: the plural, with its group where it has one.
  package var qualifiedPlural: String { group.isEmpty ? plural : "\(plural).\(group)" }

  /// The path of the collection: `/apis/apps/v1/namespaces/production/deployments`.
  ///
  /// `nil` as the namespace means all of them, or a resource that has none.
  package func path(namespace: String?, name: String? = nil, subresource: String? = nil) -> String {
    var path = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
    if let namespace { path += "/namespaces/\(namespace)" }
    path += "/\(plural)"
    if let name { path += "/\(name)" }
    if let subresource { path += "/\(subresource)" }
    return path
  }

  package static let pods = ResourceType(group: "", version: "v1", plural: "pods", kind: "Pod")
  package static let services = ResourceType(group: "", version: "v1", plural: "services", kind: "Service")
  package static let events = ResourceType(group: "", version: "v1", plural: "events", kind: "Event")
  package static let namespaces = ResourceType(group: "", version: "v1", plural: "namespaces", kind: "Namespace")
  package static let resourceQuotas = ResourceType(
    group: "", version: "v1", plural: "resourcequotas", kind: "ResourceQuota")
  package static let nodes = ResourceType(group: "", version: "v1", plural: "nodes", kind: "Node")
  package static let configMaps = ResourceType(group: "", version: "v1", plural: "configmaps", kind: "ConfigMap")
  package static let secrets = ResourceType(group: "", version: "v1", plural: "secrets", kind: "Secret")
  package static let limitRanges = ResourceType(group: "", version: "v1", plural: "limitranges", kind: "LimitRange")
  package static let podDisruptionBudgets = ResourceType(
    group: "policy", version: "v1", plural: "poddisruptionbudgets", kind: "PodDisruptionBudget")
  package static let controllerRevisions = ResourceType(
    group: "apps", version: "v1", plural: "controllerrevisions", kind: "ControllerRevision")
  package static let deployments = ResourceType(
    group: "apps", version: "v1", plural: "deployments", kind: "Deployment")
  package static let statefulSets = ResourceType(
    group: "apps", version: "v1", plural: "statefulsets", kind: "StatefulSet")
  package static let replicaSets = ResourceType(
    group: "apps", version: "v1", plural: "replicasets", kind: "ReplicaSet")
  package static let horizontalPodAutoscalers = ResourceType(
    group: "autoscaling", version: "v2", plural: "horizontalpodautoscalers", kind: "HorizontalPodAutoscaler")
  package static let endpointSlices = ResourceType(
    group: "discovery.k8s.io", version: "v1", plural: "endpointslices", kind: "EndpointSlice")
  package static let ingresses = ResourceType(
    group: "networking.k8s.io", version: "v1", plural: "ingresses", kind: "Ingress")
  package static let podMetrics = ResourceType(
    group: "metrics.k8s.io", version: "v1beta1", plural: "pods", kind: "PodMetrics")
}

/// Something that bears the metadata of an object of the API.
package protocol ObjectWithMetadata: Sendable, Equatable {
  var metadata: ObjectMetadata { get set }
}

/// An object of a type that the API serves under a fixed ``ResourceType``.
package protocol KubernetesObject: ObjectWithMetadata, Codable {
  static var resource: ResourceType { get }
}
