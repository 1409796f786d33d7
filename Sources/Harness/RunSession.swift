import Curl
import Foundation
import Glibc
import KubernetesClient
import LoadGeneration
import Profiles
import RunTimeline
import Synchronization

/// One run from profile to report.
package struct RunSession: Sendable {
  let options: RunOptions
  let version: ProgramVersion

  package init(_ options: RunOptions, version: ProgramVersion) {
    self.options = options
    self.version = version
  }

  /// Runs, judges and reports; answers how the program should end.
  ///
  /// - Throws: ``HarnessError`` when the run was refused or failed.
  package func execute() async throws -> ExitStatus {
    do {
      return try await runAndConclude()
    } catch let error as HarnessError {
      if options.jsonLines { JSONLines.write(JSONLines.endLine(of: error)) }
      throw error
    }
  }

  private func runAndConclude() async throws -> ExitStatus {
    let environment = ProcessInfo.processInfo.environment
    let stop = StopSignal()
    let recordingBegan = Atomic<Bool>(false)
    let interruption = Interruption {
      // Before the first request there is nothing to save. Other threads are at work, so the process does not take down
      // what they use first.
      if !recordingBegan.load(ordering: .relaxed) {
        CredentialCommands.endAll()
        _exit(ExitStatus.interrupted.rawValue)
      }
      stop.stop()
    }
    let loaded = try LoadedProfile(
      path: options.profile, changes: options.changes, fixed: options.fixed, context: options.context)
    if let problem = options.problem(with: loaded.profile) { throw HarnessError(.usage, problem) }
    var cluster: TargetCluster?
    if let reference = loaded.profile.cluster {
      cluster = try await TargetCluster.open(reference, loaded: loaded, options: options, environment: environment)
    }
    do {
      if options.isDryRun {
        try await preview(loaded, cluster: cluster, environment: environment)
        await cluster?.close()
        return .passed
      }
      let recorder = try await prepare(loaded, cluster: cluster, environment: environment)
      recordingBegan.store(true, ordering: .relaxed)
      let conclusion = RunConclusion(
        output: recorder.output, profile: loaded.profile, version: version, quiet: options.quiet,
        jsonLines: options.jsonLines, incidentCheck: loaded.incidentCheck)
      do {
        try await recorder.record(stop: stop, interruption: interruption)
      } catch {
        await cluster?.close()
        // What was recorded until then is judged and reported all the same; where that cannot be read, the failure stands
        // alone.
        guard let status = try? conclusion.execute(interrupted: false, failed: true) else { throw error }
        for line in error.lines { StandardOutput.complain(line) }
        return status
      }
      await cluster?.close()
      return try conclusion.execute(interrupted: interruption.requested)
    } catch {
      await cluster?.close()
      throw error
    }
  }

  /// What a run has to know before its load, when everything was checked that can be.
  private struct Checked {
    let planning: LoadPlanning
    let proxy: Proxy?
    var generator: LoadGenerator
    let certificate: ServerCertificate?
  }

  /// Checks what can be checked before the load.
  private func check(
    _ loaded: LoadedProfile, cluster: TargetCluster?, environment: [String: String], style: LiveView.Style
  ) async throws -> Checked {
    let profile = loaded.profile
    let planning = LoadPlanning(
      profile: profile, files: loaded.files, timeScale: cluster?.timeScale ?? 1, environment: environment)
    let plan = try planning.plan(connectTo: cluster?.ingress)
    let generator: LoadGenerator
    do {
      generator = try LoadGenerator(plan: plan, log: options.log.logger(.generator))
    } catch {
      throw HarnessError(.refused, "\(profile.source): \(error)")
    }
    for note in loaded.manifestNotes { StandardOutput.complain("note: \(note)") }
    for warning in LoadCapacity.warnings(profile, timeScale: planning.timeScale) {
      StandardOutput.complain("warning: \(warning)")
    }
    let preflight = Preflight(loaded: loaded)
    if let cluster {
      try await preflight.checkRights(cluster)
      try await preflight.awaitSteadyWorkload(cluster, style: style)
      try await preflight.checkWorkloads(cluster, despite: options.despite)
    }
    let certificate = try await preflight.checkTarget(connectTo: cluster?.ingress, proxy: plan.proxy)
    return Checked(planning: planning, proxy: plan.proxy, generator: generator, certificate: certificate)
  }

  /// Makes the checks of a run, and tells what its actions would send.
  private func preview(_ loaded: LoadedProfile, cluster: TargetCluster?, environment: [String: String]) async throws {
    _ = try await check(loaded, cluster: cluster, environment: environment, style: .silent)
    let lines = await ActionPreview(actions: loaded.profile.actions, cluster: cluster).lines()
    StandardOutput.write(lines.joined(separator: "\n") + "\n")
  }

  /// Makes the checks, and opens the recording.
  private func prepare(
    _ loaded: LoadedProfile, cluster: TargetCluster?, environment: [String: String]
  ) async throws -> RunRecorder {
    let style = LiveView.style(quiet: options.quiet, jsonLines: options.jsonLines, log: options.log)
    var checked = try await check(loaded, cluster: cluster, environment: environment, style: style)
    // Before run time zero is fixed: lookups may take their time.
    await checked.generator.prepare()
    let output = try RunOutput.create(requested: options.output, profile: loaded.profile.name, at: Date())
    return try await RunRecorder(
      loaded: loaded, cluster: cluster, planning: checked.planning, proxy: checked.proxy,
      generator: checked.generator, certificate: checked.certificate, output: output, style: style, version: version)
  }
}
