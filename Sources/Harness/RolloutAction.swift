import Foundation
import KubernetesClient
import KubernetesObjects
import Profiles
import RunTimeline

/// Carries out the actions of a profile through the Kubernetes API.
struct RolloutAction {
  let client: APIClient
  let cluster: ClusterDescription

  /// What the action does, for people.
  static func summary(of kind: PlannedAction.Kind) -> String {
    switch kind {
    case .setImage(let images):
      "rollout: set image " + images.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    case .restart: "rollout: restart"
    }
  }

  /// Starts the rollout; answers the workload as the server then has it.
  func start(
    _ kind: PlannedAction.Kind, of workload: WorkloadReference
  ) async throws(KubernetesError) -> (workload: Workload, answer: APIClient.Answer) {
    try await client.patch(
      workload, namespace: cluster.namespace,
      try await TemplatePatch.read(for: kind, of: workload, namespace: cluster.namespace, from: client))
  }
}
