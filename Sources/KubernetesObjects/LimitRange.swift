/// `v1` LimitRange: what containers of a namespace may ask for, and what they get that ask for nothing.
package struct LimitRange: KubernetesObject {
  package static let resource = ResourceType.limitRanges

  package var metadata: ObjectMetadata
  package var spec: Spec?

  package struct Spec: Sendable, Equatable, Codable {
    package var limits: [Limit]?
  }

  package struct Limit: Sendable, Equatable, Codable {
    /// `Container`, `Pod` or `PersistentVolumeClaim`.
    package var type: String?
    package var `default`: [String: ResourceQuantity]?
    package var defaultRequest: [String: ResourceQuantity]?
    package var max: [String: ResourceQuantity]?
    package var min: [String: ResourceQuantity]?
    package var maxLimitRequestRatio: [String: ResourceQuantity]?
  }
}
