import Curl
import Discovery
import Foundation
import KubernetesClient
import KubernetesObjects
import Profiles
import RunTimeline
import SimulatedCluster
import SimulatedClusterServer
import Units

/// The cluster in which `init` looks around: a real one behind a kubeconfig, or the embedded one.
struct SurveyedCluster: Sendable {
  let client: APIClient
  let context: String
  /// The namespace of the context, or of the manifests.
  let namespace: String
  let serverVersion: String
  /// Run time that passes in a second of wall time.
  let timeScale: Double
  let simulated: SimulatedTarget?

  /// Connects to it, starting the embedded one where manifests are given.
  static func open(
    _ options: InitOptions, environment: [String: String]
  ) async throws(HarnessError) -> SurveyedCluster {
    var simulated: SimulatedTarget?
    var session: CurlSession?
    do {
      let connection: APIConnection
      var namespace: String
      if options.manifests.isEmpty {
        connection = try await TargetCluster.find(
          options.context, kubeconfig: options.kubeconfig, environment: environment)
        namespace = connection.namespace
      } else {
        let loaded = try ManifestLoading.read(options.manifests, changes: [])
        for note in loaded.notes { StandardOutput.complain("note: \(note)") }
        let started = try await SimulatedTarget.start(
          loaded.objects, workload: SimulatedWorkload(), timeScale: options.timeScale)
        simulated = started
        namespace = started.endpoints.namespace
        connection = try await started.connection(environment: environment)
      }
      for note in connection.notes { StandardOutput.complain("note: \(note)") }
      if let asked = options.namespace { namespace = asked }
      let opened = try CurlSession(name: "kubernetes")
      session = opened
      let client = APIClient(connection: connection, session: opened, log: options.log.logger(.client))
      return SurveyedCluster(
        client: client, context: connection.context, namespace: namespace,
        serverVersion: try await client.serverVersion(), timeScale: simulated == nil ? 1 : options.timeScale,
        simulated: simulated)
    } catch {
      await session?.close()
      await simulated?.server.stop()
      throw TargetCluster.refusal(of: error)
    }
  }

  func close() async {
    await client.close()
    await simulated?.server.stop()
  }

  /// The context that a profile names; `nil` where a pod's service account was used, which is of no kubeconfig.
  func contextName(asked: String?) -> String? { asked ?? (context == APIConnection.podContext ? nil : context) }

  /// Refuses a simulated cluster that is served with a time scale: a run takes a second there for a second here.
  func refuseFastClock() async throws(HarnessError) {
    guard simulated == nil, serverVersion.contains("+scaleproof") else { return }
    do {
      let (first, begin) = (try await client.get(path: "/version"), ContinuousClock.now)
      try await Task.sleep(for: .seconds(3))
      let second = try await client.get(path: "/version")
      guard let earlier = first.date, let later = second.date else { return }
      let pace = (later.seconds - earlier.seconds) / begin.duration(to: .now).seconds
      guard pace > 1.7 else { return }
      throw HarnessError(
        .refused,
        "the clock of \(client.connection.server) runs about \(Int(pace.rounded())) times as fast as the one here (scaleproof "
          + "cluster --time-scale), and a run would take its times for real ones: serve it without, or name its manifests "
          + "with --manifests and --time-scale")
    } catch {
      throw TargetCluster.refusal(of: error)
    }
  }

  /// What leads to workloads in a namespace, and what scales them.
  ///
  /// - Throws: ``HarnessError`` when something of it may not be read.
  func objects(in namespace: String) async throws(HarnessError) -> [JSONValue] {
    var objects: [JSONValue] = []
    let resources =
      [ResourceType.ingresses, .services, .horizontalPodAutoscalers] + WorkloadKind.allCases.map(\.resource)
    for resource in resources {
      do {
        objects += try await client.objects(resource, namespace: namespace)
      } catch  where error.code == .notFound {
        // Kinds that the cluster does not have, such as Rollouts.
      } catch {
        throw TargetCluster.refusal(of: error)
      }
    }
    return objects
  }

  /// The namespaces in which an Ingress is for a host; `nil` where those of other namespaces may not be read.
  func namespaces(of host: String) async -> [String]? {
    guard let objects = try? await client.list(.ingresses, namespace: nil).items else { return nil }
    for naming in Ingress.namings(of: host) {
      let own = objects.filter { object in
        object["spec", "rules"]?.array?.contains { $0["host"]?.string?.lowercased() == naming } ?? false
      }
      if !own.isEmpty { return Set(own.compactMap { $0["metadata", "namespace"]?.string }).sorted() }
    }
    return []
  }

  /// Waits until a workload has come to rest: what is measured before is not what it is like.
  func awaitSteady(
    _ reference: WorkloadReference, in namespace: String, limit: Duration = .seconds(300)
  ) async throws(HarnessError) {
    var waiting = SteadyWaiting(
      for: [WatchedWorkload(reference)], in: namespace, of: client, timeScale: timeScale, limit: limit)
    var hasSaid = simulated != nil
    while let (wait, waited) = try await waiting.next() {
      if !hasSaid { StandardOutput.complain(wait.line(waited: waited, limit: limit)) }
      hasSaid = true
    }
  }
}
