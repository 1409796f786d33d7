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

  @Test("kinds are written as kubectl takes them")
  func names() {
    for name in ["deploy", "Deployments", "deployment"] { #expect(WorkloadKind(name: name) == .deployment) }
    for name in ["sts", "statefulset", "StatefulSets"] { #expect(WorkloadKind(name: name) == .statefulSet) }
    #expect(WorkloadKind(name: "daemonset") == nil)
    #expect(WorkloadReference(.statefulSet, "db").text == "statefulset/db")
  }
}
