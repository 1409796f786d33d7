import ClusterActions
import Curl
import Foundation
import KubernetesClient
import KubernetesObjects
import RunTimeline
import SimulatedCluster
import SimulatedClusterServer
import Synchronization
import Testing

@testable import Harness
@testable import Profiles

@Suite("Actions over sockets", .timeLimit(.minutes(2)))
struct ActionRunnerTests {
  private static let manifests: [JSONValue] = [
    [
      "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web", "namespace": "default"],
      "spec": [
        "replicas": 2, "selector": ["matchLabels": ["app": "web"]],
        "template": [
          "metadata": ["labels": ["app": "web"]], "spec": ["containers": [["name": "web", "image": "web:v1"]]],
        ],
      ],
    ],
    [
      "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "settings", "namespace": "default"],
      "data": ["LEVEL": "info", "KEPT": "as it is"],
    ],
  ]

  private static let web = WorkloadReference(.deployment, "web")

  /// A simulated cluster that somebody acts on.
  private struct Served {
    let server: ClusterServer
    let client: APIClient
    let runner: ActionRunner

    init() async throws {
      server = try ClusterServer(
        manifests: ActionRunnerTests.manifests.map { ClusterManifest(source: "test", object: $0) }, timeScale: 20,
        startDate: Date().kubernetesTime)
      let endpoints = try await server.start()
      client = APIClient(
        connection: try await APIConnection(
          kubeconfig: try Kubeconfig(text: endpoints.kubeconfig, source: "test"), context: nil, environment: [:]),
        session: try CurlSession(name: "test"))
      runner = ActionRunner(
        client: client,
        cluster: ClusterDescription(context: "simulated", namespace: "default", workload: ActionRunnerTests.web),
        clock: RunClock(origin: .now, scale: 20))
    }

    func close() async {
      await client.close()
      await server.stop()
    }

    func read(_ resource: ResourceType, _ name: String) async throws -> JSONValue {
      try await client.send("GET", path: resource.path(namespace: "default", name: name)).object
    }

    /// Does an action; gives what it has changed and what is told of it.
    func act(
      _ kind: PlannedAction.Kind, isPutBack: Bool = false
    ) async throws -> (changes: [ChangedObject], span: ActionSpan) {
      let action = PlannedAction(name: "a", at: nil, kind: kind, isPutBack: isPutBack)
      let span = Mutex(action.span(at: .zero))
      let changes = Mutex<[ChangedObject]>([])
      try await runner.carryOut(action, of: ActionRunnerTests.web) { change in
        span.withLock { change(&$0) }
      } keep: { kept in
        changes.withLock { $0 = kept }
      }
      return (changes.withLock { $0 }, span.withLock { $0 })
    }
  }

  private static let changes: [(kind: PlannedAction.Kind, resource: ResourceType, name: String)] = [
    (.scale(5), .deployments, "web"), (.pause(true), .deployments, "web"),
    (.setImage(["web": "web:v2"]), .deployments, "web"),
    (
      .patch(
        PlannedPatch(
          form: .strategic, object: ObjectReference(.configMaps, "settings"),
          body: ["data": ["LEVEL": "debug", "NEW": "1"], "metadata": ["labels": ["a": "b"]]])), .configMaps, "settings"
    ),
  ]

  @Test("objects that were applied are put back as they were, and those that were not there are gone again")
  func putBackApplied() async throws {
    func settings(_ name: String) -> JSONValue {
      ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name)], "data": ["NEW": "1"]]
    }
    let served = try await Served()
    let before = try await served.read(.configMaps, "settings")

    let apply = PlannedApply(manifests: ["x"], objects: [settings("settings"), settings("more")])
    let (changes, span) = try await served.act(.apply(apply), isPutBack: true)
    let changed = try await served.read(.configMaps, "settings")
    let made = try await served.read(.configMaps, "more")
    let problems = await served.runner.putBack(changes)
    let after = try await served.read(.configMaps, "settings")
    let rest = try? await served.read(.configMaps, "more")
    await served.close()

    #expect(problems.isEmpty, "\(problems)")
    #expect(changed["data", "NEW"] == "1" && made["data", "NEW"] == "1")
    #expect(after["data"] == before["data"])
    #expect(rest == nil)
    #expect(span.requests.map(\.line.first) == ["G", "G", "P", "G", "P"])
  }

  @Test("what an action changes is put back as it was, and nothing that it did not change", arguments: changes.indices)
  func putBack(index: Int) async throws {
    let (kind, resource, name) = Self.changes[index]
    let served = try await Served()
    let before = try await served.read(resource, name)

    let (changes, span) = try await served.act(kind, isPutBack: true)
    let changed = try await served.read(resource, name)
    let problems = await served.runner.putBack(changes)
    let after = try await served.read(resource, name)
    await served.close()

    #expect(problems.isEmpty)
    for key in ["spec", "data"] where before[key] != nil {
      #expect(after[key] == before[key], "\(kind)")
    }
    #expect(changed["spec"] != before["spec"] || changed["data"] != before["data"])
    #expect(span.sent != nil && span.requests.last?.problem == nil)
  }

  @Test("what somebody else has changed since is left as they made it, and told")
  func changedSince() async throws {
    let served = try await Served()

    let (changes, _) = try await served.act(.scale(5), isPutBack: true)
    _ = try await served.act(.scale(7))
    let problems = await served.runner.putBack(changes)
    let replicas = try await served.read(.deployments, "web")["spec", "replicas"]?.int
    await served.close()

    #expect(replicas == 7)
    #expect(problems.count == 1 && problems[0].contains("/scale was not put back, or was changed by others since"))
  }

  @Test("pods are deleted, evicted and drained, and a pod that is gone already is no failure")
  func pods() async throws {
    let served = try await Served()
    #expect(await served.runner.wait(for: try WorkloadCondition(text: "ready >= 2"), of: Self.web))

    let deleted = try await served.act(.deletePods(PodChoice(order: .oldest, count: 2))).span
    let evicted = try await served.act(.evictPods(PodChoice(order: .newest))).span
    let gone = try await served.act(.deletePods(PodChoice(name: "web-gone"))).span
    let drained = try await served.act(.drain(.ofPod(.oldest))).span
    await served.close()

    guard case .pods(let names) = deleted.effect else { return #expect(Bool(false)) }
    #expect(names.count == 2)
    #expect(evicted.requests.last?.line.hasSuffix("/eviction") == true && evicted.requests.last?.problem == nil)
    #expect(gone.requests.count == 1 && gone.requests[0].problem?.contains("not found") == true)
    #expect(gone.problem == nil)
    #expect(drained.requests.contains { $0.line.hasPrefix("PATCH /api/v1/nodes/") && $0.problem == nil })
  }

  @Test("a condition is waited for until the workload is so")
  func condition() async throws {
    let served = try await Served()
    let condition = try WorkloadCondition(text: "wanted >= 4")

    async let met = served.runner.wait(for: condition, of: Self.web)
    _ = try await served.act(.scale(4))

    #expect(await met)
    await served.close()
  }
}
