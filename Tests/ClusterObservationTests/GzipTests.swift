import Curl
import Foundation
import KubernetesObjects
import SimulatedCluster
import SimulatedClusterServer
import Testing

@Suite("Answers of the simulated API that are packed", .timeLimit(.minutes(2)))
struct GzipTests {
  @Test("are those longer than 128 KiB to clients that take gzip, and say the same")
  func packed() async throws {
    let filler = JSONValue.string(String(repeating: "filler ", count: 10_000))
    let objects = (0..<3).map { number -> JSONValue in
      [
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string("c\(number)"), "namespace": "default"],
        "data": ["filler": filler],
      ]
    }
    let server = try ClusterServer(
      manifests: objects.map { ClusterManifest(source: "test", object: $0) }, timeScale: 1,
      startDate: KubernetesTime(seconds: 1_795_456_800))
    let endpoints = try await server.start()
    let session = try CurlSession(name: "test")
    let all = endpoints.apiURL + "/api/v1/namespaces/default/configmaps"

    let plain = try await session.perform(CurlRequest(url: all))
    let packed = try await session.perform(CurlRequest(url: all, acceptsGzip: true))
    let short = try await session.perform(CurlRequest(url: all + "?limit=1", acceptsGzip: true))
    await session.close()
    await server.stop()

    #expect(plain.header("Content-Encoding") == nil && packed.header("Content-Encoding") == "gzip")
    #expect(short.header("Content-Encoding") == nil)
    #expect(packed.body == plain.body)
    let length = packed.header("Content-Length").flatMap { Int($0) } ?? .max / 10
    #expect(length * 10 < packed.body.count)
  }
}
