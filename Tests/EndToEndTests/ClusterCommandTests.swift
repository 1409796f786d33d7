import Foundation
import Subprocess
import TestServers
import Testing

/// `scaleproof cluster` as a product of its own, and as the real cluster of a run.
@Suite("The simulated cluster on its own", .serialized, .timeLimit(.minutes(10)))
struct ClusterCommandTests {
  /// Serves the ready manifests while the body runs.
  private func serving(
    _ folder: TemporaryFolder, with options: [String] = [], endedBy signal: Int32 = SIGINT,
    _ body: @escaping @Sendable (_ kubeconfig: String) async throws -> Void
  ) async throws -> Program.Ending {
    let kubeconfig = folder.file("kubeconfig")
    return try await Program.run(
      ["cluster", "Profiles/manifests/aspnetcore", "--kubeconfig", kubeconfig] + options,
      through: ["env", "--default-signal"]
    ) { process in
      defer { process.send(signal) }
      try await eventually { FileManager.default.fileExists(atPath: kubeconfig) }
      try await body(kubeconfig)
    }
  }

  private static func kubectl(_ kubeconfig: String, _ arguments: String...) async throws -> Program.Ending {
    // The cache beside the kubeconfig, so that it goes away with it.
    try await Program.command(
      Programs.path(of: "kubectl"), ["--cache-dir", kubeconfig + "-cache"] + arguments,
      environment: ["KUBECONFIG": kubeconfig])
  }

  @Test("kubectl reads it with the kubeconfig that it prints, and Ctrl-C ends it in good order")
  func kubectlReadsIt() async throws {
    let folder = try TemporaryFolder()

    let ending = try await serving(folder) { kubeconfig in
      let rollout = try await Self.kubectl(
        kubeconfig, "rollout", "status", "deployment/aspnetcore-deployment", "--timeout=60s")
      #expect(rollout.code == 0, "\(rollout.complaints)")
      let pods = try await Self.kubectl(kubeconfig, "get", "pods", "--no-headers")
      #expect(pods.output.split(separator: "\n").count == 3, "\(pods.output)\(pods.complaints)")
    }

    #expect(ending.code == 0, "\(ending.complaints)")
    #expect(!FileManager.default.fileExists(atPath: folder.file("kubeconfig")))
  }

  @Test("over TLS, a user of the command line has a context, and no rights but those of roles")
  func users() async throws {
    let folder = try TemporaryFolder()

    let ending = try await serving(folder, with: ["--tls", "--user", "jane=developers,ops"]) { kubeconfig in
      let pods = try await Self.kubectl(kubeconfig, "get", "pods", "--no-headers")
      #expect(pods.output.split(separator: "\n").count == 3, "\(pods.output)\(pods.complaints)")
      let refused = try await Self.kubectl(kubeconfig, "--context", "jane", "get", "pods")
      #expect(refused.complaints.contains("User \"jane\" cannot list resource \"pods\""), "\(refused.complaints)")
      let bound = try await Self.kubectl(
        kubeconfig, "create", "rolebinding", "view", "--clusterrole=view", "--group=ops")
      #expect(bound.code == 0, "\(bound.complaints)")
      let allowed = try await Self.kubectl(kubeconfig, "--context", "jane", "get", "pods", "--no-headers")
      #expect(allowed.output.split(separator: "\n").count == 3, "\(allowed.complaints)")
    }

    #expect(ending.code == 0, "\(ending.complaints)")
  }

  @Test("any signal that asks for the end ends it in good order", arguments: [SIGTERM, SIGHUP, SIGQUIT])
  func signals(signal: Int32) async throws {
    let folder = try TemporaryFolder()

    let ending = try await serving(folder, endedBy: signal) { _ in }

    #expect(ending.code == 0, "\(ending.complaints)")
    #expect(!FileManager.default.fileExists(atPath: folder.file("kubeconfig")))
  }

  @Test("a run watches it like any real cluster, through a context of a kubeconfig")
  func runAgainstContext() async throws {
    let folder = try TemporaryFolder()

    let ending = try await serving(folder) { kubeconfig in
      let host = try await Self.kubectl(
        kubeconfig, "get", "ingress", "-o", "jsonpath={.items[0].spec.rules[0].host}")
      #expect(host.output == "api.example.com")
      let ingress = try Self.ingressAddress(kubeconfig)
      let profile = try folder.write(
        """
        apiVersion: scaleproof/v1
        kind: Profile
        metadata: {name: context}
        target:
          url: http://api.example.com
          connectTo: \(ingress)
          servedBy: {pod: X-Pod, version: X-Version}
        cluster: {workload: deployment/aspnetcore-deployment, hpa: aspnetcore-hpa}
        requests: [{name: list, path: /api/v1/items, headers: {Authorization: "Bearer {{env TEST_TOKEN}}", X-Api-Key: "literal-5530-key"}}]
        load: {phases: [{name: calm, for: 4s, rate: 50/s}]}
        expectations:
          - {name: steady, steadyReplicas: {during: calm, count: 3, of: ready}}
          - {name: no errors, errorBudget: {during: calm, objective: 99%}}
        """, to: "profile.yaml")
      let config = try String(contentsOfFile: kubeconfig, encoding: .utf8)
      let withToken = try folder.write(
        config.replacingOccurrences(of: "user: {}", with: "user: {token: kubeconfig-8264-token}"), to: "with-token")
      let run = try await Program.run(
        ["run", profile, "--kubeconfig", withToken, "--context", "simulated", "--output", folder.file("out")],
        environment: ["TEST_TOKEN": "open-sesame-7391"])
      #expect(run.code == 0, "\(run.output)\n\(run.complaints)")
    }

    #expect(ending.code == 0)
    for secret in ["open-sesame-7391", "literal-5530-key", "kubeconfig-8264-token"] {
      try await checkSecrecy(of: folder.file("out"), secret: secret)
    }
  }

  /// A credential is in none of the bytes that a run leaves.
  private func checkSecrecy(of folder: String, secret: String) async throws {
    let found = try await Program.command("grep", ["-rl", secret, folder])
    #expect(found.code == 1, "\(found.output)")
  }

  /// The kubeconfig names the Ingress in its first line: `# Ingress: http://127.0.0.1:PORT`.
  private static func ingressAddress(_ kubeconfig: String) throws -> String {
    let text = try String(contentsOfFile: kubeconfig, encoding: .utf8)
    return String(try #require(text.split(separator: "\n").first?.split(separator: "/").last))
  }
}
