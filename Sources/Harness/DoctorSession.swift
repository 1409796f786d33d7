import Doctor
import Foundation
import KubernetesObjects
import Profiles
import RunTimeline
import SimulatedCluster

/// Examines manifests, what a profile is about, or a workload of a live cluster.
package struct DoctorSession: Sendable {
  let options: DoctorOptions

  package init(_ options: DoctorOptions) {
    self.options = options
  }

  /// Prints what is found; answers how the program should end.
  ///
  /// - Throws: ``HarnessError`` when nothing could be examined.
  package func execute() async throws -> ExitStatus {
    let report = try await report()
    try report.write(as: options.format)
    return report.status(strict: options.strict)
  }

  private func report() async throws(HarnessError) -> DoctorReport {
    switch options.subject {
    case .manifests(let paths): return try examine(manifests: paths)
    case .profile(let path, let changes, let fixed):
      let loaded = try LoadedProfile(path: path, changes: changes, fixed: fixed, context: options.context)
      if case .simulated(let simulation)? = loaded.profile.cluster?.kind, options.context == nil {
        return try Self.examine(loaded, simulation)
      }
      return try await examineLive(loaded)
    case .workload(let text, let namespace):
      let reference = ClusterReference(
        kind: .context(options.context), namespace: namespace, workload: try ImportedCluster.reference(text),
        autoscaler: nil)
      let nothing = try RecordedExpectations(profile: nil).document(reference, length: nil)
      return try await examine(reference, loaded: try LoadedProfile(withoutLoad: nothing), hasLoad: false)
    }
  }

  /// What a profile is about whose cluster is real, or that names none.
  private func examineLive(_ loaded: LoadedProfile) async throws(HarnessError) -> DoctorReport {
    let run = RunOptions(profile: loaded.profile.source, context: options.context, kubeconfig: options.kubeconfig)
    if let problem = run.problem(with: loaded.profile) { throw HarnessError(.usage, problem) }
    guard let reference = loaded.profile.cluster else {
      throw HarnessError(
        .usage,
        "\(loaded.profile.source): the profile names no cluster, so that there is nothing to examine: add cluster: {workload: "
          + "deployment/NAME}")
    }
    return try await examine(reference, loaded: loaded, hasLoad: true)
  }

  private func examine(
    _ reference: ClusterReference, loaded: LoadedProfile, hasLoad: Bool
  ) async throws(HarnessError) -> DoctorReport {
    let environment = ProcessInfo.processInfo.environment
    let cluster = try await TargetCluster.open(
      reference, loaded: loaded,
      options: RunOptions(
        profile: "", context: options.context, kubeconfig: options.kubeconfig, log: options.log),
      environment: environment)
    do throws(HarnessError) {
      let preflight = Preflight(loaded: loaded)
      var facts = Facts(hasLoad ? loaded.profile : nil)
      facts.rights = try await preflight.rights(in: cluster)
      if hasLoad { facts.target = await preflight.target(environment: environment) }
      let patient = try await preflight.patient(in: cluster, facts: facts)
      await cluster.close()
      return DoctorReport(diagnosis: Diagnosis(of: patient))
    } catch {
      await cluster.close()
      throw error
    }
  }

  /// All workloads of manifests.
  private func examine(manifests paths: [String]) throws(HarnessError) -> DoctorReport {
    let loaded = try ManifestLoading.read(paths, changes: [], references: .named)
    let patient = Patient(origin: .manifests, objects: loaded.documents.map(\.node), facts: Facts(nil))
    guard !patient.workloads.isEmpty else {
      throw HarnessError(
        .invalidInput,
        "\(paths.joined(separator: ", ")): no manifest has a workload to examine: a Deployment, StatefulSet, ReplicaSet or Rollout"
      )
    }
    return DoctorReport(diagnosis: Diagnosis(of: patient), documents: loaded.documents)
  }

  /// The workloads of a profile whose cluster is simulated.
  private static func examine(_ loaded: LoadedProfile, _ simulation: Simulation) throws(HarnessError) -> DoctorReport {
    let cluster = try SimulatedWorld.cluster(loaded, simulation)
    let namespace = loaded.profile.cluster?.namespace ?? cluster.mainNamespace
    return Preflight(loaded: loaded).manifestReport(
      simulation, namespace: namespace, rights: rights(loaded.profile, simulation, in: cluster, namespace: namespace))
  }

  /// What is missing of the rights of whom a profile acts as; `nil` where that is an administrator.
  private static func rights(
    _ profile: Profile, _ simulation: Simulation, in cluster: ClusterSimulation, namespace: String
  ) -> Facts.Rights? {
    guard let user = simulation.user, let reference = profile.cluster else { return nil }
    let needed = NeededRights(
      cluster: ClusterDescription(
        context: "simulated", namespace: namespace, workloads: reference.workloads),
      actions: profile.actions, configs: profile.judgedConfigs)
    return Facts.Rights(needed.missingRights(in: needed.findings(of: user, in: cluster), user: user))
  }
}
