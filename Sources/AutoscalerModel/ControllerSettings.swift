/// The flags and feature gates of kube-controller-manager that the HorizontalPodAutoscaler controller obeys
/// (Kubernetes 1.36, pkg/controller/podautoscaler/config/v1alpha1/defaults.go).
package struct ControllerSettings: Sendable, Equatable {
  /// `--horizontal-pod-autoscaler-sync-period`: the delay before each sync of one HPA.
  package var syncPeriod: Duration = .seconds(15)
  /// `--horizontal-pod-autoscaler-tolerance`, for both directions.
  package var tolerance = 0.1
  /// `--horizontal-pod-autoscaler-downscale-stabilization`: the window for scaling down where the HPA gives none.
  package var downscaleStabilization: Duration = .seconds(300)
  /// `--horizontal-pod-autoscaler-cpu-initialization-period`: how long a pod is young, for its CPU samples.
  package var cpuInitializationPeriod: Duration = .seconds(300)
  /// `--horizontal-pod-autoscaler-initial-readiness-delay`: a pod that turned unready this soon after its start has
  /// never been ready.
  package var initialReadinessDelay: Duration = .seconds(30)
  /// `--metric-resolution` of metrics-server, no flag of the controller: how often the pods that it reads are measured.
  package var metricResolution: Duration = .seconds(30)
  /// Built in: without `spec.behavior`, one step at most multiplies the count by this.
  package var scaleUpLimitFactor = 2.0
  /// Built in: without `spec.behavior`, one step may always reach this count.
  package var scaleUpLimitMinimum = 4.0

  /// Gate `HPAConfigurableTolerance`; `nil` is the version's default.
  package var configurableTolerance: Bool?
  /// Gate `HPAScaleToZero`; `nil` is the version's default.
  package var scaleToZero: Bool?
  /// Gate `PodLevelResources`; `nil` is the version's default.
  package var podLevelResources: Bool?

  package static let defaults = ControllerSettings()

  package init() {}
}
