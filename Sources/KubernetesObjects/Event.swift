/// `v1` Event: what a component says that it did. Events are merged and throttled, so that their absence proves nothing.
package struct Event: KubernetesObject {
  package static let resource = ResourceType.events

  package var metadata: ObjectMetadata
  package var involvedObject: Reference
  package var reason: String?
  package var message: String?
  /// `Normal` or `Warning`.
  package var type: String?
  package var count: Int?
  package var firstTimestamp: KubernetesTime?
  package var lastTimestamp: KubernetesTime?
  package var eventTime: KubernetesTime?
  package var source: Source?
  package var reportingComponent: String?

  package struct Reference: Sendable, Equatable, Codable {
    package var kind: String?
    package var namespace: String?
    package var name: String?
    package var uid: String?
    package var apiVersion: String?
    package var resourceVersion: String?
  }

  package struct Source: Sendable, Equatable, Codable {
    package var component: String?
  }
}
