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

    package init(
      syncPeriod: Duration? = nil, downscaleStabilization: Duration? = nil, tolerance: Percentage? = nil
    ) {
      self.syncPeriod = syncPeriod
      self.downscaleStabilization = downscaleStabilization
      self.tolerance = tolerance
    }
  }
}

extension Expectation.ControllerFlags {
  /// As a profile writes them.
  static let keys = ["syncPeriod", "downscaleStabilization", "tolerance"]

  init(_ members: Members) {
    self.init(
      syncPeriod: members["syncPeriod"]?.duration(atLeast: .seconds(1)),
      downscaleStabilization: members["downscaleStabilization"]?.duration(),
      tolerance: members["tolerance"]?.percentage())
  }
}
