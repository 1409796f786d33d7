package import KubernetesObjects

/// The arithmetic of a PodDisruptionBudget. It holds for evictions only: neither a rollout nor scaling asks it
/// (Kubernetes 1.36, pkg/controller/disruption/disruption.go, `getExpectedPodCount` and `updatePdbStatus`).
package struct DisruptionBudget: Sendable, Equatable {
  /// Pods that the workload's scale wants (or, with a count as `minAvailable`, that the selector matches).
  package let expectedPods: Int
  /// `status.desiredHealthy`.
  package let desiredHealthy: Int

  /// A budget by what must stay; a share is rounded up.
  package init(minAvailable: IntOrPercent, expectedPods: Int) {
    self.expectedPods = expectedPods
    desiredHealthy = minAvailable.scaled(to: expectedPods, roundingUp: true)
  }

  /// A budget by what may go; a share is rounded up here too.
  package init(maxUnavailable: IntOrPercent, expectedPods: Int) {
    self.expectedPods = expectedPods
    desiredHealthy = max(0, expectedPods - maxUnavailable.scaled(to: expectedPods, roundingUp: true))
  }

  /// `status.disruptionsAllowed`.
  package func disruptionsAllowed(healthy: Int) -> Int {
    expectedPods <= 0 ? 0 : max(0, healthy - desiredHealthy)
  }
}
