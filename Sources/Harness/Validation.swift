import Expectations
import Profiles
import SimulatedCluster
import Units

/// Checks a profile and its manifests without running anything.
package struct Validation {
  let profile: String
  let changes: [String]

  package init(profile: String, changes: [String]) {
    self.profile = profile
    self.changes = changes
  }

  /// Prints the JSON Schema of profiles.
  package static func printSchema(of version: ProgramVersion) -> ExitStatus {
    StandardOutput.line(ProfileSchema.text(comment: "of ScaleProof \(version)"))
    return .passed
  }

  package func execute() throws -> ExitStatus {
    let loaded = try LoadedProfile(path: profile, changes: changes)
    if case .simulated(let simulation)? = loaded.profile.cluster?.kind {
      do {
        _ = try ClusterSimulation(
          manifests: loaded.manifests, workload: SimulatedTarget.workload(simulation, seed: loaded.profile.load.seed),
          timeScale: simulation.timeScale)
      } catch {
        throw HarnessError(.invalidInput, error.description)
      }
      let problems = WorkloadNames(profile: loaded.profile).problemsOfAutoscalers(in: loaded.manifests)
      guard problems.isEmpty else { throw HarnessError(.invalidInput, problems) }
    }
    let schedule = RunSchedule(profile: loaded.profile)
    StandardOutput.line("\(profile): valid")
    StandardOutput.line("  run time      \(schedule.loadEnd.text) in \(schedule.phases.count) phases")
    let requests = loaded.profile.plannedRequests(in: .run).map { "about \(Int($0.rounded()))" }
    StandardOutput.line("  requests      \(requests ?? "as many as the users send")")
    StandardOutput.line("  expectations  \(loaded.profile.expectations.count)")
    for note in loaded.manifestNotes { StandardOutput.line("  note          \(note)") }
    for warning in LoadCapacity.warnings(loaded.profile) { StandardOutput.line("  warning       \(warning)") }
    for warning in ExpectationPlan.warnings(loaded.profile) { StandardOutput.line("  warning       \(warning)") }
    return .passed
  }
}
