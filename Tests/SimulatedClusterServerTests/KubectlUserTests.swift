import Foundation
import KubernetesObjects
import SimulatedCluster
import SimulatedClusterServer
import Subprocess
import SystemPackage
import TestServers
import Testing

/// Users whom the API knows by what they bring: tokens and certificates, over TLS, with the rights that roles give them.
@Suite("kubectl and its users over TLS", .timeLimit(.minutes(5)))
struct KubectlUserTests {
  /// A served cluster and kubectl, once with the kubeconfig of the administrator and else with that of a user.
  private struct Rig {
    let kubectl: Kubectl
    let endpoints: ClusterServer.Endpoints
    let server: ClusterServer
    let folder: TemporaryFolder

    func ask(
      _ arguments: [String], with kubeconfig: String? = nil
    ) async throws -> (output: String, succeeded: Bool) {
      let result = try await run(
        .path(FilePath(kubectl.path)),
        arguments: Arguments(
          ["--kubeconfig", kubeconfig ?? folder.file("config"), "--cache-dir", folder.file("cache")] + arguments),
        output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
      return (result.standardOutput + result.standardError, result.terminationStatus.isSuccess)
    }

    /// A kubeconfig of somebody else.
    ///
    /// - Parameter credentials: the members of its user, as YAML.
    func kubeconfig(_ name: String, _ credentials: String) throws -> String {
      var text = ""
      for line in endpoints.kubeconfig.split(separator: "\n", omittingEmptySubsequences: false) {
        text += line.hasPrefix("  user: {") ? "  user: {\(credentials)}\n" : "\(line)\n"
      }
      return try folder.write(text, to: name)
    }

    /// Gives a role that reads pods to somebody: `--user=…`, `--group=…`, `--serviceaccount=…`.
    func mayReadPods(_ subject: String) async throws {
      for arguments in [
        ["create", "role", "reader", "--verb=get,list", "--resource=pods"],
        ["create", "rolebinding", "readers", "--role=reader", subject],
      ] {
        let done = try await ask(arguments)
        #expect(done.succeeded, "\(done.output)")
      }
    }

    /// What somebody may do with that role, and in what words the rest is refused.
    func expectReader(_ kubeconfig: String, named user: String) async throws {
      let pods = try await ask(["get", "pods", "-o", "name"], with: kubeconfig)
      #expect(pods.output.split(separator: "\n").count == 3, "\(pods.output)")
      for (arguments, verb) in [
        (["delete", "pods", "--all"], "deletecollection"),
        (["get", "secrets"], "list"),
      ] as [([String], String)] {
        let refused = try await ask(arguments, with: kubeconfig)
        let resource = arguments.contains("secrets") ? "secrets" : "pods"
        // kubectl 1.20 deletes one pod after the other.
        let verbs = verb == "deletecollection" ? ["deletecollection", "delete"] : [verb]
        #expect(
          verbs.contains {
            refused.output.contains(
              "forbidden: User \"\(user)\" cannot \($0) resource \"\(resource)\" in API group \"\" in the namespace "
                + "\"production\"")
          }, "\(refused.output)")
        #expect(!refused.succeeded)
      }
      #expect(try await ask(["auth", "can-i", "list", "pods"], with: kubeconfig).output == "yes\n")
      #expect(try await ask(["auth", "can-i", "delete", "pods"], with: kubeconfig).output.hasPrefix("no"))
      #expect(try await ask(["get", "pods"]).output.split(separator: "\n").count == 4, "all are there still")
    }
  }

