import Doctor
import Foundation
import KubernetesObjects
import Profiles
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
      throw HarnessError(.usage, "not yet")
    case .workload: throw HarnessError(.usage, "not yet")
    }
  }

  /// All workloads of manifests.
  private func examine(manifests paths: [String]) throws(HarnessError) -> DoctorReport {
    let loaded = try ManifestLoading.read(paths, changes: [], references: .named)
    let patient = Patient(origin: .manifests, objects: loaded.documents.map(\.node), facts: Facts(nil))
    guard !patient.workloads.isEmpty else {
      throw HarnessError(
        .invalidInput,
        "\(paths.joined(separator: ", ")): no manifest has a workload to examine: a Deployment, StatefulSet, ReplicaSet or Rollout")
    }
    return DoctorReport(diagnosis: Diagnosis(of: patient), documents: loaded.documents)
  }

  /// The workloads of a profile whose cluster is simulated.
  private static func examine(_ loaded: LoadedProfile, _ simulation: Simulation) throws(HarnessError) -> DoctorReport {
    let cluster = try SimulatedWorld.cluster(loaded, simulation)
    let reference = loaded.profile.cluster
    let patient = Patient(
      origin: .manifests, objects: loaded.manifestDocuments.map(\.node),
      workloads: reference?.workloads.all.map(\.reference), namespace: reference?.namespace ?? cluster.mainNamespace,
      facts: Facts(loaded.profile, simulation: simulation))
    return DoctorReport(diagnosis: Diagnosis(of: patient), documents: loaded.manifestDocuments)
  }
}
