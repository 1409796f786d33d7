import ApplicationNature
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
    let stop = SimulationStop("a cluster was being fitted to \(recording), which is as it was; nothing else is kept")
    defer { withExtendedLifetime(stop) {} }
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
    let first = try Attempt(run(base, model, base: base), model, of: recorded, recordedProfile)
    let attempt =
      first.reproduction.problem == nil ? first : try bestAttempt(after: first, base, recorded, recordedProfile)
    if attempt.model.values != model.values {
      say(
        "Of what the observations allow, nearest to what was recorded:",
        attempt.model.lines { Self.given($0, by: base.profile) })
    }
    let reproduction = attempt.reproduction
    model = attempt.model
    say("What was recorded, and what the model does:", reproduction.lines)
    if let problem = reproduction.problem {
      throw HarnessError(
        .refused,
        "\(recording): the fitted model does not do what was recorded: \(problem) (allowed are \(reproduction.allowed.text)): "
          + "nothing is predicted")
    }
    let changed = changes.isEmpty ? base : try loaded(timeline, changes: changes)
    for note in changed.manifestNotes { StandardOutput.complain("note: \(note)") }
    let finished = changes.isEmpty ? attempt.run : try run(changed, model, base: base, rhythm: attempt.rhythm)
    if !changes.isEmpty {
      let otherwise = Reproduction(of: recorded, by: RunAnalysis(finished.timeline, of: changed.profile.expectations))
      say("What was recorded, and what the model does with the changes:", otherwise.lines)
    }
    for problem in finished.faultProblems {
      StandardOutput.complain("warning: a declared fault did not come to pass: \(problem)")
    }
    let output = try RunOutput.create(requested: output, profile: changed.profile.name, at: Date())
    stop.nowWriting(output.recording)
    try finished.write(to: output.recording)
    stop.nowReporting(output.recording)
    var conclusion = RunConclusion(output: output, profile: changed.profile, version: version, quiet: quiet)
    conclusion.judgedAt = KubernetesTime(
      microseconds: finished.run.startedAt.microseconds + (finished.run.endedAt ?? .zero).microseconds)
    return try conclusion.execute(interrupted: false)
  }

  /// A simulation of what was recorded.
  private struct Attempt {
    let run: FinishedRun
    let model: FittedModel
    var rhythm = VirtualRun.Rhythm()
    let analysis: RunAnalysis
    let reproduction: Reproduction

    init(
      _ run: FinishedRun, _ model: FittedModel, rhythm: VirtualRun.Rhythm = VirtualRun.Rhythm(),
      of recorded: RunAnalysis,
      _ profile: Profile
    ) {
      (self.run, self.model, self.rhythm) = (run, model, rhythm)
      analysis = RunAnalysis(run.timeline, of: profile.expectations)
      reproduction = Reproduction(of: recorded, by: analysis)
    }
  }

  /// The first attempt that does what was recorded, of those with other values that the observations allow, and with the
  /// rhythms of the control plane as they lay in the recording; where none does, the nearest.
  private func bestAttempt(
    after first: Attempt, _ base: LoadedProfile, _ recorded: RunAnalysis, _ profile: Profile
  ) throws -> Attempt {
    var best = first
    for rhythm in rhythms(of: recorded, beside: first, base) {
      for model in first.model.candidates where rhythm != first.rhythm || model.values != first.model.values {
        let attempt = Attempt(
          try run(base, model, base: base, rhythm: rhythm), model, rhythm: rhythm, of: recorded, profile)
        if attempt.reproduction.problem == nil { return attempt }
        if attempt.reproduction.isNearer(than: best.reproduction) { best = attempt }
      }
    }
    return best
  }

  private func rhythms(
    of recorded: RunAnalysis, beside first: Attempt, _ base: LoadedProfile
  ) -> [VirtualRun.Rhythm] {
    var rhythms = [first.rhythm]
    guard let difference = RhythmDifference(of: recorded, by: first.analysis) else { return rhythms }
    var rhythm = VirtualRun.Rhythm(lead: difference.sync)
    rhythms.append(rhythm)
    guard let age = first.model[.metricsDelay], let own = FittedModel(first.analysis)[.metricsDelay]?.value else {
      return rhythms
    }
    let resolution = Self.world(of: base.profile).metricsResolution
    for delay in [age.value, age.range.lowerBound, age.range.upperBound] {
      rhythm.firstMeasurement = resolution + RhythmDifference.remainder(own - delay, resolution)
      if !rhythms.contains(rhythm) { rhythms.append(rhythm) }
    }
    return rhythms
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
  private func run(
    _ loaded: LoadedProfile, _ model: FittedModel, base: LoadedProfile, rhythm: VirtualRun.Rhythm = VirtualRun.Rhythm()
  ) throws -> FinishedRun {
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
      take(.serviceTime, \.application.medianServiceTime)
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
    return try VirtualRun(
      fitted, version: version, environment: ProcessInfo.processInfo.environment, rhythm: rhythm
    ).execute()
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
    case .serviceTime: world.application.serviceTime.median
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

extension ApplicationChange {
  /// The median of the service time, which keeps its spread.
  fileprivate var medianServiceTime: Duration? {
    get { serviceTime?.median }
    set {
      guard let median = newValue else { return serviceTime = nil }
      let spread = serviceTime.flatMap { $0.isSpread ? $0.p99 / $0.median : nil } ?? 1
      serviceTime = ServiceTime(median, p99: median * spread)
    }
  }
}
