import ClusterObservation
import Curl
import Foundation
import KubernetesClient
import KubernetesObjects
import RunTimeline
import SimulatedCluster
import SimulatedClusterServer
import TestServers
import Testing

/// A run outlives the token that it began with: the server accepts each token for four seconds from its first use, and the
/// run goes on for several of them, as twelve minutes do with tokens of ten.
@Suite("Observing for longer than a token lives", .serialized, .timeLimit(.minutes(5)))
struct TokenExpiryTests {
  enum Renewal: String, CaseIterable {
    /// The command says when its token ends.
    case announced
    /// It does not, so that only the server's 401 tells.
    case unannounced
  }

  @Test("lists and watches go on without a gap", arguments: Renewal.allCases)
  func outlives(_ renewal: Renewal) async throws {
    let cluster = try ClusterServer(
      manifests: [ClusterManifest(source: "test", object: Self.deployment)], timeScale: 20,
      startDate: KubernetesTime(seconds: 1_795_456_800))
    let server = try PythonServer.authenticating(upstream: try await cluster.start().apiURL)
    let folder = URL.temporaryDirectory.appending(path: "token-expiry-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let client = APIClient(
      connection: try await connection(to: server, renewal, in: folder), session: try CurlSession(name: "test"))
    let notebook = Notebook()
    let observer = ClusterObserver(
      client: client, namespace: "default", resources: ClusterObserver.resources(of: [.deployment]),
      clock: RunClock(origin: .now, scale: 20),
      sink: notebook,
      tempo: ObserverTempo(relistInterval: .milliseconds(200), watchSeconds: 1))
    let task = Task { await observer.run(onReady: {}) }

    let tokens = {
      Set(try server.apiRequests().filter { $0.status == 200 }.flatMap { $0.headers["authorization"] ?? [] })
    }
    while try tokens().count < 4 { try await Task.sleep(for: .milliseconds(50)) }
    _ = try await client.send(
      "PATCH", path: ResourceType.deployments.path(namespace: "default", name: "web"),
      type: "application/strategic-merge-patch+json", body: ["spec": ["replicas": 4]])
    try await notebook.await { $0.resource == "deployments" && $0.kind == .modified }

    task.cancel()
    await task.value
    await cluster.stop()
    let gaps = notebook.observations.filter { $0.kind == .gap }
    #expect(gaps.isEmpty, "\(gaps.compactMap(\.message))")
    let refused = try server.apiRequests().filter { $0.status == 401 }.count
    if renewal == .unannounced { #expect(refused > 0) }
  }

  private static let deployment: JSONValue = [
    "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web", "namespace": "default"],
    "spec": [
      "replicas": 2, "selector": ["matchLabels": ["app": "web"]],
      "template": [
        "metadata": ["labels": ["app": "web"]], "spec": ["containers": [["name": "web", "image": "web:v1"]]],
      ],
    ],
  ]

  private func connection(to server: PythonServer, _ renewal: Renewal, in folder: URL) async throws -> APIConnection {
    let plugin = folder.appending(path: "plugin").path
    let expiry = renewal == .announced ? #",\"expirationTimestamp\":\"$(date -u -d @$end +%Y-%m-%dT%H:%M:%SZ)\""# : ""
    try """
    #!/bin/sh
    end=$(($(date +%s) + 4))
    name=$(date +%s%N)
    echo "{\\"kind\\":\\"ExecCredential\\",\\"apiVersion\\":\\"client.authentication.k8s.io/v1\\",\\"status\\":{\
    \\"token\\":\\"for-4-$name\\"\(expiry)}}"

    """.write(toFile: plugin, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: plugin)
    let config = try Kubeconfig(
      text: """
        current-context: x
        clusters: [{name: c, cluster: {server: "\(server.tlsURL)", certificate-authority: \(server.authorityFile)}}]
        contexts: [{name: x, context: {cluster: c, user: u}}]
        users:
        - name: u
          user: {exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: "\(plugin)"}}
        """, source: "test")
    return try await APIConnection(kubeconfig: config, context: nil, environment: [:])
  }
}
