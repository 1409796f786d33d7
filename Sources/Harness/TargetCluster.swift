import ClusterObservation
import Curl
import Foundation
import KubernetesClient
import KubernetesObjects
import Profiles
import RunTimeline
import SimulatedCluster
import SimulatedClusterServer

/// The cluster of a run: a real one behind a context of the kubeconfig, or the embedded simulated one.
///
/// Both are the same from here on: an API server that is reached through a kubeconfig.
struct TargetCluster: Sendable {
  let client: APIClient
  let description: ClusterDescription
  /// Run time that passes in one second of wall time.
  let timeScale: Double
  /// Where the simulated Ingress listens; `nil` for a real cluster, whose Ingress the profile names.
  let ingress: String?
  let log: DiagnosticLog
  /// What goes wrong in the simulated cluster.
  private let faults: [Fault]
  private let simulated: SimulatedTarget?
  /// How programs of the profile reach it; `nil` where none is run.
  let commands: CommandAccess?

  var isSimulated: Bool { simulated != nil }

  /// Connects to the cluster of a profile, starting the simulated one if that is asked for.
  static func open(
    _ reference: ClusterReference, loaded: LoadedProfile, options: RunOptions, environment: [String: String]
  ) async throws(HarnessError) -> TargetCluster {
    var simulated: SimulatedTarget?
    var session: CurlSession?
    var timeScale = 1.0
    var faults: [Fault] = []
    let connection: APIConnection
    let runsPrograms = options.allowsPrograms && loaded.profile.runsPrograms
    var commands: CommandAccess?
    do {
      switch reference.kind {
      case .simulated(let simulation) where options.context == nil:
        let started = try await SimulatedTarget.start(
          loaded.manifests, workload: SimulatedWorld.workload(simulation, seed: loaded.profile.load.seed),
          timeScale: simulation.timeScale)
        simulated = started
        faults = try SimulatedWorld.faults(
          of: loaded.profile, simulation, namespace: reference.namespace ?? started.endpoints.namespace)
        timeScale = simulation.timeScale
        connection = try await started.connection(actingAs: simulation.user, environment: environment)
        if runsPrograms {
          commands = try CommandAccess(
            kubeconfig: started.endpoints.kubeconfig(actingAs: simulation.user),
            namespace: reference.namespace ?? started.endpoints.namespace)
        }
      case .simulated:
        connection = try await find(
          options.context, kubeconfig: options.kubeconfig, environment: environment)
      case .context(let name):
        connection = try await find(
          options.context ?? name, kubeconfig: options.kubeconfig, environment: environment)
      }
      for note in connection.notes { StandardOutput.complain("note: \(note)") }
      if runsPrograms, commands == nil {
        let asked: String? = if case .context(let name) = reference.kind { name } else { nil }
        commands = try CommandAccess(
          kubeconfig: options.kubeconfig, context: options.context ?? asked,
          namespace: reference.namespace ?? connection.namespace, environment: environment)
      }
      let opened = try CurlSession(name: "kubernetes")
      session = opened
      let client = APIClient(connection: connection, session: opened, log: options.log.logger(.client))
      let version = try await client.serverVersion()
      return TargetCluster(
        client: client,
        description: ClusterDescription(
          context: connection.context, namespace: reference.namespace ?? connection.namespace,
          workloads: reference.workloads, serverVersion: version),
        timeScale: timeScale, ingress: simulated?.ingressAddress(of: loaded.profile.target.url), log: options.log,
        faults: faults,
        simulated: simulated, commands: commands)
    } catch {
      commands?.close()
      await session?.close()
      await simulated?.server.stop()
      throw Self.refusal(of: error)
    }
  }

  /// The same cluster, with another autoscaler of the workload.
  func watching(autoscaler: String?) -> TargetCluster {
    var description = description
    description.autoscaler = autoscaler
    return TargetCluster(
      client: client, description: description, timeScale: timeScale, ingress: ingress, log: log, faults: faults,
      simulated: simulated, commands: commands)
  }

  /// Has the declared faults of a simulated cluster come to pass.
  ///
  /// - Parameter loadBegins: the instant of run time zero.
  func planFaults(loadBegins: ContinuousClock.Instant) async {
    guard let simulated else { return }
    let (faults, scale) = (faults, timeScale)
    try? await simulated.server.withCluster { cluster in
      let ahead = (loadBegins - .now) * scale
      cluster.plan(faults, loadBegins: cluster.now + ahead)
    }
  }

  /// Has a fault begin whose condition only who counts the load sees.
  ///
  /// - Parameter index: its number among the faults that were planned.
  func meet(fault index: Int) async {
    try? await simulated?.server.withCluster { $0.meet(fault: index) }
  }

  /// What became of the declared faults of a simulated cluster, and why some did not come to pass as they were declared.
  func faultCourses() async -> (courses: [FaultCourse], problems: [String]) {
    await (try? simulated?.server.withCluster { ($0.faultCourses, $0.faultProblems) }) ?? ([], [])
  }

  /// The connection to a real cluster; what credential commands say is told.
  static func find(
    _ context: String?, kubeconfig: String?, environment: [String: String]
  ) async throws(KubernetesError) -> APIConnection {
    try await APIConnection.find(
      kubeconfig: kubeconfig, context: context, environment: environment,
      serviceAccount: ServiceAccount(environment: environment),
      announce: { StandardOutput.complain("credentials: \($0)") })
  }

  /// Ends the session with the cluster, and the simulated cluster; a real one is left alone.
  func close() async {
    await client.close()
    await simulated?.server.stop()
    commands?.close()
  }

  /// What a failure to reach or use the cluster means for the program.
  static func refusal(of error: any Error) -> HarnessError {
    switch error {
    case let error as HarnessError: error
    case let error as KubernetesError where error.code == .forbidden || error.code == .notFound:
      HarnessError(.refused, error.description)
    case let error as KubernetesError where error.code == .configuration:
      HarnessError(.invalidInput, error.description)
    case let error as KubernetesError: HarnessError(.unreachable, error.description)
    default: HarnessError(.unreachable, "\(error)")
    }
  }
}
