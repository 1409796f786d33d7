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
      workload, namespace: cluster.namespace, body: Self.patch(for: kind, at: Date().kubernetesTime))
  }

  /// The patch that `kubectl set image` or `kubectl rollout restart` would send.
  static func patch(for kind: PlannedAction.Kind, at now: KubernetesTime) -> JSONValue {
    switch kind {
    case .setImage(let images):
      let containers = images.sorted { $0.key < $1.key }
        .map { JSONValue.object(["name": .string($0.key), "image": .string($0.value)]) }
      return ["spec": ["template": ["spec": ["containers": .array(containers)]]]]
    case .restart:
      let time = KubernetesTime(seconds: now.microseconds / 1_000_000).description
      return [
        "spec": [
          "template": ["metadata": ["annotations": ["kubectl.kubernetes.io/restartedAt": .string(time)]]]
        ]
      ]
    }
  }
}
