import Foundation
import KubernetesClient
import KubernetesObjects
import Profiles
import SimulatedCluster
import SimulatedClusterServer

/// The embedded cluster while it runs.
struct SimulatedTarget: Sendable {
  let server: ClusterServer
  let endpoints: ClusterServer.Endpoints

  /// Where requests to a URL reach the Ingress.
  func ingressAddress(of url: String) -> String {
    "127.0.0.1:\(url.hasPrefix("https:") ? endpoints.ingressTLSPort : endpoints.ingressPort)"
  }

  /// How whoever acts there reaches its API: the administrator, or a user.
  func connection(
    actingAs user: String? = nil, environment: [String: String]
  ) async throws(KubernetesError) -> APIConnection {
    try await APIConnection(
      kubeconfig: try Kubeconfig(text: endpoints.kubeconfig(actingAs: user), source: "simulated cluster"), context: nil,
      environment: environment)
  }

  /// Starts a cluster with the objects of manifests; its date begins as that of the wall clock.
  ///
  /// - Parameter isAPISecure: whether the API is reached over TLS.
  static func start(
    _ manifests: [ClusterManifest], workload: SimulatedWorkload, timeScale: Double, apiPort: Int = 0,
    isAPISecure: Bool = false
  ) async throws(HarnessError) -> SimulatedTarget {
    do {
      let server = try ClusterServer(
        manifests: manifests, workload: workload, timeScale: timeScale, startDate: Date().kubernetesTime,
        apiPort: apiPort, isAPISecure: isAPISecure)
      return SimulatedTarget(server: server, endpoints: try await server.start())
    } catch let problem as ManifestProblem {
      throw HarnessError(.invalidInput, problem.description)
    } catch {
      throw HarnessError(.unreachable, "the simulated cluster cannot be started: \(error)")
    }
  }
}

extension Date {
  /// The same instant as Kubernetes keeps it.
  var kubernetesTime: KubernetesTime { KubernetesTime(microseconds: Int64(timeIntervalSince1970 * 1e6)) }
}
