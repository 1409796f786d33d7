import KubernetesObjects
import Testing

@testable import Doctor

/// A finding that takes more than manifests to be made, with what shows it and what does not.
struct LiveFinding: Sendable, CustomTestStringConvertible {
  let id: String
  /// Objects over the workload that nothing is wrong with.
  var objects: [JSONValue] = []
  var mended: [JSONValue] = []
  /// What is known beside, where it is found.
  var shown: @Sendable (inout Facts) -> Void = { _ in }
  /// The same where it is mended.
  var silent: @Sendable (inout Facts) -> Void = { _ in }

  var testDescription: String { id }

  static func pod(_ name: String, readyAt: String, startedAt: String = "2026-11-27T10:00:00Z") -> JSONValue {
    [
      "apiVersion": "v1", "kind": "Pod",
      "metadata": [
        "name": .string(name), "namespace": "shop", "labels": ["app": "web"],
        "ownerReferences": [
          ["apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-1", "uid": "1", "controller": true]
        ],
      ],
      "status": [
        "phase": "Running",
        "conditions": [["type": "Ready", "status": "True", "lastTransitionTime": .string(readyAt)]],
      ],
    ]
  }

  static func metrics(_ name: String, at time: String) -> JSONValue {
    ["metadata": ["name": .string(name), "namespace": "shop"], "timestamp": .string(time), "containers": []]
  }

  static func condition(_ status: String) -> JSONValue {
    [
      "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
      "metadata": ["name": "web", "namespace": "shop"],
      "status": [
        "currentReplicas": 3, "desiredReplicas": 3,
        "conditions": [
          [
            "type": "ScalingActive", "status": .string(status), "reason": "FailedGetResourceMetric",
            "message": "unable to get metrics", "lastTransitionTime": "2026-11-27T10:00:00Z",
          ]
        ],
      ],
    ]
  }

  static func node(cpu: String) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "Node", "metadata": ["name": "node-1"],
      "status": [
        "allocatable": ["cpu": .string(cpu), "memory": "16Gi"], "conditions": [["type": "Ready", "status": "True"]],
      ],
    ]
  }

  static let load = Facts.Load(
    host: "web.example.com", peakRate: 100, connections: 5000, addresses: 1, requestTimeout: 2)

  static let all: [LiveFinding] = [
    LiveFinding(
      id: "right-missing",
      shown: { $0.rights = Facts.Rights(missing: [.init(sentence: "jane may not list pods", rule: "add a rule")]) }),
    LiveFinding(
      id: "clock-offset", shown: { $0.clock = Facts.Clock(offset: 3598.5...3600) },
      silent: { $0.clock = Facts.Clock(offset: -0.9...0.2) }),
    LiveFinding(
      id: "target-unreachable", shown: { $0.target?.problem = "Could not resolve host: web.example.com" }),
    LiveFinding(id: "certificate-expiring", shown: { $0.target?.certificate?.days = 3.5 }),
    LiveFinding(id: "descriptors-short", shown: { $0.machine?.descriptors = 1024 }),
    LiveFinding(id: "ports-short", shown: { $0.machine?.ports = 4000 }),
    LiveFinding(id: "hpa-unable", objects: [condition("False")], mended: [condition("True")]),
    LiveFinding(id: "metrics-missing", shown: { $0.podMetrics = [] }),
    LiveFinding(
      id: "metrics-stale", shown: { $0.podMetrics = [metrics("web-1-a", at: "2026-11-27T10:01:00Z")] }),
    LiveFinding(id: "nodes-too-small", objects: [node(cpu: "2")], mended: [node(cpu: "8")]),
    LiveFinding(id: "startup-too-short", shown: { $0.startSeconds = 140 }),
  ]

  func diagnosis(_ changes: [JSONValue], _ adapt: (inout Facts) -> Void) throws -> Diagnosis {
    var facts = Facts()
    facts.rights = Facts.Rights(missing: [])
    facts.now = KubernetesTime(text: "2026-11-27T10:10:00Z")
    facts.clock = Facts.Clock(offset: 0...1)
    facts.podMetrics = [Self.metrics("web-1-a", at: "2026-11-27T10:09:45Z")]
    facts.servedMetrics = ["metrics.k8s.io"]
    facts.target = Facts.Target(
      url: "https://web.example.com", certificate: Facts.Certificate(subject: "CN = web.example.com", days: 80))
    facts.machine = Facts.Machine(descriptors: 1_048_576, ports: 28_232)
    facts.load = Self.load
    facts.startSeconds = 4
    adapt(&facts)
    let pod = Self.pod("web-1-a", readyAt: "2026-11-27T10:00:04Z")
    let objects = try ManifestSet.base(with: [pod, Self.node(cpu: "64")] + changes)
    return Diagnosis(
      of: Patient(
        origin: .cluster, objects: objects, workloads: [WorkloadReference(.deployment, "web")], namespace: "shop",
        facts: facts))
  }
}

