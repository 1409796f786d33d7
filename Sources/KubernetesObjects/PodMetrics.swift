/// `metrics.k8s.io/v1beta1` PodMetrics: what the pods of a namespace used lately.
package struct PodMetrics: Sendable, Equatable, Codable {
  package static let resource = ResourceType.podMetrics

  package var metadata: ObjectMetadata
  /// End of the interval over which the usage was measured.
  package var timestamp: KubernetesTime?
  /// Length of that interval, as a Go duration text: `15s`.
  package var window: String?
  package var containers: [ContainerUsage]?

  package struct ContainerUsage: Sendable, Equatable, Codable {
    package var name: String
    package var usage: [String: ResourceQuantity]
  }
}
