package import Units

extension Expectation {
  /// Flags of a cluster's kube-controller-manager that it was started with; `nil` for the default.
  package struct ControllerFlags: Sendable, Equatable {
    /// `--horizontal-pod-autoscaler-sync-period`: 15 s by default.
    package var syncPeriod: Duration?
    /// `--horizontal-pod-autoscaler-downscale-stabilization`: 5 minutes by default.
    package var downscaleStabilization: Duration?
    /// `--horizontal-pod-autoscaler-tolerance`: 10 % by default.
    package var tolerance: Percentage?
    /// `--metric-resolution` of metrics-server: 30 s at most by default.
    package var metricResolution: Duration?

    package init(
      syncPeriod: Duration? = nil, downscaleStabilization: Duration? = nil, tolerance: Percentage? = nil,
      metricResolution: Duration? = nil
    ) {
      self.syncPeriod = syncPeriod
      self.downscaleStabilization = downscaleStabilization
      self.tolerance = tolerance
      self.metricResolution = metricResolution
    }
  }
}

extension Expectation.ControllerFlags {
  // A flag that is left out stays open, so that another expectation may tell of it: the default is the controller's own.
  private static let syncPeriod = KindField<Duration>.duration(
    "syncPeriod", atLeast: .seconds(1), "The controller's --horizontal-pod-autoscaler-sync-period; at least 1s."
  ).leftOpen(as: "15s")
  private static let downscaleStabilization = KindField<Duration>.duration(
    "downscaleStabilization", "The controller's --horizontal-pod-autoscaler-downscale-stabilization."
  ).leftOpen(as: "5m")
  private static let tolerance = KindField<Percentage>.percentage(
    "tolerance", "The controller's --horizontal-pod-autoscaler-tolerance."
  ).leftOpen(as: "10%")
  private static let metricResolution = KindField<Duration>.duration(
    "metricResolution", atLeast: .seconds(10),
    "The --metric-resolution of metrics-server, where it is longer; at least 10s."
  ).leftOpen(as: "30s")
  static let fields = [
    syncPeriod.declaration, downscaleStabilization.declaration, tolerance.declaration, metricResolution.declaration,
  ]

  init(_ body: KindBody) {
    self.init(
      syncPeriod: body.read(Self.syncPeriod), downscaleStabilization: body.read(Self.downscaleStabilization),
      tolerance: body.read(Self.tolerance),
      metricResolution: body.read(Self.metricResolution) ?? body.plan.metricResolution)
  }
}
