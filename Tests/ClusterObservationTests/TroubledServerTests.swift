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

/// What an observer hears of a cluster whose API is in trouble while its workload changes: gaps are told as gaps, and of what
/// happened nothing is lost and nothing is told twice.
@Suite("Observing a cluster whose API is in trouble", .serialized, .timeLimit(.minutes(10)))
struct TroubledServerTests {
  /// So slow that a fault lasts for seconds, whatever else the machine does.
  private static let scale = 8.0

  /// Observes a cluster through faults while the workload is changed again and again, until all changes have come in.
  private func observed(_ faults: [Fault], patience: Duration = .seconds(5)) async throws -> [Observation] {
    let server = try ClusterServer(
      manifests: [ClusterManifest(source: "test", object: deployment)], timeScale: Self.scale,
      startDate: KubernetesTime(seconds: 1_795_456_800))
    let endpoints = try await server.start()
    let client = APIClient(
      connection: try await APIConnection(
        kubeconfig: try Kubeconfig(text: endpoints.kubeconfig, source: "test"), context: nil, environment: [:]),
      session: try CurlSession(name: "test"))
    let notebook = Notebook()
    let observer = ClusterObserver(
      client: client, namespace: "default", resources: ClusterObserver.resources(of: [.deployment]),
      clock: RunClock(origin: .now, scale: Self.scale), sink: notebook,
      tempo: ObserverTempo(relistInterval: .milliseconds(500), patience: patience))
    let (ready, sink) = AsyncStream.makeStream(of: Void.self)
    let task = Task { await observer.run(onReady: { sink.finish() }) }
    for await _ in ready {}
    let begun = try await server.withCluster { cluster in
      cluster.plan(faults, loadBegins: cluster.now)
      return cluster.resourceVersion
    }
    let last = (faults.compactMap { fault in fault.lasts.map { fault.begins + $0 } } + faults.map(\.begins)).max()
    let end = try await server.withCluster { $0.now } + (last ?? .zero)
    var (count, rounds) = (2, 0)
    var now = Duration.zero
    while rounds < 12 || now < end {
      rounds += 1
      now = try await server.withCluster { $0.now }
      count = count == 2 ? 4 : 2
      let replicas = count
      // Somebody else writes, past the trouble.
      try await server.withCluster { cluster in
        _ = cluster.respond(
          to: APIRequest(
            method: "PATCH", path: "/apis/apps/v1/namespaces/default/deployments/web",
            contentType: "application/merge-patch+json", body: ["spec": ["replicas": .integer(Int64(replicas))]]))
      }
      try await Task.sleep(for: .milliseconds(40))
    }
    let due = try await server.withCluster { cluster in
      [ClusterKind.deployment, .pod].flatMap { kind in
        (cluster.changes(kind, after: begun) ?? []).map { "\(kind.resource.plural) \($0.resourceVersion)" }
      }
    }
    #expect(due.count > 10)
    let wanted = Set(due)
    while !wanted.isSubset(of: Self.events(notebook.observations)) { try await Task.sleep(for: .milliseconds(5)) }
    task.cancel()
    await task.value
    await server.stop()
    let told = Self.events(notebook.observations).filter(wanted.contains)
    #expect(told.count == wanted.count, "something was told twice")
    return notebook.observations
  }

  private static func events(_ observations: [Observation]) -> [String] {
    observations.filter { [.added, .modified, .deleted].contains($0.kind) }.map {
      "\($0.resource) \($0.resourceVersion ?? "")"
    }
  }

  private func gaps(_ observations: [Observation], of resource: String) -> [String] {
    observations.filter { $0.kind == .gap && $0.resource == resource }.compactMap(\.message)
  }

  @Test("watches that are cut leave a gap each, and go on where they were")
  func cut() async throws {
    let observations = try await observed([
      Fault(.watchesDropped(.all, every: .seconds(10)), begins: .seconds(5), lasts: .seconds(35))
    ])

    for resource in ["deployments", "pods"] {
      let gaps = gaps(observations, of: resource)
      // The first cut meets an open watch; how many others do depends on how soon it is open again.
      #expect((1...4).contains(gaps.count), "\(gaps)")
      #expect(gaps.allSatisfy { $0.hasPrefix("cannot watch http://127.0.0.1") }, "\(gaps)")
    }
  }

  @Test("silent watches bring nothing, lists find them out, and in the end all that was held back comes")
  func silent() async throws {
    let observations = try await observed(
      [
        Fault(.watchesSilent(ResourceChoice(["deployments"])), begins: .seconds(2), lasts: .seconds(38))
      ], patience: .milliseconds(100))

    let gaps = gaps(observations, of: "deployments")
    #expect(gaps.contains { $0.hasPrefix("the watch of deployments was silent") }, "\(gaps)")
    #expect(self.gaps(observations, of: "pods").isEmpty)
    // Lists go on to come in meanwhile, each in a stretch without a word from the watch.
    let kinds = observations.filter { $0.resource == "deployments" && $0.kind != .listed }.map(\.kind)
    let longest = kinds.split { $0 != .list && $0 != .gap }.map(\.count).max() ?? 0
    #expect(longest >= 2, "\(kinds)")
  }

  @Test("refused lists and watches leave gaps with the answer, and the observer comes again as it is asked to")
  func refused() async throws {
    let observations = try await observed([
      Fault(.watchesDropped(.all, every: nil), begins: .seconds(2)),
      Fault(.apiErrors(APIErrors(.tooManyRequests, retryAfter: 1)), begins: .seconds(1), lasts: .seconds(39)),
    ])

    for resource in ["deployments", "pods"] {
      let gaps = gaps(observations, of: resource)
      #expect(
        gaps.contains { $0.hasPrefix("cannot watch") && $0.contains("has received too many requests") }, "\(gaps)")
      #expect(
        gaps.contains { $0.hasPrefix("cannot read") && $0.contains("has received too many requests") }, "\(gaps)")
      // So many seconds of wall time, in which it was asked to wait for one after each try.
      let seconds = Int((39 / Self.scale).rounded(.up))
      let watches = gaps.filter { $0.hasPrefix("cannot watch") && $0.contains("too many") }
      #expect((1...seconds + 1).contains(watches.count), "\(gaps)")
    }
  }
}