  private func serving(_ kubectl: Kubectl, _ body: (Rig) async throws -> Void) async throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "SimulatedClusterTests/Resources/aspnetcore.json")
    let objects = try JSONValue(json: Data(contentsOf: file)).array ?? []
    let server = try ClusterServer(
      manifests: objects.map { ClusterManifest(source: "aspnetcore.json", object: $0) }, timeScale: 1,
      startDate: KubernetesTime(microseconds: Int64(Date().timeIntervalSince1970 * 1e6)), isAPISecure: true)
    let folder = try TemporaryFolder()
    do {
      let endpoints = try await server.start()
      _ = try folder.write(endpoints.kubeconfig, to: "config")
      try await body(Rig(kubectl: kubectl, endpoints: endpoints, server: server, folder: folder))
    } catch {
      await server.stop()
      throw error
    }
    await server.stop()
  }

  @Test("a token of a ServiceAccount has the rights of its roles, until the account is gone", arguments: Kubectl.found)
  func serviceAccount(kubectl: Kubectl) async throws {
    try await serving(kubectl) { rig in
      #expect(try await rig.ask(["create", "serviceaccount", "bot"]).succeeded)
      try await rig.mayReadPods("--serviceaccount=production:bot")
      let token: String
      if kubectl.minor >= 24 {
        token = try await rig.ask(["create", "token", "bot"]).output.trimmingCharacters(in: .newlines)
      } else {
        let secret = try rig.folder.write(
          """
          apiVersion: v1
          kind: Secret
          type: kubernetes.io/service-account-token
          metadata: {name: bot-token, annotations: {kubernetes.io/service-account.name: bot}}
          """, to: "secret.yaml")
        #expect(try await rig.ask(["apply", "-f", secret]).succeeded)
        let data = try await rig.ask(["get", "secret", "bot-token", "-o", "jsonpath={.data.token}"]).output
        token = String(decoding: try #require(Data(base64Encoded: data)), as: UTF8.self)
      }
      let bot = try rig.kubeconfig("bot", "token: \(token)")
      try await rig.expectReader(bot, named: "system:serviceaccount:production:bot")

      #expect(try await rig.ask(["delete", "serviceaccount", "bot"]).succeeded)
      let gone = try await rig.ask(["get", "pods"], with: bot)
      #expect(gone.output == "error: You must be logged in to the server (Unauthorized)\n", "\(gone.output)")
      let made = try rig.kubeconfig("made-up", "token: \(token)x")
      #expect(try await rig.ask(["get", "pods"], with: made).output.contains("(Unauthorized)"))
    }
  }

  @Test(
    "a client certificate says who somebody is, and its organizations of which groups", arguments: Kubectl.found,
    ["--user=jane", "--group=developers"])
  func certificate(kubectl: Kubectl, subject: String) async throws {
    try await serving(kubectl) { rig in
      let files = try ClientCertificate(subject: "/O=developers/O=night shift/CN=jane", in: rig.folder)
      let jane = try rig.kubeconfig(
        "jane", "client-certificate: \(files.certificate), client-key: \(files.key)")
      let before = try await rig.ask(["get", "pods"], with: jane)
      #expect(before.output.contains("User \"jane\" cannot list resource \"pods\""), "\(before.output)")

      try await rig.mayReadPods(subject)
      try await rig.expectReader(jane, named: "jane")
      if kubectl.minor >= 28 {
        let who = try await rig.ask(["auth", "whoami"], with: jane).output
        #expect(who.contains("[developers night shift system:authenticated]"), "\(who)")
      }
    }
  }

  @Test("a user with a token has a context of the kubeconfig, and the rights of its groups", arguments: Kubectl.found)
  func namedUser(kubectl: Kubectl) async throws {
    try await serving(kubectl) { rig in
      let token = try await rig.server.withCluster {
        $0.addToken(for: APIUser(name: "oidc:jane", groups: ["developers"]))
      }
      let both = try rig.folder.write(
        rig.endpoints.kubeconfig(actingAs: nil, others: [("oidc:jane", token)]), to: "both")
      let contexts = try await rig.ask(["config", "get-contexts", "-o", "name"], with: both)
      #expect(contexts.output == "oidc:jane\nsimulated\n", "\(contexts.output)")
      #expect(try await rig.ask(["get", "pods"], with: both).succeeded)
      try await rig.mayReadPods("--group=developers")
      #expect(try await rig.ask(["config", "use-context", "oidc:jane"], with: both).succeeded)
      try await rig.expectReader(both, named: "oidc:jane")
    }
  }
}

/// A certificate that the authority of simulated clusters has issued, made by openssl.
private struct ClientCertificate {
  let certificate: String
  let key: String

  init(subject: String, in folder: TemporaryFolder) throws {
    let authority = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources/SimulatedClusterServer/Certificates").path
    (certificate, key) = (folder.file("user.pem"), folder.file("user.key"))
    let request = folder.file("user.csr")
    let extensions = try folder.write("extendedKeyUsage=clientAuth\n", to: "user.ext")
    try Self.openssl([
      "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", subject, "-keyout", key,
      "-out", request,
    ])
    try Self.openssl([
      "x509", "-req", "-in", request, "-CA", "\(authority)/authority.pem", "-CAkey", "\(authority)/authority.key",
      "-set_serial", "77", "-days", "2", "-extfile", extensions, "-out", certificate,
    ])
  }

  private static func openssl(_ arguments: [String]) throws {
    guard try ChildProcess(["/usr/bin/openssl"] + arguments).awaitEnd() == 0 else {
      throw TestServerError("openssl \(arguments.joined(separator: " ")) failed")
    }
  }
}
