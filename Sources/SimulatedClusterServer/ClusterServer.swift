import Glibc
package import KubernetesObjects
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
package import SimulatedCluster
import Synchronization

/// A simulated cluster over sockets on 127.0.0.1: a Kubernetes API for `kubectl` and other clients, and an Ingress.
package final class ClusterServer: Sendable {
  /// Where a running server is reached.
  package struct Endpoints: Sendable, Equatable {
    /// `http://127.0.0.1:PORT`, or `https`
    package let apiURL: String
    package let apiPort: Int
    package let ingressPort: Int
    /// Where the Ingress listens for TLS.
    package let ingressTLSPort: Int
    /// The namespace of what the cluster began with.
    package let namespace: String

    /// A kubeconfig whose only context, `simulated`, leads to the API.
    package var kubeconfig: String { kubeconfig(actingAs: nil) }

    /// - Parameter user: whom its user acts as; `nil` for nobody else.
    /// - Parameter others: users beside, each with its token, and a context of its name.
    package func kubeconfig(actingAs user: String?, others: [(name: String, token: String)] = []) -> String {
      var credentials = credentials
      credentials["as"] = user.map { .string($0) }
      let contexts = others.map { other in
        Self.item([
          "name": .string(other.name),
          "context": ["cluster": "simulated", "user": .string(other.name), "namespace": .string(namespace)],
        ])
      }
      let users = others.map { Self.item(["name": .string($0.name), "user": ["token": .string($0.token)]]) }
      return """
        apiVersion: v1
        kind: Config
        current-context: simulated
        clusters:
        - name: simulated
          cluster:
            server: \(apiURL)\(authority)
        contexts:
        - name: simulated
          context:
            cluster: simulated
            user: simulated
            namespace: \(namespace)
        \(contexts.joined())users:
        - name: simulated
          user: \(Self.text(credentials))
        \(users.joined())
        """
    }

    private static func item(_ value: JSONValue) -> String { "- \(text(value))\n" }

    private static func text(_ value: JSONValue) -> String {
      var written = ByteBuffer()
      written.writeJSON(value)
      return String(buffer: written)
    }

    private var isSecure: Bool { apiURL.hasPrefix("https:") }

    private var authority: String {
      isSecure ? "\n    certificate-authority-data: \(EmbeddedCertificates.authority.base64)" : ""
    }

    private var credentials: JSONValue {
      guard isSecure else { return [:] }
      return [
        "client-certificate-data": .string(EmbeddedCertificates.administrator.base64),
        "client-key-data": .string(EmbeddedCertificates.administratorKey.base64),
      ]
    }
  }

  private let group: MultiThreadedEventLoopGroup
  private let host: ClusterHost
  private let apiPort: Int
  private let ingressPort: Int
  private let isAPISecure: Bool
  private let isStopped = Mutex(false)

  /// - Parameters:
  ///   - manifests: the objects to begin with.
  ///   - timeScale: cluster seconds per second of wall time, at least 1.
  ///   - warmUp: cluster time that has passed when the server starts, so that the workload is up by then.
  ///   - startDate: the date of the cluster at its start, in microseconds since 1970: usually the date of the wall clock.
  ///   - apiPort: the port of the API; 0 lets the kernel choose one.
  ///   - ingressPort: the port of the Ingress for requests without TLS; 0 lets the kernel choose one.
  ///   - isAPISecure: whether the API is reached over TLS, by which it knows users.
  /// - Throws: ``ClusterSimulation/ManifestProblem`` for an object that the cluster cannot run.
  package init(
    manifests: [ClusterManifest], workload: SimulatedWorkload = SimulatedWorkload(), timeScale: Double = 1,
    warmUp: Duration = ClusterSimulation.warmUp, startDate: KubernetesTime, apiPort: Int = 0, ingressPort: Int = 0,
    isAPISecure: Bool = false
  ) throws(ManifestProblem) {
    let epoch = KubernetesTime(microseconds: startDate.microseconds - warmUp.components.seconds * 1_000_000)
    var cluster = try ClusterSimulation(
      manifests: manifests, workload: workload, timeScale: timeScale, epoch: epoch)
    cluster.advance(to: warmUp)
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    self.group = group
    host = ClusterHost(cluster: cluster, warmUp: warmUp, loop: group.next())
    self.apiPort = apiPort
    self.ingressPort = ingressPort
    self.isAPISecure = isAPISecure
  }

  /// Opens the ports; from now on cluster time passes.
  ///
  /// - Throws: the error of the operating system when a port cannot be opened.
  package func start() async throws -> Endpoints {
    let host = host
    let apiTLS = isAPISecure ? try APITLS.context() : nil
    let api = try await bind(port: apiPort) { channel in
      if let apiTLS { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: apiTLS)) }
      try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
      try channel.pipeline.syncOperations.addHandler(APIHandler(host: host))
    }
    let ingress = try await bind(port: ingressPort) { try IngressConnection(to: host).open($0) }
    let ingressTLS = try await host.loop.submit { try IngressTLS.context(of: host) }.get()
    let secure = try await bind(port: 0) { try IngressConnection(to: host, over: ingressTLS).open($0) }
    let namespace = try await host.loop.submit {
      host.begin()
      return host.cluster.mainNamespace
    }.get()
    let port = api.localAddress?.port ?? 0
    return Endpoints(
      apiURL: "\(isAPISecure ? "https" : "http")://127.0.0.1:\(port)", apiPort: port,
      ingressPort: ingress.localAddress?.port ?? 0, ingressTLSPort: secure.localAddress?.port ?? 0, namespace: namespace
    )
  }

  /// Closes everything. A second call does nothing.
  package func stop() async {
    let wasStopped = isStopped.withLock { stopped in
      defer { stopped = true }
      return stopped
    }
    if wasStopped { return }
    let host = host
    try? await host.loop.submit { host.end() }.get()
    try? await group.shutdownGracefully()
  }

  /// Reads or changes the cluster between two requests, at its time now.
  package func withCluster<Result: Sendable>(
    _ body: @escaping @Sendable (inout ClusterSimulation) -> Result
  ) async throws -> Result {
    let host = host
    return try await host.loop.submit { host.withCluster(body) }.get()
  }

  /// No program that this process starts inherits the socket, which NIO does not see to.
  private static func closeOnExec(_ channel: any Channel) throws {
    try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { socket in
      _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
    }
  }

  private func bind(
    port: Int, connection: @escaping @Sendable (any Channel) throws -> Void
  ) async throws -> any Channel {
    try await ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 1_024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try Self.closeOnExec(channel) }
      }
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try Self.closeOnExec(channel)
          try connection(channel)
        }
      }
      .bind(host: "127.0.0.1", port: port).get()
  }
}