@Suite("Each finding of a live cluster, a target and this machine")
struct LiveFindingTests {
  @Test("is shown where it is", arguments: LiveFinding.all)
  func shown(_ finding: LiveFinding) throws {
    let diagnosis = try finding.diagnosis(finding.objects, finding.shown)

    #expect(diagnosis.findings.map(\.id) == [finding.id], "\(diagnosis.findings)")
    #expect(diagnosis.unchecked.isEmpty, "\(diagnosis.unchecked)")
  }

  @Test("is not shown where it is mended, nor any other", arguments: LiveFinding.all)
  func silent(_ finding: LiveFinding) throws {
    let diagnosis = try finding.diagnosis(finding.mended, finding.silent)

    #expect(diagnosis.findings.isEmpty, "\(diagnosis.findings)")
    #expect(diagnosis.unchecked.isEmpty, "\(diagnosis.unchecked)")
  }

  @Test("and those of manifests are all")
  func complete() {
    let shown = Set(LiveFinding.all.map(\.id)).union(ManifestSet.names(in: "findings"))
    #expect(shown == Set(Check.all.map(\.id)))
  }

  @Test("a metric that has failed for less than two minutes stops no run, as of pods that have just come")
  func young() throws {
    let finding = try #require(LiveFinding.all.first { $0.id == "hpa-unable" })
    let diagnosis = try finding.diagnosis(finding.objects) { $0.now = KubernetesTime(text: "2026-11-27T10:01:00Z") }

    #expect(diagnosis.findings.first { $0.id == "hpa-unable" }?.severity == .warning, "\(diagnosis.findings)")
  }

  @Test(
    "replicas beside an autoscaler are told of who writes them: kubectl by what it applied last, or an owner of the field"
  )
  func writers() throws {
    let finding = LiveFinding.all[0]
    func deployment(_ metadata: JSONValue) -> JSONValue {
      var metadata = metadata
      metadata["name"] = "web"
      metadata["namespace"] = "shop"
      return ["apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": ["replicas": 4]]
    }
    func message(_ metadata: JSONValue) throws -> String? {
      try finding.diagnosis([deployment(metadata)], { _ in }).findings.first { $0.id == "replicas-beside-hpa" }?.message
    }
    let applied: JSONValue = [
      "annotations": ["kubectl.kubernetes.io/last-applied-configuration": "{\"spec\":{\"replicas\":5}}"]
    ]
    func owned(_ manager: JSONValue) -> JSONValue { ["managedFields": [manager]] }
    let owner: JSONValue = [
      "manager": "argocd", "operation": "Apply", "fieldsV1": ["f:spec": ["f:replicas": [:]]],
    ]
    var scaler = owner
    scaler["manager"] = "kube-controller-manager"
    scaler["subresource"] = "scale"

    #expect(try message(applied)?.hasPrefix("kubectl apply, by what it applied last, sets the count to 5") == true)
    #expect(try message(owned(owner))?.contains("argocd") == true)
    #expect(try message(owned(owner))?.contains("sets the count to 4") == true)
    #expect(try message(owned(scaler)) == nil)
    #expect(try message([:]) == nil)
  }
}
