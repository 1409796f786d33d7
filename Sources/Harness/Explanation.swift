import AutoscalerModel
import Expectations
import KubernetesObjects
import Profiles
import RunTimeline
package import Units

/// Says of each sync of the autoscaler what the metrics said, what the model makes of it, and what was done.
package struct Explanation {
  /// What the kube-controller-manager of the cluster was started with; `nil` for what the recorded profile tells, or else
  /// the default.
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
  let workload: String?
  let controller: Controller
  let changes: [String]

  /// - Parameters:
  ///   - workload: what the profile calls the workload that is meant, where it watches several.
  ///   - changes: `manifests.hpa.spec.PATH=VALUE`, each: to say as well what would have been decided with these.
  package init(
    recording: String, workload: String? = nil, controller: Controller = Controller(), changes: [String] = []
  ) {
    self.recording = recording
    self.workload = workload
    self.controller = controller
    self.changes = changes
  }

  package func execute() throws -> ExitStatus {
    let change = try changes.isEmpty ? nil : AutoscalerChange(changes, recording: recording)
    let option = try controller.version.map { text throws(HarnessError) in try ServerVersionOption(text) }
    if let warning = option?.warning { StandardOutput.complain("warning: \(warning)") }
    let timeline = try RecordingAccess.timeline(recording)
    let recorded = recordedFlags(timeline)
    let settings = settings(recorded)
    let run = RunAnalysis(timeline, settings: settings, version: option?.version)
    let analysis = try focused(run)
    guard let record = analysis.scaling, let replay = analysis.replay else {
      throw HarnessError(
        .invalidInput, "\(recording): there is nothing to explain: \(analysis.timeline.missingAutoscaler)")
    }
    let lines = try change.map { try hypothetical($0, record, beside: replay) } ?? replay.lines(of: record)
    if let told = Self.sentence(recorded) { StandardOutput.line(TerminalText.plain(told)) }
    for line in lines { StandardOutput.line(TerminalText.plain(line)) }
    return .passed
  }

  /// What would have been decided with another spec, beside what was.
  private func hypothetical(
    _ change: AutoscalerChange, _ record: ScalingRecord, beside replay: DecisionReplay
  ) throws(HarnessError) -> [String] {
    let spec = try HypotheticalSpec(of: record) { autoscaler throws(HarnessError) in try change.spec(of: autoscaler) }
    if let metric = spec.unread(record) {
      throw HarnessError(
        .invalidInput,
        "\(changes.map { "--set \($0.prefix { $0 != "=" })" }.joined(separator: ", ")): the recorded autoscaler did not read "
          + "\(metric.text), so that nothing tells what it would have read; metrics can be left out, and their targets changed"
      )
    }
    return HypotheticalReplay(record, spec: spec).lines(of: record, beside: replay)
  }

  /// The run with the workload in focus that is asked for.
  private func focused(_ run: RunAnalysis) throws(HarnessError) -> RunAnalysis {
    let names = (run.timeline.run.cluster?.workloads.all ?? []).compactMap(\.name)
    if let workload {
      if names.contains(workload) { return run.of(workload) }
      throw HarnessError(
        .usage,
        names.isEmpty
          ? "--workload \(workload): the run watched one workload, so that none is to be chosen: leave the option out"
          : "--workload \(workload): the run watched no workload of that name; it watched \(names.joined(separator: ", "))"
      )
    }
    guard names.count > 1 else { return run }
    throw HarnessError(
      .usage,
      "\(recording): the run watched several workloads; choose with --workload: \(names.joined(separator: ", "))")
  }

  /// The flags that the recorded profile tells; none, with a word on why, when it cannot be read.
  private func recordedFlags(_ timeline: Timeline) -> Expectation.ControllerFlags {
    do {
      return try RecordingAccess.profile(of: timeline, in: recording).expectations.controllerFlags
    } catch {
      StandardOutput.complain("\(error); the controller is taken to have default flags, where none are given here")
      return Expectation.ControllerFlags()
    }
  }

  /// `The recorded profile says of the controller: syncPeriod 30s.`; `nil` when it says nothing.
  private static func sentence(_ flags: Expectation.ControllerFlags) -> String? {
    let told = [
      flags.syncPeriod.map { "syncPeriod \($0.text)" },
      flags.downscaleStabilization.map { "downscaleStabilization \($0.text)" },
      flags.tolerance.map { "tolerance \($0)" },
    ].compactMap { $0 }
    return told.isEmpty ? nil : "The recorded profile says of the controller: \(told.joined(separator: ", "))."
  }

  /// What was given here counts before what the profile tells.
  private func settings(_ recorded: Expectation.ControllerFlags) -> ControllerSettings {
    var settings = recorded.settings
    if let syncPeriod = controller.syncPeriod { settings.syncPeriod = syncPeriod }
    if let window = controller.downscaleStabilization { settings.downscaleStabilization = window }
    if let tolerance = controller.tolerance { settings.tolerance = tolerance.fraction }
    return settings
  }
}
