import ClusterObservation
import Curl
import Foundation
import KubernetesClient
import KubernetesObjects
import RunTimeline
import SimulatedCluster
import SimulatedClusterServer
import Synchronization
import TestServers
import Testing

@Suite("Observing ConfigMaps and Secrets", .serialized, .timeLimit(.minutes(2)))
struct ConfigObservationTests {
  private static let configs = [ConfigReference(.configMap, "settings"), ConfigReference(.secret, "login")]

  private static func object(_ kind: String, _ name: String) -> JSONValue {
    ["apiVersion": "v1", "kind": .string(kind), "metadata": ["name": .string(name), "namespace": "default"]]
  }

  private static var objects: [JSONValue] {
    var config = object("ConfigMap", "settings")
    config["data"] = ["level": "CANARY"]
    var secret = object("Secret", "login")
    secret["stringData"] = ["password": "CANARY"]
    var other = object("ConfigMap", "other")
    other["data"] = ["level": "CANARY"]
    return [config, secret, other]
  }

  /// Observes while the body runs.
  private static func observing(
    _ configs: [ConfigReference], _ client: APIClient, _ body: (Notebook) async throws -> Void
  ) async throws {
    let notebook = Notebook()
    let observer = ClusterObserver(
      client: client, namespace: "default", resources: configs.map(\.resource), clock: RunClock(origin: .now, scale: 1),
      sink: notebook)
    let (ready, sink) = AsyncStream.makeStream(of: Void.self)
    let task = Task { await observer.run(onReady: { sink.finish() }) }
    defer { task.cancel() }
    for await _ in ready {}
    try await body(notebook)
    task.cancel()
    await task.value
  }

  private static func client(_ kubeconfig: String) async throws -> APIClient {
    APIClient(
      connection: try await APIConnection(
        kubeconfig: try Kubeconfig(text: kubeconfig, source: "test"), context: nil, environment: [:]),
      session: try CurlSession(name: "test"))
  }

  @Test("tells of each version of those that are named, each by itself, and of nothing that is in them")
  func metadataOnly() async throws {
    let server = try ClusterServer(
      manifests: Self.objects.map { ClusterManifest(source: "test", object: $0) }, timeScale: 20,
      startDate: KubernetesTime(seconds: 1_795_456_800))
    let client = try await Self.client(try await server.start().kubeconfig)
    try await Self.observing(Self.configs, client) { notebook in
      let changed: JSONValue = ["data": ["level": "CANARY2"]]
      _ = try await client.send(
        "PATCH", path: ResourceType.configMaps.path(namespace: "default", name: "settings"),
        type: "application/merge-patch+json", body: changed)
      try await notebook.await { $0.kind == .modified }

      let told = notebook.observations
      #expect(Set(told.map(\.resource)) == ["configmaps/settings", "secrets/login"])
      #expect(Set(told.compactMap(\.name)) == ["settings", "login"])
      for resource in ["configmaps/settings", "secrets/login"] {
        #expect(told.contains { $0.resource == resource && $0.kind == .list })
        #expect(told.contains { $0.resource == resource && $0.kind == .listed && $0.object != nil })
      }
      for text in told.compactMap(\.object).map({ String(decoding: $0, as: UTF8.self) }) {
        #expect(text.contains("resourceVersion") && !text.contains("CANARY") && !text.contains("\"data\""), "\(text)")
      }
    }
    await server.stop()
  }

  @Test("keeps nothing that is in them of a server that sends more than it was asked for")
  func talkative() async throws {
    let heads = Mutex<[String]>([])
    let server = try ScriptedServer { connection in
      while let head = connection.readRequestHead() {
        heads.withLock { $0.append(head) }
        let object =
          #"{"metadata": {"name": "login", "uid": "1", "resourceVersion": "7"}, "data": {"password": "CANARY"}}"#
        let body =
          head.contains("watch=true")
          ? #"{"type": "MODIFIED", "object": \#(object.replacingOccurrences(of: "7", with: "9"))}"# + "\n"
          : #"{"metadata": {"resourceVersion": "8"}, "items": [\#(object)]}"#
        connection.write("HTTP/1.1 200 x\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
      }
    }
    let client = try await Self.client(KubeconfigText.leading(to: server.url))
    try await Self.observing([ConfigReference(.secret, "login")], client) { notebook in
      try await notebook.await { $0.kind == .modified }
      let texts = notebook.observations.compactMap(\.object).map { String(decoding: $0, as: UTF8.self) }
      #expect(texts.count >= 2 && !texts.contains { $0.contains("CANARY") || $0.contains("\"data\"") }, "\(texts)")
    }
    let asked = heads.withLock { $0 }
    #expect(asked.allSatisfy { $0.contains("as=PartialObjectMetadata") && $0.contains("metadata.name%3Dlogin") })
    await client.close()
  }
}
