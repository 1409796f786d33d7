import Foundation
import KubernetesObjects
import Testing

/// The rules by which kubectl says that a rollout is done (kubectl/pkg/polymorphichelpers/rollout_status.go), as far as they
/// are about counts.
@Suite("A workload, whatever its kind")
struct WorkloadTests {
  private func statefulSet(
    replicas: Int = 3, strategy: String = "{}", generation: Int = 2, observed: Int = 2, current: Int = 3,
    updated: Int = 3, ready: Int = 3, available: Int? = 3, revisions: (String, String) = ("db-2", "db-2")
  ) throws -> Workload {
    let available = available.map { #", "availableReplicas": \#($0)"# } ?? ""
    return try Workload(
      .statefulSet,
      json: Data(
        """
        {"metadata": {"name": "db", "generation": \(generation)},
         "spec": {"replicas": \(replicas), "selector": {}, "template": {"spec": {}}, "updateStrategy": \(strategy)},
         "status": {"observedGeneration": \(observed), "replicas": \(current), "readyReplicas": \(ready),
          "updatedReplicas": \(updated), "currentRevision": "\(revisions.0)", "updateRevision": "\(revisions.1)"\(available)}}
        """.utf8))
  }

  @Test("a StatefulSet is complete when its controller names one revision and all pods are available")
  func complete() throws {
    #expect(try statefulSet().isComplete(generation: 2))
    #expect(try !statefulSet(revisions: ("db-1", "db-2")).isComplete(generation: 2))
    #expect(try !statefulSet(available: 2).isComplete(generation: 2))
    #expect(try !statefulSet(current: 4).isComplete(generation: 2))
    #expect(try !statefulSet(observed: 1).isComplete(generation: 2))
  }

  @Test("with a partition it is complete when the pods from the partition on are replaced")
  func partition() throws {
    let strategy = #"{"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}"#
    let revisions = ("db-1", "db-2")

    #expect(try statefulSet(strategy: strategy, updated: 1, revisions: revisions).isComplete(generation: 2))
    #expect(try !statefulSet(strategy: strategy, updated: 0, revisions: revisions).isComplete(generation: 2))
    // Above all ordinals it replaces none.
    #expect(
      try statefulSet(
        strategy: #"{"rollingUpdate": {"partition": 9}}"#, updated: 0, revisions: revisions
      ).isComplete(generation: 2))
  }

  @Test("with OnDelete it is complete when somebody has replaced all pods, whatever revisions are named")
  func onDelete() throws {
    let strategy = #"{"type": "OnDelete"}"#

    #expect(try statefulSet(strategy: strategy, revisions: ("db-1", "db-2")).isComplete(generation: 2))
    #expect(try !statefulSet(strategy: strategy, updated: 2, revisions: ("db-1", "db-2")).isComplete(generation: 2))
  }

  @Test("servers that do not count available pods count ready ones")
  func olderServers() throws {
    #expect(try statefulSet(available: nil).status?.available == 3)
  }

  @Test("the pods of a StatefulSet bear its name and their ordinal")
  func ordinals() {
    #expect(StatefulSet.ordinal(ofPodNamed: "db-12", of: "db") == 12)
    for other in ["db-x", "db-", "db", "web-0", "db-1-2", "db--1"] {
      #expect(StatefulSet.ordinal(ofPodNamed: other, of: "db") == nil, "\(other)")
    }
  }

  private func argoRollout(
    strategy: String = "{}", observed: String = "2", current: Int = 3, updated: Int = 3, available: Int = 3,
    stable: String = "h2", template: String = #""template": {"spec": {"containers": [{"name": "web"}]}}"#
  ) throws -> Workload {
    try Workload(
      .argoRollout,
      json: Data(
        """
        {"metadata": {"name": "web", "generation": 2},
         "spec": {"replicas": 3, "selector": {}, "strategy": \(strategy), \(template)},
         "status": {"observedGeneration": "\(observed)", "replicas": \(current), "readyReplicas": \(available),
          "updatedReplicas": \(updated), "availableReplicas": \(available), "currentPodHash": "h2", "stableRS": "\(stable)"}}
        """.utf8))
  }

  @Test("a Rollout of Argo Rollouts is complete when its newest template is the stable one and no older pod is left")
  func argoComplete() throws {
    #expect(try argoRollout().isComplete(generation: 2))
    #expect(try !argoRollout(stable: "h1").isComplete(generation: 2))
    #expect(try !argoRollout(observed: "1").isComplete(generation: 2))
    #expect(try !argoRollout(current: 6).isComplete(generation: 2))
    #expect(try !argoRollout(available: 2).isComplete(generation: 2))
  }

  @Test("a canary keeps the fences that it is given, and blue-green brings all new pods beside the old ones")
  func argoFences() throws {
    let canary = try argoRollout(strategy: #"{"canary": {"maxSurge": 1, "maxUnavailable": "10%"}}"#)
    let blueGreen = try argoRollout(strategy: #"{"blueGreen": {"activeService": "web"}}"#)

    #expect(canary.replacement == .surging(maxSurge: .count(1), maxUnavailable: .percent(10)))
    #expect(try argoRollout(strategy: #"{"canary": {}}"#).replacement == .surging(maxSurge: nil, maxUnavailable: nil))
    #expect(blueGreen.replacement == .surging(maxSurge: .percent(100), maxUnavailable: .count(0)))
  }

  @Test("a template that stands elsewhere is told by its hash")
  func argoReference() throws {
    let elsewhere = try argoRollout(template: #""workloadRef": {"kind": "Deployment", "name": "web"}"#)

    #expect(elsewhere.template.metadata?.templateHash == "h2")
    #expect(elsewhere.image == nil)
  }

  @Test("a ReplicaSet replaces no pods, and counts those that it has")
  func replicaSet() throws {
    let workload = try Workload(
      .replicaSet,
      json: Data(
        #"""
        {"metadata": {"name": "web", "generation": 1}, "spec": {"replicas": 2, "template": {"spec": {}}},
         "status": {"observedGeneration": 1, "replicas": 2, "readyReplicas": 1, "availableReplicas": 1}}
        """#.utf8))

    #expect(workload.replacement == .byHand)
    #expect(workload.wanted == 2)
    #expect(workload.status?.ready == 1)
    #expect(!workload.isComplete(generation: 1))
    #expect(!workload.isSteady)
  }

  @Test("pods and ReplicaSets say in a label of which template they are, whoever made them")
  func templateHashes() {
    for label in ["pod-template-hash", "controller-revision-hash", "rollouts-pod-template-hash"] {
      #expect(ObjectMetadata(labels: [label: "x1"]).templateHash == "x1", "\(label)")
    }
    #expect(ObjectMetadata(labels: ["app": "web"]).templateHash == nil)
  }

  @Test("kinds are written as kubectl takes them")
  func names() {
    for name in ["deploy", "Deployments", "deployment"] { #expect(WorkloadKind(name: name) == .deployment) }
    for name in ["sts", "statefulset", "StatefulSets"] { #expect(WorkloadKind(name: name) == .statefulSet) }
    for name in ["rs", "replicaset", "ReplicaSets"] { #expect(WorkloadKind(name: name) == .replicaSet) }
    for name in ["ro", "rollout", "Rollouts"] { #expect(WorkloadKind(name: name) == .argoRollout) }
    #expect(WorkloadKind(name: "daemonset") == nil)
    #expect(WorkloadKind.spellings == "deployment/NAME, statefulset/NAME, replicaset/NAME or rollout/NAME")
    #expect(WorkloadReference(.statefulSet, "db").text == "statefulset/db")
  }
}
