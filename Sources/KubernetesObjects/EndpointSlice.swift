/// `discovery.k8s.io/v1` EndpointSlice: who the Ingress may send requests to.
package struct EndpointSlice: KubernetesObject {
  package static let resource = ResourceType.endpointSlices
  package static let serviceNameLabel = "kubernetes.io/service-name"
  /// Of the slices of a Service without an address of its own, whose name stands for the pods themselves.
  package static let headlessLabel = "service.kubernetes.io/headless"
  package static let triggerTimeAnnotation = "endpoints.kubernetes.io/last-change-trigger-time"

  package var metadata: ObjectMetadata
  package var addressType: String?
  package var endpoints: [Endpoint]?
  package var ports: [Port]?

  package init(metadata: ObjectMetadata, addressType: String?, endpoints: [Endpoint]?, ports: [Port]?) {
    self.metadata = metadata
    self.addressType = addressType
    self.endpoints = endpoints
    self.ports = ports
  }

  package struct Endpoint: Sendable, Equatable, Codable {
    package var addresses: [String]?
    package var conditions: Conditions?
    package var targetRef: Reference?
    package var nodeName: String?
  }

  package struct Conditions: Sendable, Equatable, Codable {
    /// A missing value counts as ready.
    package var ready: Bool?
    package var serving: Bool?
    package var terminating: Bool?
  }

  package struct Reference: Sendable, Equatable, Codable {
    package var kind: String?
    package var namespace: String?
    package var name: String?
    package var uid: String?
  }

  package struct Port: Sendable, Equatable, Codable {
    package var name: String?
    package var port: Int?
    package var `protocol`: String?
  }
}
