import KubernetesObjects
import Units

extension LabelledWorld {
  /// The program goes on for longer after SIGTERM than its grace period lasts.
  static let gracefulExit = LabelledWorld(
    expectation: "{during: run}",
    setting: Change(fields: ["load.arrivals=uniform"]),
    fault: Change(fields: [
      "manifests.deployment.spec.template.spec.terminationGracePeriodSeconds=8",
      "cluster.simulated.workload.keepsServing=20s",
    ])
  ) { truth in
    truth.pods.filter { $0.going.map { $0 >= .zero } ?? false }.allSatisfy { $0.exit?.exitCode ?? 0 != 137 }
  }
}
