import KubernetesObjects
import Units

extension LabelledWorld {
  /// A release beside a controller that keeps writing its own idea of the Deployment.
  static let undisturbed = LabelledWorld(
    expectation: "{during: run}",
    fault: Change(faults: [
      "{at: calm + 30s, write: {by: argocd-controller, patch: deployment/web, fields: {spec: {minReadySeconds: 2}}}}"
    ])
  ) { truth in truth.deployments.allSatisfy { $0.object.spec.minReadySeconds ?? 0 == 0 } }
}
