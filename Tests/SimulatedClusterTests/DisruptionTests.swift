import ApplicationNature
import KubernetesObjects
import Testing
import Units

@testable import SimulatedCluster

@Suite("PodDisruptionBudgets and evictions")
struct DisruptionTests {
  private static let budgets = "/apis/policy/v1/namespaces/production/poddisruptionbudgets"
  private static let pods = "/api/v1/namespaces/production/pods"

  /// The workload without its autoscaler, with a budget.
  private func cluster(
    replicas: Int64 = 3, _ spec: [String: JSONValue], image: String? = nil, _ description: SimulatedWorkload = .init()
  ) throws -> ClusterSimulation {
    var workload = try Workload()
    workload.others.removeLast()
    workload.deploymentObject["spec"]?["replicas"] = .integer(replicas)
    workload.others.append(Self.budget("web", spec))
    return try workload.settledCluster(description)
  }

  private static func budget(_ name: String, _ spec: [String: JSONValue]) -> JSONValue {
    [
      "apiVersion": "policy/v1", "kind": "PodDisruptionBudget",
      "metadata": ["name": .string(name), "namespace": "production"],
      "spec": .object(spec.merging(["selector": ["matchLabels": ["app": "aspnetcore"]]]) { old, _ in old }),
    ]
  }

  private func names(_ cluster: ClusterSimulation) -> [String] {
    cluster.objects(.pod).filter { $0.metadata.deletionTimestamp == nil }.map(\.key.name)
  }

  private func status(_ cluster: ClusterSimulation, _ name: String = "web") -> DisruptionBudgetStatus? {
    cluster.object(.podDisruptionBudget, namespace: "production", name: name)?.disruptionBudgetStatus
  }

  private func evict(
    _ name: String, in cluster: inout ClusterSimulation, query: [String: String] = [:], options: JSONValue? = nil
  ) -> (status: Int, body: JSONValue) {
    var body: JSONValue = [
      "apiVersion": "policy/v1", "kind": "Eviction",
      "metadata": ["name": .string(name), "namespace": "production"],
    ]
    body["deleteOptions"] = options
    return cluster.ask("POST", "\(Self.pods)/\(name)/eviction", query: query, body: body)
  }

  @Test(
    "The status of a budget: how many pods there should be, how many healthy, and how many may go; shares are rounded up",
    arguments: [
      (["minAvailable": 2], 2, 1), (["minAvailable": "50%"], 2, 1), (["minAvailable": "34%"], 2, 1),
      (["minAvailable": "33%"], 1, 2), (["minAvailable": 5], 5, 0), (["minAvailable": "100%"], 3, 0),
      (["maxUnavailable": 1], 2, 1), (["maxUnavailable": "50%"], 1, 2), (["maxUnavailable": "1%"], 2, 1),
      (["maxUnavailable": 0], 3, 0), (["maxUnavailable": "0%"], 3, 0), (["maxUnavailable": 9], 0, 3),
    ] as [([String: JSONValue], Int, Int)])
  func arithmetic(spec: [String: JSONValue], desired: Int, allowed: Int) throws {
    let cluster = try cluster(spec)
    let status = try #require(self.status(cluster))
    #expect(status.expectedPods == 3 && status.currentHealthy == 3)
    #expect(status.desiredHealthy == desired && status.disruptionsAllowed == allowed)
    #expect(status.observedGeneration == 1 && status.allowance?.observedGeneration == 1)
    #expect(status.allowance?.isGiven == (allowed > 0))
    #expect(status.allowance?.reason == (allowed > 0 ? "SufficientPods" : "InsufficientPods"))
  }

