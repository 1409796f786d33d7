import Curl
import Doctor
import Foundation
import KubernetesClient
import KubernetesObjects
import RunTimeline
import SimulatedCluster
import SimulatedClusterServer
import Testing

@testable import Harness

@Suite("What is read of a live cluster before a run", .timeLimit(.minutes(1)))
struct LiveReadingTests {
  private static func deployment(_ name: String, labels: JSONValue) -> JSONValue {
    [
      "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": .string(name), "namespace": "default"],
      "spec": [
        "replicas": 2, "selector": ["matchLabels": labels],
        "template": ["metadata": ["labels": labels], "spec": ["containers": [["name": "web", "image": "web:v1"]]]],
      ],
    ]
  }

  /// Reads what is around deployment/web.
  private func patient(refusing refusals: Set<AccessRefusal> = []) async throws -> Patient {
    let manifests = [
      Self.deployment("web", labels: ["app.kubernetes.io/name": "web", "tier": "front"]),
      Self.deployment("other", labels: ["app.kubernetes.io/name": "other"]),
    ]
    let server = try ClusterServer(
      manifests: manifests.map { ClusterManifest(source: "test", object: $0) }, startDate: Date().kubernetesTime)
    let endpoints = try await server.start()
    let client = APIClient(
      connection: try await APIConnection(
        kubeconfig: try Kubeconfig(text: endpoints.kubeconfig, source: "test"), context: nil, environment: [:]),
      session: try CurlSession(name: "test"))
    // Until all pods are there.
    while try await client.list(.pods, namespace: "default").items.count != 4 {
      try await Task.sleep(for: .milliseconds(20))
    }
    try await server.withCluster { $0.refusals = refusals }
    let reading = LiveReading(
      client: client,
      cluster: ClusterDescription(
        context: "simulated", namespace: "default", workload: WorkloadReference(.deployment, "web")))
    let patient = try await reading.patient(Facts())
    await client.close()
    await server.stop()
    return patient
  }

  @Test("the workload's pods are, by its selector, and those of others are not; each object has its kind")
  func pods() async throws {
    let patient = try await patient()
    let pods = patient.objects.filter { $0.kind == "Pod" }

    #expect(pods.count == 2 && pods.allSatisfy { $0.name.hasPrefix("web-") }, "\(pods.map(\.name))")
    #expect(patient.workloads.map(\.title) == ["deployment/web"])
    #expect(patient.objects.contains { $0.title == "deployment/other" && $0.group == "apps" })
    #expect(patient.objects.contains { $0.kind == "Node" })
    #expect(patient.unread.isEmpty, "\(patient.unread)")
  }

  @Test("the server's clock is, with what is not known of it")
  func clock() async throws {
    let offset = try #require(try await patient().facts.clock?.offset)

    // A busy machine lets the simulated cluster lag behind.
    #expect(offset.lowerBound < 30 && offset.upperBound > -30, "\(offset)")
    #expect(offset.upperBound - offset.lowerBound >= 1)
  }

  @Test("what may not be read is told with its kind, and an API that is not served has nothing")
  func refused() async throws {
    let patient = try await patient(refusing: [
      AccessRefusal("list", "resourcequotas"), AccessRefusal("list", "pods.metrics.k8s.io"),
    ])

    #expect(Set(patient.unread.keys) == ["ResourceQuota"], "\(patient.unread)")
    #expect(patient.unread["ResourceQuota"]?.contains("may not list resourcequotas in the namespace default") == true)
    #expect(patient.facts.podMetrics == nil)
    #expect(patient.facts.podMetricsProblem?.contains("may not list pods.metrics.k8s.io") == true)
    let unchecked = Diagnosis(of: patient).unchecked
    #expect(unchecked.contains { $0.id == "quota-below-maximum" && $0.reason.contains("resourcequotas") })
    #expect(unchecked.contains { $0.id == "metrics-missing" && $0.reason.contains("pods.metrics.k8s.io") })
  }
}
