import KubernetesObjects
import Testing
import Units

@testable import SimulatedCluster

@Suite("What has to be there before a pod is made or scheduled")
struct PodAdmissionTests {
  /// A Deployment of one pod with members of its spec, and other objects, a minute after the start.
  private func cluster(
    _ spec: JSONValue, _ others: [JSONValue] = [], container: JSONValue = [:], replicas: Int64 = 1
  ) throws -> ClusterSimulation {
    let own = (container.object ?? [:]).merging(["name": "web", "image": "web:1"]) { $1 }
    let pod = (spec.object ?? [:]).merging(["containers": [.object(own)]]) { $1 }
    let deployment: JSONValue = [
      "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web", "namespace": "shop"],
      "spec": [
        "replicas": .integer(replicas), "selector": ["matchLabels": ["app": "web"]],
        "template": ["metadata": ["labels": ["app": "web"]], "spec": .object(pod)],
      ],
    ]
    let manifests = ([deployment] + others).map { ClusterManifest(source: "web.yaml", object: $0) }
    var cluster = try ClusterSimulation(manifests: manifests)
    cluster.advance(to: .seconds(60))
    return cluster
  }

  private func refusals(_ cluster: ClusterSimulation) -> [String] {
    cluster.events.filter { $0.reason == "FailedCreate" }.compactMap(\.message).map { message in
      message.split(separator: "forbidden: ").last.map(String.init) ?? message
    }
  }

  private func pods(_ cluster: ClusterSimulation) -> [Pod] { cluster.objects(.pod).compactMap(\.pod) }

  struct Missing: Sendable, CustomTestStringConvertible {
    let spec: JSONValue
    let refusal: String
    /// What is missing.
    let path: String
    let object: JSONValue

    var testDescription: String { refusal }
  }

  static let missing = [
    Missing(
      spec: ["serviceAccountName": "web"],
      refusal: "error looking up service account shop/web: serviceaccount \"web\" not found",
      path: "/api/v1/namespaces/shop/serviceaccounts",
      object: ["apiVersion": "v1", "kind": "ServiceAccount", "metadata": ["name": "web"]]),
    Missing(
      spec: ["serviceAccount": "web"],
      refusal: "error looking up service account shop/web: serviceaccount \"web\" not found",
      path: "/api/v1/namespaces/shop/serviceaccounts",
      object: ["apiVersion": "v1", "kind": "ServiceAccount", "metadata": ["name": "web"]]),
    Missing(
      spec: ["priorityClassName": "high"], refusal: "no PriorityClass with name high was found",
      path: "/apis/scheduling.k8s.io/v1/priorityclasses",
      object: [
        "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": ["name": "high"], "value": 7,
      ]),
  ]

  @Test("No pod is made until what it names is there, and the events say why", arguments: missing)
  func references(item: Missing) throws {
    var cluster = try cluster(item.spec)
    #expect(pods(cluster).isEmpty && refusals(cluster).first == item.refusal)
    let pod: JSONValue = [
      "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "p"],
      "spec": .object(
        (item.spec.object ?? [:]).merging(["containers": [["name": "p", "image": "p:1"]]]) { $1 }),
    ]
    let answer = cluster.ask("POST", "/api/v1/namespaces/shop/pods", body: pod)
    #expect(answer.status == 403 && answer.body["message"]?.string == "pods \"p\" is forbidden: \(item.refusal)")
    #expect(cluster.ask("POST", item.path, body: item.object).status == 201)
    cluster.advance(to: .seconds(400))
    #expect(pods(cluster).count == 1 && pods(cluster).allSatisfy { $0.isReady })
  }

  @Test("A pod has the priority of its class, of the class for all, or none; one of its own is refused")
  func priority() throws {
    func made(_ spec: JSONValue, _ others: [JSONValue] = []) throws -> JSONValue {
      try cluster(spec, others).objects(.pod).first?.written["spec"] ?? .null
    }
    func priorityClass(_ isForAll: Bool) -> JSONValue {
      [
        "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": ["name": "high"], "value": 7,
        "preemptionPolicy": "Never", "globalDefault": .bool(isForAll),
      ]
    }
    let plain = try made([:])
    #expect(plain["priority"] == 0)
    let system = try made(["priorityClassName": "system-cluster-critical"])
    #expect(system["priority"] == 2_000_000_000)
    let named = try made(["priorityClassName": "high"], [priorityClass(false)])
    #expect(named["priority"] == 7)
    let unnamed = try made([:], [priorityClass(false)])
    #expect(unnamed["priority"] == 0)
    let byDefault = try made([:], [priorityClass(true)])
    #expect(byDefault["priority"] == 7 && byDefault["priorityClassName"] == "high")
    #expect(byDefault["preemptionPolicy"] == "Never")
    let own = try cluster(["priority": 5])
    #expect(
      refusals(own).first
        == "the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 0 "
        + "from the given PriorityClass name")
  }

  @Test("A pod waits for a claim that is not there, and no node is ordered for it")
  func claim() throws {
    var cluster = try cluster([
      "volumes": [["name": "data", "persistentVolumeClaim": ["claimName": "disk"]]]
    ])
    let message = pods(cluster).first?.condition("PodScheduled")?.message
    #expect(
      message
        == "0/3 nodes are available: persistentvolumeclaim \"disk\" not found. preemption: 0/3 nodes are available: "
        + "3 Preemption is not helpful for scheduling.")
    #expect(cluster.events.contains { $0.reason == "FailedScheduling" && $0.message == message })
    let claim: JSONValue = [
      "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": ["name": "disk"],
      "spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Gi"]]],
    ]
    #expect(cluster.ask("POST", "/api/v1/namespaces/shop/persistentvolumeclaims", body: claim).status == 201)
    cluster.advance(to: .seconds(90))
    #expect(pods(cluster).allSatisfy { $0.isReady })
  }

  @Test("A pod with scheduling gates is scheduled when they are taken away")
  func gates() throws {
    var cluster = try cluster(["schedulingGates": [["name": "example.com/ready"]]])
    let condition = pods(cluster).first?.condition("PodScheduled")
    #expect(condition?.reason == "SchedulingGated" && condition?.status == "False")
    let name = try #require(pods(cluster).first?.metadata.name)
    let answer = cluster.ask(
      "PATCH", "/api/v1/namespaces/shop/pods/\(name)", type: "application/merge-patch+json",
      body: ["spec": ["schedulingGates": .null]])
    #expect(answer.status == 200)
    cluster.advance(to: .seconds(90))
    #expect(pods(cluster).allSatisfy { $0.isReady })
  }

  // Quotas.

  private static func quota(_ hard: JSONValue, _ rest: JSONValue = [:]) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "ResourceQuota", "metadata": ["name": "team", "namespace": "shop"],
      "spec": .object((rest.object ?? [:]).merging(["hard": hard]) { $1 }),
    ]
  }

  @Test(
    "A quota of CPU or memory refuses a pod that does not say how much it takes, and one of anything else does not",
    arguments: [
      ("cpu", true), ("memory", true), ("requests.cpu", true), ("requests.memory", true), ("limits.cpu", true),
      ("limits.memory", true), ("requests.ephemeral-storage", false), ("limits.ephemeral-storage", false),
      ("ephemeral-storage", false), ("requests.nvidia.com/gpu", false), ("pods", false), ("count/pods", false),
    ])
  func unsaid(resource: String, isRefused: Bool) throws {
    let quota = Self.quota([resource: "10"])
    let silent = try cluster([:], [quota])
    if isRefused {
      #expect(refusals(silent).first == "failed quota: team: must specify \(resource) for: web")
    }
    #expect(pods(silent).count == (isRefused ? 0 : 1))
    let amounts: JSONValue = ["cpu": "1", "memory": "1", "ephemeral-storage": "1", "nvidia.com/gpu": "1"]
    let resources: JSONValue = ["requests": amounts, "limits": amounts]
    let saying = try cluster([:], [quota], container: ["resources": resources])
    #expect(pods(saying).count == 1)
    let whole = try cluster(["resources": resources], [quota])
    #expect(pods(whole).count == 1, "the pod as a whole says it")
    // Each takes one of ten.
    let many = try cluster([:], [quota], container: ["resources": resources], replicas: 12)
    #expect(pods(many).count == 10)
    #expect(
      refusals(many).first?.hasPrefix("exceeded quota: team, requested: \(resource)=1, used: \(resource)=10") == true)
  }

  @Test(
    "A quota with scopes is about the pods in all of them",
    arguments: [
      (["scopes": ["BestEffort"]], false), (["scopes": ["NotBestEffort"]], true),
      (["scopes": ["Terminating"]], false), (["scopes": ["NotTerminating"]], true),
      (["scopes": ["NotTerminating", "BestEffort"]], false), (["scopes": ["CrossNamespacePodAffinity"]], false),
      (["scopeSelector": ["matchExpressions": [["scopeName": "PriorityClass", "operator": "Exists"]]]], true),
      (["scopeSelector": ["matchExpressions": [["scopeName": "PriorityClass", "operator": "DoesNotExist"]]]], false),
      (
        [
          "scopeSelector": [
            "matchExpressions": [
              ["scopeName": "PriorityClass", "operator": "In", "values": ["system-node-critical"]]
            ]
          ]
        ], true
      ),
      (
        [
          "scopeSelector": [
            "matchExpressions": [
              ["scopeName": "PriorityClass", "operator": "NotIn", "values": ["system-node-critical"]]
            ]
          ]
        ], false
      ),
    ] as [(JSONValue, Bool)])
  func scopes(scopes: JSONValue, isMeant: Bool) throws {
    let cluster = try cluster(
      ["priorityClassName": "system-node-critical"], [Self.quota(["pods": "1"], scopes)],
      container: ["resources": ["requests": ["cpu": "1m"]]], replicas: 2)
    #expect(pods(cluster).count == (isMeant ? 1 : 2))
    let used = cluster.objects(.resourceQuota).first?.json()["status", "used", "pods"]
    #expect(used?.string == (isMeant ? "1" : "0"))
  }

  @Test(
    "A quota of objects refuses the next one, of each kind that a client makes",
    arguments: [
      ("count/configmaps", "configmaps", "ConfigMap"), ("configmaps", "configmaps", "ConfigMap"),
      ("secrets", "secrets", "Secret"), ("count/secrets", "secrets", "Secret"),
      ("count/persistentvolumeclaims", "persistentvolumeclaims", "PersistentVolumeClaim"),
      ("persistentvolumeclaims", "persistentvolumeclaims", "PersistentVolumeClaim"),
      ("gold.storageclass.storage.k8s.io/persistentvolumeclaims", "persistentvolumeclaims", "PersistentVolumeClaim"),
      ("gold.storageclass.storage.k8s.io/requests.storage", "persistentvolumeclaims", "PersistentVolumeClaim"),
      ("requests.storage", "persistentvolumeclaims", "PersistentVolumeClaim"),
      ("services", "services", "Service"), ("count/services", "services", "Service"),
      ("services.nodeports", "services", "Service"), ("count/pods", "pods", "Pod"), ("pods", "pods", "Pod"),
    ])
  func counts(resource: String, plural: String, kind: String) throws {
    var cluster = try cluster([:], [Self.quota([resource: "2"])], replicas: 0)
    let specs: [String: JSONValue] = [
      "PersistentVolumeClaim": [
        "accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1"]], "storageClassName": "gold",
      ],
      "Service": ["type": "NodePort", "ports": [["port": 80]]],
      "Pod": ["containers": [["name": "a", "image": "a:1"]]],
    ]
    func make(_ name: String) -> (status: Int, body: JSONValue) {
      var object: JSONValue = ["apiVersion": "v1", "kind": .string(kind), "metadata": ["name": .string(name)]]
      object["spec"] = specs[kind]
      return cluster.ask("POST", "/api/v1/namespaces/shop/\(plural)", body: object)
    }
    #expect(make("one").status == 201 && make("two").status == 201)
    let refused = make("three")
    #expect(
      refused.status == 403
        && refused.body["message"]?.string
          == "\(plural) \"three\" is forbidden: exceeded quota: team, requested: \(resource)=1, used: \(resource)=2, "
          + "limited: \(resource)=2"
    )
    cluster.advance(to: .seconds(61))
    #expect(cluster.objects(.resourceQuota).first?.json()["status", "used"]?[resource]?.string == "2")
  }

  @Test("A quota of ReplicaSets holds a rollout back, which says so, tries again and goes on as soon as there is room")
  func replicaSets() throws {
    var cluster = try Workload().settledCluster()
    cluster.ask(
      "POST", "/api/v1/namespaces/production/resourcequotas",
      body: ["metadata": ["name": "team"], "spec": ["hard": ["count/replicasets.apps": "1"]]])
    cluster.advance(to: .seconds(61))
    #expect(cluster.objects(.resourceQuota).first?.json()["status", "used", "count/replicasets.apps"] == "1")
    cluster.setImage("v2.0.0")
    cluster.advance(to: .seconds(100))

    #expect(cluster.objects(.replicaSet).count == 1 && cluster.deployment?.status?.readyReplicas == 3)
    let condition = cluster.deployment?.status?.condition("Progressing")
    #expect(condition?.status == "False" && condition?.reason == "ReplicaSetCreateError")
    let words = try #require(condition?.message)
    #expect(words.hasPrefix("Failed to create new replica set \"aspnetcore-deployment-"))
    #expect(
      words.hasSuffix(
        "is forbidden: exceeded quota: team, requested: count/replicasets.apps=1, used: count/replicasets.apps=1, "
          + "limited: count/replicasets.apps=1"), "\(words)")
    let told = cluster.events.filter { $0.reason == "ReplicaSetCreateError" }
    #expect(told.first?.type == "Warning" && told.first?.message == words && told.first?.count ?? 1 > 3)

    cluster.ask(
      "PATCH", "/api/v1/namespaces/production/resourcequotas/team", type: "application/merge-patch+json",
      body: ["spec": ["hard": ["count/replicasets.apps": "2"]]])
    cluster.advance(to: .seconds(250))
    #expect(cluster.objects(.replicaSet).count == 2)
    #expect(cluster.deployment?.status?.updatedReplicas == 3)
    #expect(cluster.deployment?.status?.condition("Progressing")?.reason == "NewReplicaSetAvailable")
  }

  @Test("A Deployment that has given up making its ReplicaSet tries again as before when something has changed")
  func tries() throws {
    var workload = try Workload()
    workload.others.removeAll { $0["kind"] == "HorizontalPodAutoscaler" }
    var cluster = try workload.settledCluster()
    cluster.ask(
      "POST", "/api/v1/namespaces/production/resourcequotas",
      body: ["metadata": ["name": "team"], "spec": ["hard": ["count/replicasets.apps": "1"]]])
    cluster.advance(to: .seconds(61))
    cluster.setImage("v2.0.0")
    func failures() -> Int { cluster.events.first { $0.reason == "ReplicaSetCreateError" }?.count ?? 0 }

    cluster.advance(to: .seconds(400))
    let first = failures()
    cluster.advance(to: .seconds(600))
    #expect(first >= 15 && failures() == first)
    cluster.ask(
      "PATCH", "/apis/apps/v1/namespaces/production/deployments/\(Workload.deployment)",
      type: "application/merge-patch+json", body: ["metadata": ["annotations": ["example.com/note": "changed"]]])
    cluster.advance(to: .seconds(660))
    #expect(cluster.objects(.replicaSet).count == 1)
    cluster.ask(
      "PATCH", "/api/v1/namespaces/production/resourcequotas/team", type: "application/merge-patch+json",
      body: ["spec": ["hard": ["count/replicasets.apps": "2"]]])
    cluster.advance(to: .seconds(900))
    #expect(cluster.objects(.replicaSet).count == 2)
  }
}
