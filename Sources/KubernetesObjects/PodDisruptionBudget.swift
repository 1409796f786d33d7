/// `policy/v1` PodDisruptionBudget: how many pods may be taken away at once.
package struct PodDisruptionBudget: KubernetesObject {
  package static let resource = ResourceType.podDisruptionBudgets

  package var metadata: ObjectMetadata
  package var spec: Spec?
  package var status: Status?

  package struct Spec: Sendable, Equatable, Codable {
    package var selector: LabelSelector?
    package var minAvailable: IntOrPercent?
    package var maxUnavailable: IntOrPercent?
  }

  package struct Status: Sendable, Equatable, Codable {
    package var disruptionsAllowed: Int?
    package var currentHealthy: Int?
    package var desiredHealthy: Int?
    package var expectedPods: Int?
  }
}
