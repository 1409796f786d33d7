import Foundation
import KubernetesObjects
import Profiles
import RunTimeline
import Units

/// A run in virtual time from profile to report.
package struct SimulateSession: Sendable {
  /// Path of the profile.
  let profile: String
  /// `PATH=VALUE`, each.
  let changes: [String]
  /// Make the fix of the profile's incident before.
  let fixed: Bool
  /// The folder for the recording and the reports.
  let output: String?
  /// Print the verdicts and nothing else.
  let quiet: Bool
  let version: ProgramVersion

  package init(
    profile: String, changes: [String], fixed: Bool = false, output: String?, quiet: Bool, version: ProgramVersion
  ) {
    self.profile = profile
    self.changes = changes
    self.fixed = fixed
    self.output = output
    self.quiet = quiet
    self.version = version
  }

  /// Simulates, judges and reports; answers how the program should end.
  ///
  /// - Throws: ``HarnessError`` when the run was refused or failed.
  package func execute() throws -> ExitStatus {
    if output?.isEmpty ?? false {
      throw HarnessError(.usage, "--output is empty: name one, or leave the option out")
    }
    let stop = SimulationStop("the run was being simulated, and nothing of it is kept")
    defer { withExtendedLifetime(stop) {} }
    let loaded = try LoadedProfile(path: profile, changes: changes, fixed: fixed)
    let run = try VirtualRun(loaded, version: version, environment: ProcessInfo.processInfo.environment)
    for note in loaded.manifestNotes { StandardOutput.complain("note: \(note)") }
    for warning in LoadCapacity.warnings(loaded.profile) { StandardOutput.complain("warning: \(warning)") }
    let finished = try run.execute()
    for problem in finished.faultProblems {
      StandardOutput.complain("warning: a declared fault did not come to pass: \(problem)")
    }
    let output = try RunOutput.create(requested: output, profile: loaded.profile.name, at: Date())
    stop.nowWriting(output.recording)
    try finished.write(to: output.recording)
    stop.nowReporting(output.recording)
    var conclusion = RunConclusion(output: output, profile: loaded.profile, version: version, quiet: quiet)
    conclusion.incidentCheck = loaded.incidentCheck
    // No clock but that of the simulation, so that equal runs leave equal files.
    conclusion.judgedAt = KubernetesTime(
      microseconds: finished.run.startedAt.microseconds + (finished.run.endedAt ?? .zero).microseconds)
    return try conclusion.execute(interrupted: false)
  }
}
