import ClusterObservation
import Curl
import Foundation
import KubernetesClient
import KubernetesObjects
import RunTimeline
import SimulatedCluster
import SimulatedClusterServer
import Testing

private let deployment: JSONValue = [
  "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web", "namespace": "default"],
  "spec": [
    "replicas": 2, "selector": ["matchLabels": ["app": "web"]],
    "template": [
      "metadata": ["labels": ["app": "web"]], "spec": ["containers": [["name": "web", "image": "web:v1"]]],
    ],
  ],
]

@Suite("Observing a workload over sockets", .serialized, .timeLimit(.minutes(10)))
struct ObservingTests {
  /// Runs an observer against a simulated cluster while the body runs.
  private func observing(
    _ body: (APIClient, ClusterServer, Notebook) async throws -> Void
  ) async throws {
    let server = try ClusterServer(
      manifests: [ClusterManifest(source: "test", object: deployment)], timeScale: 20,
      startDate: KubernetesTime(seconds: 1_795_456_800))
    let endpoints = try await server.start()
    let config = try Kubeconfig(text: endpoints.kubeconfig, source: "test")
    let client = APIClient(
      connection: try await APIConnection(kubeconfig: config, context: nil, environment: [:]),
      session: try CurlSession(name: "test"))
    let notebook = Notebook()
    let observer = ClusterObserver(
      client: client, namespace: "default", resources: ClusterObserver.resources(of: [.deployment]),
      clock: RunClock(origin: .now, scale: 20),
      sink: notebook)
    let (ready, sink) = AsyncStream.makeStream(of: Void.self)
    let task = Task { await observer.run(onReady: { sink.finish() }) }
    for await _ in ready {}
    do {
      try await body(client, server, notebook)
    } catch {
      task.cancel()
      await server.stop()
      throw error
    }
    task.cancel()
    await task.value
    await server.stop()
  }

  @Test("what is observed is what runs are judged by, and what a run can do without")
  func judged() {
    #expect(
      Set(ClusterObserver.resources(of: WorkloadKind.allCases))
        == Set(ObservedObjects.resources + ClusterObserver.optional))
  }

  @Test("every resource is listed before the observer says that it is ready, and each list bounds the clock")
  func listsFirst() async throws {
    try await observing { _, _, notebook in
      let listed = Set(notebook.observations.filter { $0.kind == .list }.map(\.resource))
      #expect(listed == Set(ClusterObserver.resources(of: [.deployment]).map(\.plural)))
      #expect(notebook.observations.filter { $0.kind == .listed && $0.resource == "pods" }.count == 2)
      #expect(notebook.dateCount >= ClusterObserver.resources(of: [.deployment]).count)
    }
  }

  @Test("a change comes as a watch event with the object, later than the list that did not show it")
  func changesAreWatched() async throws {
    try await observing { client, _, notebook in
      let (patched, answer) = try await client.send(
        "PATCH", path: ResourceType.deployments.path(namespace: "default", name: "web"),
        type: "application/strategic-merge-patch+json", body: ["spec": ["replicas": 4]])
      #expect(patched["spec", "replicas"] == 4)
      #expect(answer.date != nil)

      try await notebook.await { $0.resource == "pods" && $0.kind == .added }
      try await notebook.await { $0.resource == "deployments" && $0.kind == .modified }

      let added = try #require(notebook.observations.first { $0.resource == "pods" && $0.kind == .added })
      let list = try #require(notebook.observations.first { $0.resource == "pods" && $0.kind == .list })
      #expect(added.received > list.received)
      let pod = try JSONDecoder().decode(Pod.self, from: try #require(added.object))
      #expect(pod.metadata.uid == added.uid)
    }
  }

  @Test("an API server that goes away leaves gaps with the reason, never an empty list")
  func gaps() async throws {
    try await observing { _, server, notebook in
      let lists = notebook.observations.filter { $0.kind == .list }.count

      await server.stop()
      try await notebook.await { $0.kind == .gap }

      let gap = try #require(notebook.observations.first { $0.kind == .gap })
      #expect(gap.message?.contains("127.0.0.1") == true)
      #expect(notebook.observations.filter { $0.kind == .list }.count == lists)
    }
  }

  @Test("an object that is not there, and a server that is not there, are different errors")
  func errors() async throws {
    try await observing { client, _, _ in
      let missing = await #expect(throws: KubernetesError.self) {
        try await client.get(Deployment.self, namespace: "default", name: "wbe")
      }
      #expect(missing?.code == .notFound)
      #expect(missing?.description.contains("wbe") == true)
    }
  }
}
