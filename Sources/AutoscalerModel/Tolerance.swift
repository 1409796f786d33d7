/// How far the ratio of usage to target may be from one without a change
/// (Kubernetes 1.36, pkg/controller/podautoscaler/replica_calculator.go, `Tolerances`).
package struct Tolerance: Sendable, Equatable {
  /// For ratios below one, as a fraction: `0.1`.
  package var scaleDown: Double
  /// For ratios above one, as a fraction.
  package var scaleUp: Double

  package init(scaleDown: Double, scaleUp: Double) {
    self.scaleDown = scaleDown
    self.scaleUp = scaleUp
  }

  /// Whether the ratio is near enough to one; both bounds belong to the inside.
  ///
  /// Up to 1.32 the test was on the distance from one. In doubles that differs at the upper bound: 55 % against a target
  /// of 50 % is inside since 1.33 and was outside before.
  package func contains(_ ratio: Double, version: KubernetesVersion = .v1_36) -> Bool {
    if version.toleranceHasTwoBounds {
      return (1.0 - scaleDown) <= ratio && ratio <= (1.0 + scaleUp)
    }
    return (1.0 - ratio).magnitude <= (ratio > 1 ? scaleUp : scaleDown)
  }
}
