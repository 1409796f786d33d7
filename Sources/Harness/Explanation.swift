import AutoscalerModel
import Expectations
import RunTimeline
package import Units

/// Says of each sync of the autoscaler what the metrics said, what the model makes of it, and what was done.
package struct Explanation {
  /// What the kube-controller-manager of the cluster was started with; `nil` for the default.
  package struct Controller: Sendable {
    /// `--horizontal-pod-autoscaler-sync-period`.
    package var syncPeriod: Duration?
    /// `--horizontal-pod-autoscaler-downscale-stabilization`.
    package var downscaleStabilization: Duration?
    /// `--horizontal-pod-autoscaler-tolerance`.
    package var tolerance: Percentage?
    /// Its version, as in 1.34; `nil` for the one that the recording tells.
    package var version: String?

    package init(
      syncPeriod: Duration? = nil, downscaleStabilization: Duration? = nil, tolerance: Percentage? = nil,
      version: String? = nil
    ) {
      self.syncPeriod = syncPeriod
      self.downscaleStabilization = downscaleStabilization
      self.tolerance = tolerance
      self.version = version
    }
  }

  let recording: String
  let controller: Controller

  package init(recording: String, controller: Controller = Controller()) {
    self.recording = recording
    self.controller = controller
  }

  package func execute() throws -> ExitStatus {
    let version = controller.version.flatMap(KubernetesVersion.init(text:))
    if let text = controller.version, version == nil {
      throw HarnessError(
        .invalidInput, "\"\(text)\" is no version whose autoscaler is known: write 1.23 or a later one, as in 1.34")
    }
    let timeline = try RecordingAccess.timeline(recording)
    guard let record = ScalingRecord(timeline, settings: settings, version: version) else {
      throw HarnessError(
        .invalidInput, "\(recording): there is nothing to explain: no autoscaler with its Deployment was observed")
    }
    for line in DecisionReplay(record).lines(of: record) { print(TerminalText.plain(line)) }
    return .passed
  }

  private var settings: ControllerSettings {
    var settings = ControllerSettings.defaults
    if let syncPeriod = controller.syncPeriod { settings.syncPeriod = syncPeriod }
    if let window = controller.downscaleStabilization { settings.downscaleStabilization = window }
    if let tolerance = controller.tolerance { settings.tolerance = tolerance.fraction }
    return settings
  }
}
