import Calibration
import Expectations
import Foundation
import KubernetesObjects
import Profiles
import RunTimeline
import SimulatedCluster
import Units

/// A simulated cluster fitted to a recording: it has to do what was recorded before it answers what would be otherwise.
package struct CalibratedSession: Sendable {
  let recording: String
  /// A profile in place of the recorded one; `nil` takes that.
  let profile: String?
  /// `PATH=VALUE`, each: what would be otherwise.
  let changes: [String]
  let output: String?
  let quiet: Bool
  let version: ProgramVersion

  package init(
    recording: String, profile: String?, changes: [String], output: String?, quiet: Bool, version: ProgramVersion
  ) {
    self.recording = recording
    self.profile = profile
    self.changes = changes
    self.output = output
    self.quiet = quiet
    self.version = version
  }

  /// Fits, reproduces, and simulates with the changes.
  ///
  /// - Throws: ``HarnessError``, with the status `refused` where the fitted model does not do what was recorded.
  package func execute() throws -> ExitStatus {
    if output?.isEmpty ?? false {
      throw HarnessError(.usage, "--output is empty: name one, or leave the option out")
    }
    let timeline = try RecordingAccess.timeline(recording)
    if let names = timeline.run.cluster?.workloads.all, names.count > 1 {
      throw HarnessError(
        .refused,
        "\(recording): the run watched several workloads, and requests are not told apart by them: nothing is fitted")
    }
    let recordedProfile = try RecordingAccess.profile(of: timeline, in: recording)
    let recorded = RunAnalysis(timeline, of: recordedProfile.expectations)
    var model = FittedModel(recorded)
    let base = try loaded(timeline, changes: [])
    say("Fitted to \(recording):", model.lines { Self.given($0, by: base.profile) })
    if timeline.load.isEmpty {
      throw HarnessError(
        .refused,
        "\(recording): no load was recorded, so that nothing tells whether the fitted model does what was recorded: nothing is "
          + "predicted; record a run of scaleproof run, which drives the load")
    }
    var reproduced = try run(base, model, base: base)
    func comparison(_ run: FinishedRun) -> Reproduction {
      Reproduction(of: recorded, by: RunAnalysis(run.timeline, of: recordedProfile.expectations))
    }
    var reproduction = comparison(reproduced)
    for candidate in model.candidates.dropFirst() where reproduction.problem != nil {
      let run = try run(base, candidate, base: base)
      let own = comparison(run)
      guard own.problem == nil else { continue }
      (model, reproduced, reproduction) = (candidate, run, own)
      say(
        "Of what the observations allow, this does what was recorded:", model.lines { Self.given($0, by: base.profile) }
      )
    }
    say("What was recorded, and what the model does:", reproduction.lines)
    if let problem = reproduction.problem {
      throw HarnessError(
        .refused,
        "\(recording): the fitted model does not do what was recorded: \(problem) (allowed are \(reproduction.allowed.text)): "
          + "nothing is predicted")
    }
    let changed = changes.isEmpty ? base : try loaded(timeline, changes: changes)
    for note in changed.manifestNotes { StandardOutput.complain("note: \(note)") }
    let finished = changes.isEmpty ? reproduced : try run(changed, model, base: base)
    if !changes.isEmpty {
      let otherwise = Reproduction(of: recorded, by: RunAnalysis(finished.timeline, of: changed.profile.expectations))
      say("What was recorded, and what the model does with the changes:", otherwise.lines)
    }
    for problem in finished.faultProblems {
      StandardOutput.complain("warning: a declared fault did not come to pass: \(problem)")
    }
    let output = try RunOutput.create(requested: output, profile: changed.profile.name, at: Date())
    try finished.write(to: output.recording)
    var conclusion = RunConclusion(output: output, profile: changed.profile, version: version, quiet: quiet)
    conclusion.judgedAt = KubernetesTime(
      microseconds: finished.run.startedAt.microseconds + (finished.run.endedAt ?? .zero).microseconds)
    return try conclusion.execute(interrupted: false)
  }

  private func say(_ title: String, _ lines: [String]) {
    if quiet { return }
    for line in [title] + lines + [""] { StandardOutput.line(TerminalText.plain(line)) }
  }

  /// The profile with its manifests: those that it names, where it is for a simulated cluster, or else the recorded objects.
  private func loaded(_ timeline: Timeline, changes: [String]) throws -> LoadedProfile {
    if let profile {
      let text = try LoadedProfile.text(of: profile, what: "the profile")
      let document = try Self.document(text, source: profile)
      if case .simulated? = document.cluster?.kind { return try LoadedProfile(path: profile, changes: changes) }
      return try simulated(text, source: profile, timeline, changes: changes)
    }
    return try simulated(
      timeline.run.profileText, source: timeline.run.profileSource, timeline, changes: changes)
  }

  private static func document(_ text: String, source: String) throws(HarnessError) -> Profile {
    do {
      return try ProfileReader.read(text: text, source: source, isRun: false)
    } catch {
      throw HarnessError(.invalidInput, error.problems.map(\.description))
    }
  }

  private func simulated(
    _ text: String, source: String, _ timeline: Timeline, changes: [String]
  ) throws -> LoadedProfile {
    let objects = try RecordedObjects(
      try RecordingAccess.observations(recording), of: timeline.run, recording: recording)
    return try LoadedProfile(
      text: text, source: source, folder: URL(fileURLWithPath: source).deletingLastPathComponent().path,
      objects: objects, timeScale: timeline.run.timeScale, changes: changes)
  }

  /// - Parameter base: the profile without changes: what a change says of the cluster counts before what was fitted.
  private func run(_ loaded: LoadedProfile, _ model: FittedModel, base: LoadedProfile) throws -> FinishedRun {
    let resolution = Self.world(of: loaded.profile).metricsResolution
    var unchanged: Simulation?
    if case .simulated(let simulation)? = base.profile.cluster?.kind { unchanged = simulation }
    let fitted = loaded.simulating { simulation in
      func take(_ parameter: FittedParameter, _ field: WritableKeyPath<Simulation, Duration?>) {
        guard let value = model[parameter]?.value, simulation[keyPath: field] == unchanged?[keyPath: field] else {
          return
        }
        simulation[keyPath: field] = value
      }
      take(.cpuPerRequest, \.application.cpuPerRequest)
      take(.serviceTime, \.application.serviceTime)
      take(.imagePull, \.imagePull)
      take(.containerStart, \.containerStart)
      take(.applicationStart, \.application.start)
      take(.metricsWindow, \.metricsWindow)
      take(.endpointDelay, \.ingress.endpointDelay)
      take(.keepsServing, \.application.keepsServing)
      // Between two measurements the newest one ages by itself.
      if let delay = model[.metricsDelay]?.range.lowerBound, delay > resolution,
        simulation.metricsLag == unchanged?.metricsLag
      {
        simulation.metricsLag = delay - resolution
      }
    }
    return try VirtualRun(fitted, version: version, environment: ProcessInfo.processInfo.environment).execute()
  }

  /// What the profile says of the cluster, with defaults for what it does not.
  private static func world(of profile: Profile) -> SimulatedWorkload {
    guard case .simulated(let simulation)? = profile.cluster?.kind else { return SimulatedWorkload() }
    return SimulatedWorld.workload(simulation, seed: profile.load.seed)
  }

  /// What the profile says of a parameter, or the default.
  private static func given(_ parameter: FittedParameter, by profile: Profile) -> Duration {
    let world = world(of: profile)
    return switch parameter {
    case .cpuPerRequest: world.application.cpuPerRequest
    case .serviceTime: world.application.serviceTime
    case .imagePull: world.imagePull
    case .containerStart: world.containerStart
    case .applicationStart: world.application.start
    case .metricsWindow: world.metricsWindow
    case .metricsDelay: world.metricsLag
    case .endpointDelay: world.endpointDelay
    case .keepsServing: world.application.keepsServing
    }
  }
}
