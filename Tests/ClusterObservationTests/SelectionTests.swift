import ClientRules
import ClusterObservation
import Curl
import Foundation
import KubernetesClient
import KubernetesObjects
import SimulatedCluster
import SimulatedClusterServer
import Synchronization
import Testing

@testable import RunTimeline

private func deployment(_ name: String, selector: [String: String], replicas: Int64 = 2) -> JSONValue {
  let labels = JSONValue.object(selector.mapValues { .string($0) })
  return [
    "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": .string(name), "namespace": "default"],
    "spec": [
      "replicas": .integer(replicas), "selector": ["matchLabels": labels],
      "template": [
        "metadata": ["labels": labels],
        "spec": ["containers": [["name": "web", "image": "web:v1"]], "terminationGracePeriodSeconds": 1],
      ],
    ],
  ]
}

private func service(_ name: String, selector: [String: String]) -> JSONValue {
  [
    "apiVersion": "v1", "kind": "Service", "metadata": ["name": .string(name), "namespace": "default"],
    "spec": ["selector": .object(selector.mapValues { .string($0) }), "ports": [["port": 80]]],
  ]
}

private func budget(_ name: String, selector: [String: String]) -> JSONValue {
  [
    "apiVersion": "policy/v1", "kind": "PodDisruptionBudget",
    "metadata": ["name": .string(name), "namespace": "default"],
    "spec": ["maxUnavailable": 1, "selector": ["matchLabels": .object(selector.mapValues { .string($0) })]],
  ]
}

private let quota: JSONValue = [
  "apiVersion": "v1", "kind": "ResourceQuota", "metadata": ["name": "all", "namespace": "default"],
  "spec": ["hard": ["pods": "100"]],
]

private let limits: JSONValue = [
  "apiVersion": "v1", "kind": "LimitRange", "metadata": ["name": "usual", "namespace": "default"],
  "spec": ["limits": [["type": "Container", "defaultRequest": ["cpu": "100m"]]]],
]

private func ingress(to service: String) -> JSONValue {
  [
    "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": ["name": "web", "namespace": "default"],
    "spec": [
      "rules": [
        [
          "host": "web.example.com",
          "http": [
            "paths": [
              [
                "path": "/", "pathType": "Prefix",
                "backend": ["service": ["name": .string(service), "port": ["number": 80]]],
              ]
            ]
          ],
        ]
      ]
    ],
  ]
}

/// A simulated cluster behind sockets with the workload `web`, and much that is not its.
private struct Surroundings {
  let server: ClusterServer
  let client: APIClient
  let notebook = Notebook()
  let reference = WorkloadReference(.deployment, "web")

  static let objects: [JSONValue] = [
    deployment("web", selector: ["app": "web"]), deployment("other", selector: ["app": "other"], replicas: 3),
    service("web", selector: ["app": "web"]), service("web-headless", selector: ["app": "web"]),
    service("other", selector: ["app": "other"]), ingress(to: "web"),
    budget("web", selector: ["app": "web"]), budget("other", selector: ["app": "other"]), quota, limits,
  ]

  init(_ objects: [JSONValue] = objects) async throws {
    server = try ClusterServer(
      manifests: objects.map { ClusterManifest(source: "test", object: $0) }, timeScale: 20,
      startDate: KubernetesTime(seconds: 1_795_456_800))
    let endpoints = try await server.start()
    client = APIClient(
      connection: try await APIConnection(
        kubeconfig: try Kubeconfig(text: endpoints.kubeconfig, source: "test"), context: nil, environment: [:]),
      session: try CurlSession(name: "test"))
  }

  /// Observes the workload while the body runs.
  func observing(_ body: () async throws -> Void) async throws {
    let observer = ClusterObserver(
      client: client, namespace: "default", resources: ClusterObserver.resources(of: [.deployment]),
      scope: ObservationScope(of: [WatchedWorkload(reference)]), clock: RunClock(origin: .now, scale: 20),
      sink: notebook,
      tempo: ObserverTempo(relistInterval: .milliseconds(200)))
    let (ready, sink) = AsyncStream.makeStream(of: Void.self)
    let task = Task { await observer.run(onReady: { sink.finish() }) }
    for await _ in ready {}
    do {
      try await body()
    } catch {
      task.cancel()
      await server.stop()
      throw error
    }
    await observer.listAll()
    task.cancel()
    await task.value
    await server.stop()
  }

