import Foundation
import SimulatedCluster
import SimulatedClusterServer

/// Serves manifests as a simulated cluster until a signal comes.
package struct ClusterServing {
  let manifests: [String]
  let timeScale: Double
  let port: Int
  let kubeconfig: String?
  let isSecure: Bool
  let users: [NamedUser]

  /// Somebody who gets a token, and a context of the kubeconfig.
  package struct NamedUser: Sendable, Equatable {
    package let name: String
    package let groups: [String]

    /// Reads `jane` or `jane=team,ops`; `nil` for what is no user.
    package init?(_ text: String) {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      name = String(parts[0])
      groups = parts.count == 2 ? parts[1].split(separator: ",", omittingEmptySubsequences: false).map(String.init) : []
      guard !name.isEmpty, name != "simulated", !groups.contains(""), !text.contains(where: \.isWhitespace) else {
        return nil
      }
    }
  }

  /// - Parameters:
  ///   - isSecure: whether the API is reached over TLS, and users by their certificates and tokens.
  ///   - users: who has rights by roles alone.
  package init(
    manifests: [String], timeScale: Double, port: Int, kubeconfig: String?, isSecure: Bool, users: [NamedUser] = []
  ) {
    self.manifests = manifests
    self.timeScale = timeScale
    self.port = port
    self.kubeconfig = kubeconfig
    self.isSecure = isSecure
    self.users = users
  }

  package func execute() async throws -> ExitStatus {
    if let kubeconfig, FileManager.default.fileExists(atPath: kubeconfig) {
      throw HarnessError(
        .refused, "\(kubeconfig): there is a file already, and it is not overwritten; name another with --kubeconfig")
    }
    // From the start, so that a signal at any time finds what there is to take down.
    let (ended, sink) = AsyncStream.makeStream(of: Void.self)
    let interruption = Interruption { sink.finish() }
    let loaded = try ManifestLoading.read(manifests, changes: [], references: .named)
    for note in loaded.notes { StandardOutput.complain("note: \(note)") }
    let target = try await SimulatedTarget.start(
      loaded.objects, workload: SimulatedWorkload(), timeScale: timeScale, apiPort: port,
      isAPISecure: isSecure)
    let path =
      kubeconfig ?? FileManager.default.temporaryDirectory.path
      + "/scaleproof-kubeconfig-\(ProcessInfo.processInfo.processIdentifier)"
    let ingress = "http://" + target.ingressAddress(of: "http:")
    let secureIngress = "https://" + target.ingressAddress(of: "https:")
    do {
      let users = users
      let tokens = try await target.server.withCluster { cluster in
        users.map { ($0.name, cluster.addToken(for: APIUser(name: $0.name, groups: $0.groups))) }
      }
      let written = target.endpoints.kubeconfig(actingAs: nil, others: tokens)
      try "# Ingress: \(ingress)\n# Ingress over TLS: \(secureIngress)\n\(written)".write(
        toFile: path, atomically: true, encoding: .utf8)
    } catch {
      await target.server.stop()
      throw HarnessError(.refused, "\(path): the kubeconfig cannot be written: \(FileProblem.reason(of: error))")
    }
    StandardOutput.line(
      """
      Kubernetes API  \(target.endpoints.apiURL)
      Ingress         \(ingress)
      Ingress (TLS)   \(secureIngress)
      kubeconfig      \(path)

        export KUBECONFIG=\(path)
        kubectl get pods --watch

      Ctrl-C ends it.
      """)
    // Nobody would learn where it serves.
    if StandardOutput.problem != nil { sink.finish() }
    for await _ in ended {}
    await target.server.stop()
    try? FileManager.default.removeItem(atPath: path)
    _ = interruption
    return .passed
  }
}
