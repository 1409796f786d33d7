import Foundation
import KubernetesObjects
import SimulatedCluster
import SimulatedClusterServer

/// The simulated cluster over sockets, with the ASP.NET Core workload behind an Ingress.
enum IngressRig {
  /// Serves it as long as it is asked things.
  ///
  /// - Parameters:
  ///   - others: objects beside the workload's.
  ///   - change: what its Ingress says otherwise.
  static func serve(
    with others: [JSONValue] = [], _ change: (inout JSONValue) -> Void,
    _ body: (ClusterServer, ClusterServer.Endpoints) async throws -> Void
  ) async throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "SimulatedClusterTests/Resources/aspnetcore.json")
    var objects = try JSONValue(json: Data(contentsOf: file)).array ?? []
    for index in objects.indices where objects[index]["kind"] == "Ingress" { change(&objects[index]) }
    let server = try ClusterServer(
      manifests: (objects + others).map { ClusterManifest(source: "aspnetcore.json", object: $0) }, timeScale: 20,
      startDate: KubernetesTime(seconds: 1_767_225_600))
    do {
      try await body(server, try await server.start())
    } catch {
      await server.stop()
      throw error
    }
    await server.stop()
  }
}
