import Expectations
import Profiles
import SimulatedCluster
import Units

/// Checks a profile and its manifests without running anything.
package struct Validation {
  let profile: String
  let changes: [String]
  /// Make the fix of the profile's incident before.
  let fixed: Bool

  package init(profile: String, changes: [String], fixed: Bool = false) {
    self.profile = profile
    self.changes = changes
    self.fixed = fixed
  }

  /// Prints the JSON Schema of profiles.
  package static func printSchema(of version: ProgramVersion) -> ExitStatus {
    StandardOutput.line(ProfileSchema.text(comment: "of ScaleProof \(version)"))
    return .passed
  }

  package func execute() throws -> ExitStatus {
    let loaded = try LoadedProfile(path: profile, changes: changes, fixed: fixed)
    if case .simulated(let simulation)? = loaded.profile.cluster?.kind {
      let cluster = try SimulatedWorld.cluster(loaded, simulation)
      _ = try SimulatedWorld.faults(of: loaded.profile, simulation, namespace: cluster.mainNamespace)
      let problems = WorkloadNames(profile: loaded.profile).problemsOfAutoscalers(in: loaded.manifests)
      let untrusted = SimulatedWorld.targetProblem(of: loaded, cluster).map { [$0] } ?? []
      guard (problems + untrusted).isEmpty else { throw HarnessError(.invalidInput, problems + untrusted) }
    }
    let schedule = RunSchedule(profile: loaded.profile)
    StandardOutput.line("\(profile): valid")
    StandardOutput.line("  run time      \(schedule.loadEnd.text) in \(schedule.phases.count) phases")
    let requests = loaded.profile.plannedRequests(in: .run).map { "about \(Int($0.rounded()))" }
    StandardOutput.line("  requests      \(requests ?? "as many as the users send")")
    StandardOutput.line("  expectations  \(loaded.profile.expectations.count)")
    for note in loaded.manifestNotes { StandardOutput.line("  note          \(note)") }
    for warning in LoadCapacity.warnings(loaded.profile) { StandardOutput.line("  warning       \(warning)") }
    let objects = loaded.manifestDocuments.map(\.node)
    // What cannot pass by the manifests is no mistake: to see it fail may be what a run is for.
    let warnings =
      ExpectationPlan.problems(loaded.profile, on: objects) + ExpectationPlan.warnings(loaded.profile)
      + ExpectationPlan.warnings(loaded.profile, on: objects)
    for warning in warnings { StandardOutput.line("  warning       \(warning)") }
    return .passed
  }
}