  func names(_ plural: String) -> Set<String> {
    Set(notebook.observations.filter { $0.resource == plural }.compactMap(\.name))
  }

  func gaps(_ plural: String) -> [String] {
    notebook.observations.filter { $0.resource == plural && $0.kind == .gap }.compactMap(\.message)
  }

  func history<Object: KubernetesObject>(_ type: Object.Type) -> ObjectHistory<Object> {
    ObjectHistory<Object>(
      notebook.observations.filter { $0.resource == Object.resource.plural },
      clock: ServerClock(runStart: KubernetesTime(seconds: 1_795_456_800)), watchedUntil: nil)
  }

  func send(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws {
    _ = try await client.send(
      method, path: path, type: method == "PATCH" ? "application/merge-patch+json" : "application/json", body: body)
  }

  func firstPod() throws -> String {
    try #require(names("pods").sorted().first { $0.hasPrefix("web-") })
  }
}

@Suite("Asking only for what belongs to the workload", .serialized, .timeLimit(.minutes(2)))
struct SelectionTests {
  private static let pods = ResourceType.pods.path(namespace: "default")
  private static let deployments = ResourceType.deployments.path(namespace: "default")

  @Test("pods and ReplicaSets come by the workload's selector, slices by the Services that send to them")
  func belonging() async throws {
    let around = try await Surroundings()
    try await around.observing {
      try await around.send("PATCH", Self.deployments + "/other", ["spec": ["replicas": 5]])
      try await around.send("PATCH", Self.deployments + "/web", ["spec": ["replicas": 3]])
      try await around.notebook.await { $0.resource == "pods" && $0.kind == .added }
      try await around.notebook.await { $0.resource == "endpointslices" && $0.kind == .modified }
    }
    #expect(around.names("deployments") == ["web"])
    #expect(around.names("pods").count == 3 && around.names("pods").allSatisfy { $0.hasPrefix("web-") })
    #expect(around.names("replicasets").count == 1 && around.names("replicasets").allSatisfy { $0.hasPrefix("web-") })
    #expect(around.names("services") == ["web", "web-headless"] && around.names("ingresses") == ["web"])
    let history = ClusterHistory(
      of: WatchedWorkload(around.reference), observations: around.notebook.observations,
      clock: ServerClock(runStart: KubernetesTime(seconds: 1_795_456_800)))
    #expect(history.budgets.compactMap { $0.last?.object.metadata.name } == ["web"])
    #expect(history.budgets.first?.last?.object.status?.expectedPods != nil)
    #expect(history.quotas.first?.last?.object.status?.used?["pods"] != nil)
    #expect(history.limitRanges.first?.last?.object.spec?.limits?.first?.defaultRequest?["cpu"] != nil)
    let slices = around.names("endpointslices")
    #expect(slices.count == 2 && slices.allSatisfy { $0.hasPrefix("web-") }, "\(slices)")
    #expect(!around.notebook.observations.contains { $0.kind == .gap })
    let about = around.notebook.observations.filter { $0.resource == "events" }.compactMap(\.object).map {
      String(decoding: $0, as: UTF8.self)
    }
    #expect(!about.isEmpty && !about.contains { $0.contains(#""name":"other-"#) && $0.contains(#""kind":"Pod""#) })
  }