  @Test("An eviction that the budget allows ends the pod and says why; the next has to wait for the pod in its place")
  func eviction() throws {
    var cluster = try cluster(["maxUnavailable": 1])
    let before = names(cluster)
    let first = evict(before[0], in: &cluster)
    let marked = cluster.object(.pod, namespace: "production", name: before[0])?.pod?.condition("DisruptionTarget")
    let counted = status(cluster)
    let second = evict(before[1], in: &cluster)
    cluster.advance(to: .seconds(61))
    let third = evict(before[1], in: &cluster)
    cluster.advance(to: .seconds(100))
    let fourth = evict(before[1], in: &cluster)

    #expect(first.status == 201 && first.body["status"] == "Success" && first.body["code"] == 201)
    #expect(marked?.isTrue == true && marked?.reason == "EvictionByEvictionAPI")
    #expect(marked?.message == "Eviction API: evicting")
    #expect(counted?.disruptionsAllowed == 0 && counted?.disruptedPods.keys.map { $0 } == [before[0]])
    for refused in [second, third] {
      #expect(refused.status == 429 && refused.body["reason"] == "TooManyRequests")
      #expect(
        refused.body["message"] == "Cannot evict pod as it would violate the pod's disruption budget.")
    }
    #expect(
      third.body["details", "causes"] == [
        [
          "reason": "DisruptionBudget",
          "message": "The disruption budget web needs 2 healthy pods and has 2 currently",
        ]
      ])
    #expect(fourth.status == 201)
    #expect(status(cluster)?.disruptedPods.keys.map { $0 } == [before[1]])
  }

  @Test("A budget that the controller has not seen yet allows nothing, and says when to ask again")
  func unseen() throws {
    var cluster = try cluster(["maxUnavailable": 1])
    cluster.ask(
      "PATCH", "\(Self.budgets)/web", type: "application/merge-patch+json", body: ["spec": ["maxUnavailable": 2]])
    let refused = evict(names(cluster)[0], in: &cluster)
    cluster.advance(to: .seconds(61))

    #expect(refused.status == 429 && refused.body["details", "retryAfterSeconds"] == 10)
    #expect(
      refused.body["details", "causes"]?[0]?["message"]
        == "The disruption budget web is still being processed by the server.")
    #expect(evict(names(cluster)[0], in: &cluster).status == 201)
  }

  @Test("Two budgets of one pod: no eviction, as an error in an answer of 201, and an event")
  func twoBudgets() throws {
    var cluster = try cluster(["maxUnavailable": 1])
    cluster.ask("POST", Self.budgets, body: Self.budget("also", ["minAvailable": 1]))
    cluster.advance(to: .seconds(61))
    let name = names(cluster)[0]
    let answer = evict(name, in: &cluster)
    cluster.ask("DELETE", "\(Self.pods)/\(name)")

    #expect(answer.status == 201 && answer.body["status"] == "Failure" && answer.body["code"] == 500)
    #expect(
      answer.body["message"]
        == "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.")
    #expect(cluster.events.contains { $0.reason == "MultiplePodDisruptionBudgets" })
  }

  @Test(
    "A dry run, in the query or in the body, is answered as the eviction would be and leaves everything as it is",
    arguments: [true, false])
  func dryRun(inQuery: Bool) throws {
    var cluster = try cluster(["maxUnavailable": 1])
    let version = cluster.resourceVersion
    let answer = evict(
      names(cluster)[0], in: &cluster, query: inQuery ? ["dryRun": "All"] : [:],
      options: inQuery ? nil : ["dryRun": ["All"]])
    #expect(answer.status == 201 && cluster.resourceVersion == version)
  }

  @Test(
    "An eviction of another pod than was meant is a conflict; what it took of the budget comes back after two minutes")
  func preconditions() throws {
    var cluster = try cluster(["maxUnavailable": 1])
    let name = names(cluster)[0]
    let version = cluster.object(.pod, namespace: "production", name: name)?.metadata.resourceVersion ?? ""
    let wrong = evict(name, in: &cluster, options: ["preconditions": ["uid": "another"]])
    cluster.advance(to: .seconds(70))
    let taken = status(cluster)
    cluster.advance(to: .seconds(179))
    let still = status(cluster)
    cluster.advance(to: .seconds(182))
    let after = status(cluster)
    let right = evict(name, in: &cluster, options: ["preconditions": ["resourceVersion": .string(version)]])

    #expect(wrong.status == 409 && wrong.body["reason"] == "Conflict")
    #expect(wrong.body["message"]?.string?.hasPrefix("Operation cannot be fulfilled on Pod \"\(name)\"") == true)
    #expect(taken?.currentHealthy == 2 && taken?.disruptionsAllowed == 0)
    #expect(still == taken)
    #expect(after?.currentHealthy == 3 && after?.disruptionsAllowed == 1 && after?.disruptedPods.isEmpty == true)
    #expect(cluster.events.contains { $0.reason == "NotDeleted" })
    #expect(right.status == 201)
  }

  @Test("A deletion that means another object, or another version of it, is a conflict, whatever the kind")
  func deletePreconditions() throws {
    var cluster = try cluster(["maxUnavailable": 1])
    let path = "\(APITests.deployments)/\(Workload.deployment)"
    let version = cluster.ask("GET", path).body["metadata", "resourceVersion"] ?? ""
    let other = cluster.ask("DELETE", path, body: ["preconditions": ["uid": "another"]])
    let older = cluster.ask("DELETE", path, body: ["preconditions": ["resourceVersion": "1"]])
    let pod = cluster.ask("DELETE", "\(Self.pods)/\(names(cluster)[0])", body: ["preconditions": ["uid": "another"]])
    #expect([other, older, pod].allSatisfy { $0.status == 409 && $0.body["reason"] == "Conflict" })
    #expect(
      other.body["message"]?.string?.hasPrefix(
        "Operation cannot be fulfilled on Deployment.apps \"aspnetcore-deployment\": the UID in the precondition")
        == true)
    #expect(names(cluster).count == 3)
    #expect(cluster.ask("DELETE", path, body: ["preconditions": ["resourceVersion": version]]).status == 200)
  }

  @Test(
    "A pod that is not ready goes without asking where enough others are healthy, or where the budget always allows it",
    arguments: [("IfHealthyBudget", 429), ("AlwaysAllow", 201)])
  func unhealthy(policy: String, expected: Int) throws {
    var description = SimulatedWorkload()
    description.application.becomesReady = false
    var none = try cluster(["minAvailable": 1, "unhealthyPodEvictionPolicy": .string(policy)], description)
    #expect(status(none)?.currentHealthy == 0)
    #expect(evict(names(none)[0], in: &none).status == expected)

    var broken = SimulatedWorkload()
    broken.versions["broken"] = .broken
    var cluster = try cluster(["minAvailable": 3], broken)
    cluster.setImage("broken")
    cluster.advance(to: .seconds(75))
    let healthy = cluster.objects(.pod).count { $0.pod?.isReady == true && $0.pod?.isTerminating == false }
    cluster.ask(
      "PATCH", "\(Self.budgets)/web", type: "application/merge-patch+json",
      body: ["spec": ["minAvailable": .integer(Int64(healthy))]])
    cluster.advance(to: .seconds(76))
    let unready = try #require(
      cluster.objects(.pod).first { $0.pod?.status?.phase == "Running" && $0.pod?.isReady == false }?.key.name)
    let ready = try #require(cluster.objects(.pod).first { $0.pod?.isReady == true }?.key.name)
    #expect(evict(ready, in: &cluster).status == 429)
    #expect(evict(unready, in: &cluster).status == 201)
  }

  @Test("Pods that nothing controls count for a number that has to stay, and not for a share")
  func unmanaged() throws {
    var cluster = try cluster(["minAvailable": 2])
    cluster.ask("POST", Self.budgets, body: Self.budget("share", ["minAvailable": "50%"]))
    var pod = cluster.objects(.pod)[0].json()
    pod["metadata"] = ["name": "lonely", "namespace": "production", "labels": ["app": "aspnetcore"]]
    pod["status"] = nil
    #expect(cluster.ask("POST", Self.pods, body: pod).status == 201)
    cluster.ask(
      "PATCH", "\(Self.budgets)/web", type: "application/merge-patch+json", body: ["metadata": ["labels": [:]]])
    cluster.advance(to: .seconds(80))

    #expect(status(cluster)?.expectedPods == 4 || status(cluster, "share")?.expectedPods == 3)
    #expect(cluster.events.contains { $0.reason == "UnmanagedPods" })
  }

  @Test("A pod of an owner without a size makes the budget fail: nothing may go, and the refusal says why")
  func withoutScale() throws {
    var cluster = try cluster(["maxUnavailable": 1])
    var pod = cluster.objects(.pod)[0].json()
    pod["metadata"] = [
      "name": "task", "namespace": "production", "labels": ["app": "aspnetcore"],
      "ownerReferences": [
        ["apiVersion": "batch/v1", "kind": "Job", "name": "task", "uid": "1", "controller": true]
      ],
    ]
    pod["status"] = nil
    #expect(cluster.ask("POST", Self.pods, body: pod).status == 201)
    cluster.advance(to: .seconds(61))
    let answer = evict(names(cluster)[0], in: &cluster)

    #expect(status(cluster)?.allowance?.reason == "SyncFailed")
    #expect(
      answer.body["details", "causes"]?[0]?["message"]
        == "The disruption budget web does not allow evicting pods currently because it failed sync: jobs.batch does not implement the scale subresource"
    )
    #expect(cluster.events.contains { $0.reason == "CalculateExpectedPodCountFailed" })
  }

  @Test("A lost node takes its pods whatever their budget says, and rollouts and scaling do not ask it")
  func involuntary() throws {
    var cluster = try cluster(["maxUnavailable": 0])
    cluster.plan([Fault(.machineLost(1), begins: .zero)], loadBegins: .seconds(60))
    cluster.advance(to: .seconds(430))
    let gone = cluster.objects(.pod).compactMap(\.pod).filter(\.isTerminating)
    #expect(gone.count == 1)
    #expect(gone.first?.condition("DisruptionTarget")?.reason == "DeletionByTaintManager")

    cluster.setImage("v2.0.0")
    cluster.advance(to: .seconds(600))
    #expect(cluster.deployment?.status?.updatedReplicas == 3 && cluster.deployment?.status?.availableReplicas == 3)
  }

  @Test("Without its controller a budget stays as it was, and the evictions that it still had are all that go")
  func controllersDown() throws {
    var cluster = try cluster(["maxUnavailable": 1])
    cluster.stopControllers()
    let answers = names(cluster).map { evict($0, in: &cluster).status }
    cluster.advance(to: .seconds(200))
    #expect(answers == [201, 429, 429] && names(cluster).count == 2)
    cluster.startControllers()
    cluster.advance(to: .seconds(240))
    #expect(status(cluster)?.disruptionsAllowed == 1 && names(cluster).count == 3)
  }
}
