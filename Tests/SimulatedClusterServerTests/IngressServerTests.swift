import Foundation
import KubernetesObjects
import SimulatedCluster
import SimulatedClusterServer
import Subprocess
import Testing

@Suite("The Ingress port of the simulated cluster", .serialized, .timeLimit(.minutes(10)))
struct IngressServerTests {
  private func curl(_ arguments: [String]) async throws -> String {
    let result = try await run(
      .name("curl"), arguments: Arguments(["-s", "-i"] + arguments), output: .string(limit: 1 << 20))
    return result.standardOutput
  }

  @Test("Requests over one connection reach pods in turn; unknown hosts are 404; the answer names pod and version")
  func answers() async throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "SimulatedClusterTests/Resources/aspnetcore.json")
    let objects = try JSONValue(json: Data(contentsOf: file)).array ?? []
    let server = try ClusterServer(
      manifests: objects.map { ClusterManifest(source: "aspnetcore.json", object: $0) }, timeScale: 20,
      startDate: KubernetesTime(seconds: 1_767_225_600))
    let endpoints = try await server.start()
    let url = "http://127.0.0.1:\(endpoints.ingressPort)/items"
    do {
      let good = try await curl(["-H", "Host: api.example.com", url, url + "?page=2", url])
      let pods = good.split(separator: "\r\n").filter { $0.hasPrefix("X-Pod: aspnetcore-deployment-") }
      #expect(good.components(separatedBy: "HTTP/1.1 200 OK").count == 4, "\(good)")
      #expect(Set(pods).count == 3)
      #expect(good.contains("X-Version: v1.0.0\r\n"))
      let unknown = try await curl([url])
      #expect(unknown.hasPrefix("HTTP/1.1 404 Not Found"), "\(unknown)")
      let api = try await curl([endpoints.apiURL + "/readyz"])
      // A day of the cluster is more than an hour of the wall.
      #expect(api.contains("Date: Thu, 01 Jan 2026 "), "\(api)")
    } catch {
      await server.stop()
      throw error
    }
    await server.stop()
  }
}