  @Test(
    "a pod whose labels change is followed to its real end, and nothing of it is lost or told twice",
    arguments: [["app": "quarantine"], ["app": nil], ["app": nil, "pod-template-hash": nil]] as [[String: String?]])
  func stray(labels: [String: String?]) async throws {
    let around = try await Surroundings()
    var name = ""
    try await around.observing {
      name = try around.firstPod()
      let chosen = name
      let changed = JSONValue.object(labels.mapValues { label in label == nil ? JSONValue.null : .string(label ?? "") })
      try await around.send("PATCH", "\(Self.pods)/\(chosen)", ["metadata": ["labels": changed]])
      try await around.notebook.await { $0.name == chosen && $0.kind == .modified }
      try await around.send("PATCH", "\(Self.pods)/\(chosen)", ["metadata": ["annotations": ["looked": "at"]]])
      try await around.notebook.await {
        $0.name == chosen && String(decoding: $0.object ?? Data(), as: UTF8.self).contains("looked")
      }
      let ends = around.notebook.observations.count { $0.name == chosen && $0.kind == .deleted }
      #expect(ends == 0, "it is not gone")
      try await around.send("DELETE", "\(Self.pods)/\(chosen)")
      try await around.notebook.await { $0.name == chosen && $0.kind == .deleted }
      try await around.send("PATCH", Self.deployments + "/web", ["spec": ["replicas": 4]])
      // Two at first, one for the one that was taken out, and two more.
      try await around.notebook.await(5, "pods")
    }
    #expect(around.names("pods").allSatisfy { $0.hasPrefix("web-") }, "\(around.names("pods"))")
    #expect(!around.notebook.observations.contains { $0.kind == .gap }, "\(around.gaps("pods"))")
    let told = around.notebook.observations.filter {
      $0.resource == "pods" && [.added, .modified, .deleted].contains($0.kind)
    }
    .map { "\($0.uid ?? "") \($0.resourceVersion ?? "")" }
    #expect(Set(told).count == told.count)
    let versions = around.history(Pod.self).versions.values.first { $0.first?.object.metadata.name == name } ?? []
    #expect(versions.count { $0.deleted } == 1 && versions.last?.deleted ?? false)
    #expect(versions.contains { !$0.deleted && $0.object.metadata.labels?["app"] != "web" })
  }

  @Test("a workload that is deleted and made anew with another selector has its new pods observed")
  func otherSelector() async throws {
    let around = try await Surroundings()
    try await around.observing {
      let old = around.names("pods")
      // A pod that was there before, and that the new selector takes.
      try await around.send(
        "POST", Self.pods,
        [
          "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "orphan", "labels": ["app": "web2"]],
          "spec": ["containers": [["name": "web", "image": "web:v1"]]],
        ])
      while try await around.client.send("GET", path: Self.pods + "/orphan").object["status", "phase"] != "Running" {
        try await Task.sleep(for: .milliseconds(5))
      }
      try await around.send("DELETE", Self.deployments + "/web")
      try await around.notebook.await { $0.resource == "deployments" && $0.kind == .deleted }
      try await around.send("POST", Self.deployments, deployment("web", selector: ["app": "web2"]))
      try await around.notebook.await { $0.resource == "pods" && !old.contains($0.name ?? "") && $0.name != "orphan" }
      try await around.notebook.await { $0.name == "orphan" }
      for pod in old { try await around.notebook.await { $0.name == pod && $0.kind == .deleted } }
      try await around.notebook.await(old.count + 3, "pods")
    }
    #expect(around.gaps("pods") == [ResourceType.pods.unaskedBefore(1)], "\(around.gaps("pods"))")
    let living = around.history(Pod.self).versions.values.filter { !($0.last?.deleted ?? true) }
    #expect(Set(living.compactMap { $0.last?.object.metadata.labels?["app"] }) == ["web2"])
    #expect(living.count == 3)
  }

  @Test("a workload that comes into being during the run has its pods observed, without a gap")
  func createdLater() async throws {
    let around = try await Surroundings(Array(Surroundings.objects.dropFirst()))
    try await around.observing {
      #expect(around.names("pods").isEmpty)
      try await around.send("POST", Self.deployments, deployment("web", selector: ["app": "web"]))
      try await around.notebook.await { $0.resource == "pods" && $0.kind == .modified }
      try await around.notebook.await { $0.resource == "endpointslices" }
    }
    #expect(around.names("pods").count == 2 && around.gaps("pods").isEmpty, "\(around.gaps("pods"))")
  }

  @Test("a Service that is made to send to the pods has its slices observed too")
  func otherService() async throws {
    let around = try await Surroundings()
    try await around.observing {
      try await around.send(
        "PATCH", ResourceType.services.path(namespace: "default", name: "other"),
        ["spec": ["selector": ["app": "web"]]])
      try await around.notebook.await { $0.resource == "endpointslices" && $0.name?.hasPrefix("other") ?? false }
    }
    #expect(around.names("endpointslices").count == 3)
    // Where it is written anew before it is asked for, only its age tells that it was there.
    #expect(around.gaps("endpointslices").allSatisfy { $0 == ResourceType.endpointSlices.unaskedBefore(1) })
  }
}
