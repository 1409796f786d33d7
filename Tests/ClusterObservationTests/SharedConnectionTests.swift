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

@Suite("Observing a server that speaks HTTP/2", .timeLimit(.minutes(2)))
struct SharedConnectionTests {
  @Test("takes one connection for all lists and watches")
  func shared() async throws {
    let server = try ClusterServer(manifests: [], timeScale: 20, startDate: KubernetesTime(seconds: 1_795_456_800))
    let endpoints = try await server.start()
    let nginx = try NginxServer(api: endpoints.apiURL)
    let config = """
      apiVersion: v1
      kind: Config
      current-context: c
      contexts: [{name: c, context: {cluster: c, user: u}}]
      clusters: [{name: c, cluster: {server: "https://localhost:\(nginx.tlsPort)", certificate-authority: \(nginx.authorityFile)}}]
      users: [{name: u, user: {token: "t"}}]
      """
    let client = APIClient(
      connection: try await APIConnection(
        kubeconfig: try Kubeconfig(text: config, source: "test"), context: nil, environment: [:]),
      session: try CurlSession(name: "test"))
    let notebook = Notebook()
    let resources = ClusterObserver.resources(of: [.deployment])
    let observer = ClusterObserver(
      client: client, namespace: "default", resources: resources, clock: RunClock(origin: .now, scale: 20),
      sink: notebook,
      tempo: ObserverTempo(relistInterval: .milliseconds(50), watchSeconds: 1))
    let (ready, sink) = AsyncStream.makeStream(of: Void.self)
    let task = Task { await observer.run(onReady: { sink.finish() }) }
    for await _ in ready {}
    for _ in 0..<5 { await observer.listAll() }
    task.cancel()
    await task.value
    await client.close()
    await server.stop()

    let lines = try nginx.stopAndReadLog()
    #expect(lines.count >= resources.count * 6)
    #expect(
      Set(lines.map { $0[3] }) == ["HTTP/2.0"] && Set(lines.map { $0[4] }).count == 1, "\(Set(lines.map { $0[4] }))")
    #expect(notebook.observations.compactMap(\.message).isEmpty, "\(notebook.observations.compactMap(\.message))")
  }
}
