import ApplicationNature
import KubernetesObjects
import SimulatedCluster
import Testing
import Units

@Suite("Rollouts")
struct RolloutTests {
  @Test("A rolling update stays between floor and ceiling, completes, and leaves one active ReplicaSet of revision 2")
  func fences() throws {
    var cluster = try Workload().settledCluster()
    let before = cluster.resourceVersion
    cluster.setImage("v2.0.0")
    cluster.advance(to: .seconds(200))

    for change in cluster.changes(.deployment, after: before) ?? [] {
      let status = try #require(change.object.deployment?.status)
      #expect((status.availableReplicas ?? 0) >= 2)
      #expect((status.replicas ?? 0) <= 5)
    }
    let deployment = try #require(cluster.deployment)
    #expect(deployment.status?.updatedReplicas == 3 && deployment.status?.replicas == 3)
    #expect(deployment.status?.condition("Progressing")?.reason == "NewReplicaSetAvailable")
    #expect(deployment.status?.observedGeneration == deployment.metadata.generation)
    #expect(deployment.metadata.annotations?[ReplicaSet.revisionAnnotation] == "2")
    let active = cluster.objects(.replicaSet).compactMap(\.replicaSet).filter { ($0.spec.replicas ?? 0) > 0 }
    #expect(active.count == 1)
    #expect(active.first?.metadata.annotations?[ReplicaSet.maxReplicasAnnotation] == "5")
  }

  @Test("The first moves of a rollout of 8 are those of a real controller: new 2, old 7, new 3")
  func firstMoves() throws {
    var workload = try Workload()
    workload.deploymentObject["spec"]?["replicas"] = 8
    workload.others.removeLast()
    var cluster = try workload.settledCluster()
    cluster.setImage("v2.0.0")
    cluster.advance(to: .seconds(61))
    let moves = cluster.events.filter { $0.reason == "ScalingReplicaSet" }.compactMap(\.message)
      .filter { !$0.hasSuffix("from 0 to 8") }.map { $0.split(separator: " ").suffix(4).joined(separator: " ") }
    #expect(Set(moves) == ["from 0 to 2", "from 8 to 7", "from 2 to 3"])
  }

  @Test("A broken image keeps the floor, exceeds the progress deadline, and an undo takes the broken pods away")
  func stuckAndUndone() throws {
    var description = SimulatedWorkload()
    description.versions["broken"] = .broken
    var workload = try Workload()
    workload.deploymentObject["spec"]?["progressDeadlineSeconds"] = 60
    var cluster = try workload.settledCluster(description)
    cluster.setImage("broken")
    cluster.advance(to: .seconds(110))
    #expect(cluster.deployment?.status?.availableReplicas == 2)
    #expect(cluster.deployment?.status?.condition("Progressing")?.status == "True")
    cluster.advance(to: .seconds(125))
    let stuck = cluster.deployment?.status?.condition("Progressing")
    #expect(stuck?.status == "False" && stuck?.reason == "ProgressDeadlineExceeded")

    cluster.setImage("v1.0.0")
    cluster.advance(to: .seconds(200))
    #expect(cluster.deployment?.status?.availableReplicas == 3)
    #expect(cluster.deployment?.status?.condition("Progressing")?.reason == "NewReplicaSetAvailable")
    #expect(cluster.deployment?.metadata.annotations?[ReplicaSet.revisionAnnotation] == "3")
    let sets = cluster.objects(.replicaSet).compactMap(\.replicaSet)
    #expect(sets.contains { $0.metadata.annotations?["deployment.kubernetes.io/revision-history"] == "1" })
  }

  @Test("Without preStop every terminated pod refuses requests until the Ingress has heard of it; with it none")
  func preStop() throws {
    func refused(_ workload: Workload) throws -> OfferedLoadTotals {
      var cluster = try workload.settledCluster()
      cluster.setOfferedRate(300, host: Workload.host)
      cluster.setImage("v2.0.0")
      cluster.advance(to: .seconds(200))
      return cluster.offeredLoadTotals()
    }
    let drained = try refused(Workload())
    #expect(drained.refused == 0 && drained.unavailable == 0)
    var abrupt = try Workload()
    abrupt.removePreStop()
    let lost = try refused(abrupt)
    // Three pods, 1.8 s each between the end of listening and the end of sending, at 60/s to 150/s.
    #expect(lost.refused > 3 * 1.7 * 60 && lost.refused < 3 * 1.9 * 150)
  }

  @Test("A quota stops the growth: FailedCreate events, ReplicaFailure, and the ReplicaSet backs off")
  func quota() throws {
    var workload = try Workload()
    // The autoscaler would take back what the test asks for.
    workload.others.removeLast()
    workload.others.append([
      "apiVersion": "v1", "kind": "ResourceQuota", "metadata": ["name": "pods-cap", "namespace": "production"],
      "spec": ["hard": ["pods": "5"]],
    ])
    var cluster = try workload.settledCluster()
    cluster.ask(
      "PATCH", "/apis/apps/v1/namespaces/production/deployments/aspnetcore-deployment/scale",
      type: "application/merge-patch+json", body: ["spec": ["replicas": 8]])
    cluster.advance(to: .seconds(80))

    #expect(cluster.objects(.pod).count == 5)
    let failure = try #require(cluster.deployment?.status?.condition("ReplicaFailure"))
    #expect(failure.reason == "FailedCreate")
    #expect(
      failure.message?.hasSuffix(
        "is forbidden: exceeded quota: pods-cap, requested: pods=1, used: pods=5, limited: pods=5") == true)
    #expect(cluster.deployment?.status?.unavailableReplicas == 3)
    let refusals = cluster.events.filter { $0.reason == "FailedCreate" }
    // 5 ms, doubled with every failure: a dozen attempts in 20 s, merged from the tenth message on.
    #expect(refusals.count >= 10 && refusals.count <= 12)
    #expect(refusals.contains { $0.message?.hasPrefix("(combined from similar events): ") == true })
  }

  @Test("A terminating pod keeps serving during preStop, and its end is written as a kubelet does")
  func termination() throws {
    var cluster = try Workload().settledCluster()
    let victim = try #require(cluster.objects(.pod).first?.key.name)
    let before = cluster.resourceVersion
    cluster.ask("DELETE", "/api/v1/namespaces/production/pods/\(victim)")
    cluster.advance(to: .seconds(65))
    let pod = try #require(cluster.object(.pod, namespace: "production", name: victim)?.pod)
    #expect(pod.isTerminating && pod.isReady)
    #expect(pod.metadata.deleteRequested?.microseconds == cluster.epoch.microseconds + 60_000_000)
    let slice = try #require(cluster.objects(.endpointSlice).first?.endpointSlice)
    let endpoint = try #require(slice.endpoints?.first { $0.targetRef?.name == victim })
    #expect(endpoint.conditions?.ready == false)
    #expect(endpoint.conditions?.serving == true)
    #expect(endpoint.conditions?.terminating == true)
    cluster.advance(to: .seconds(80))
    #expect(cluster.object(.pod, namespace: "production", name: victim) == nil)
    let last = try #require(
      (cluster.changes(.pod, after: before) ?? []).last { $0.object.key.name == victim })
    #expect(last.action == .deleted)
    #expect(last.object.metadata.deletionGracePeriodSeconds == 0)
    #expect(last.object.pod?.status?.containerStatuses?.first?.state?.terminated?.exitCode == 0)
    #expect(cluster.objects(.pod).count == 3)
  }
}
