import Foundation
import KubernetesObjects
import SimulatedCluster
import SimulatedClusterServer
import Subprocess
import SystemPackage
import TestServers
import Testing

@Suite("TLS of the simulated API", .timeLimit(.minutes(10)))
struct APITLSTests {
  private static func server() throws -> ClusterServer {
    let namespace: JSONValue = ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "some"]]
    return try ClusterServer(
      manifests: [ClusterManifest(source: "test", object: namespace)],
      startDate: KubernetesTime(seconds: 1_767_225_600),
      isAPISecure: true)
  }

  private func serving(_ body: (ClusterServer.Endpoints) async throws -> Void) async throws {
    let server = try Self.server()
    do {
      try await body(try await server.start())
    } catch {
      await server.stop()
      throw error
    }
    await server.stop()
  }

  @Test(
    "kubectl trusts it by its kubeconfig, which has the authority and the administrator's certificate",
    arguments: Kubectl.found)
  func kubeconfig(kubectl: Kubectl) async throws {
    let folder = try TemporaryFolder()
    try await serving { endpoints in
      #expect(endpoints.apiURL == "https://127.0.0.1:\(endpoints.apiPort)")
      let config = try folder.write(endpoints.kubeconfig, to: "config")
      let result = try await run(
        .path(FilePath(kubectl.path)),
        arguments: [
          "--kubeconfig", config, "--cache-dir", folder.file("cache"), "get", "configmap", "some", "-o", "name",
        ],
        output: .string(limit: 1 << 16), error: .string(limit: 1 << 16))
      #expect(result.standardOutput == "configmap/some\n", "\(result.standardError)")
    }
  }

  @Test("who does not trust its authority is not served; a client needs no certificate, but none of another authority")
  func trust() async throws {
    let folder = try TemporaryFolder()
    let stranger = try IssuedCertificate(name: "stranger", hosts: ["stranger"], in: folder)
    let certificate = try folder.write(stranger.certificate, to: "stranger.pem")
    let key = try folder.write(stranger.key, to: "stranger.key")
    func curl(_ arguments: [String]) async throws -> String {
      let result = try await run(
        .name("curl"), arguments: Arguments(["-sS"] + arguments), output: .string(limit: 1 << 20),
        error: .string(limit: 1 << 16))
      return result.standardOutput + result.standardError
    }
    try await serving { endpoints in
      let line = try #require(
        endpoints.kubeconfig.split(separator: "\n").first { $0.contains("certificate-authority-data: ") })
      let data = try #require(Data(base64Encoded: String(line.split(separator: " ").last ?? "")))
      let authority = try folder.write(String(decoding: data, as: UTF8.self), to: "authority.pem")
      let url = endpoints.apiURL + "/readyz"
      #expect(try await curl([url]).contains("SSL certificate problem"))
      #expect(try await curl(["--cacert", authority, url]) == "ok")
      let refused = try await curl(["--cacert", authority, "--cert", certificate, "--key", key, url])
      #expect(refused != "ok" && refused.contains("curl: "), "\(refused)")
    }
  }
}
