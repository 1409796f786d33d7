import Profiles
import Units

extension LabelledWorld {
  /// Its user believes the controller to tolerate more than it does.
  static let hpaConformance = LabelledWorld(
    expectation: "{tolerance: 10%}",
    setting: Change(fields: [
      "actions=[]", "manifests.deployment.spec.replicas=8", "manifests.hpa.spec.minReplicas=8",
      "load.phases=[{name: calm, for: 60s, rate: 130/s}, {name: peak, for: 120s, rate: 180/s}]",
    ]),
    fault: Change(fields: ["expectations[0].hpaConformance.tolerance=60%"])
  ) { truth in
    // The simulated controller has the flags that Kubernetes has by default.
    let controller = truth.profile.expectations[0].kind.wanted.controller
    return try controller.tolerance == Percentage(text: "10%")
  }
}
