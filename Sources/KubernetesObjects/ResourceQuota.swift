/// `v1` ResourceQuota: how much the objects of a namespace may ask for together.
package struct ResourceQuota: KubernetesObject {
  package static let resource = ResourceType.resourceQuotas

  package var metadata: ObjectMetadata
  package var spec: Spec?
  package var status: Status?

  package struct Spec: Sendable, Equatable, Codable {
    package var hard: [String: ResourceQuantity]?
    package var scopes: [String]?
  }

  package struct Status: Sendable, Equatable, Codable {
    package var hard: [String: ResourceQuantity]?
    package var used: [String: ResourceQuantity]?
  }
}
