import KubernetesObjects
import TestRecordings
import Testing

@testable import RunTimeline

@Suite("What a mark says was deleted")
struct DeletionMarkTests {
  @Test(
    "a mark beside the deletion of a Deployment dates it only if it names that and nothing else",
    arguments: [
      ("deployment-deleted", true), ("Deleted", true), ("delete-the-workload", true), ("namespace-deleted-2", true),
      ("kubectl-delete-deployment-aspnetcore-deployment", true), ("deploymentDeleted", true),
      ("hpa-deleted", false), ("hpaDeleted", false), ("quota-deleted", false), ("hpa-of-the-deployment-deleted", false),
      ("pod-deleted", false), ("deletion-of-old-logs", false), ("surge", false),
    ])
  func named(mark: String, isDeployment: Bool) throws {
    let timeline = try Recordings.timeline(
      "workload-deleted-and-recreated", phases: [("start", 0), (mark, 105.239)])

    let absence = try #require(timeline.cluster?.absences.first)

    #expect(absence.kind == "Deployment")
    #expect((absence.mark?.name == mark) == isDeployment)
  }

  @Test(
    "a mark names the workload that was deleted by every word for its kind, and none of another kind",
    arguments: WorkloadKind.allCases)
  func workload(kind: WorkloadKind) {
    let others = WorkloadKind.allCases.filter { $0 != kind }

    for word in kind.names + ["workload", "app"] {
      #expect(DeletionMark("\(word)-deleted").names(kind: kind.title, "carts"), "\(word)")
      #expect(DeletionMark("kubectl-delete-\(word)-carts").names(kind: kind.title, "carts"), "\(word)")
    }
    for word in others.flatMap(\.names) + ["hpa"] {
      #expect(!DeletionMark("\(word)-deleted").names(kind: kind.title, "carts"), "\(word)")
    }
  }
}
