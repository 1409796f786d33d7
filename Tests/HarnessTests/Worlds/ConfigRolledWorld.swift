import Units

extension LabelledWorld {
  /// A ConfigMap is changed, and nobody restarts the pods that read it.
  static let configRolled = LabelledWorld(
    expectation: "{config: configmap/settings, during: peak, within: 100s}",
    setting: Change(fields: [
      "cluster.simulated.manifests=[web.yaml, settings.yaml]",
      "manifests.deployment.spec.template.spec.containers[0].envFrom=[{configMapRef: {name: settings}}]",
      "actions=[\(change), {name: restart, at: peak + 35s, rollout: {restart: true}}]",
    ]),
    fault: Change(fields: ["actions=[\(change)]"])
  ) { truth in
    let due = try truth.begin(of: "change") + .seconds(100)
    let ready = truth.pods.filter { $0.isReady(at: due) }
    return try !ready.isEmpty && ready.allSatisfy { try $0.created > truth.begin(of: "change") }
  }

  private static let change =
    "{name: change, at: peak + 30s, patch: {object: configmap/settings, fields: {data: {LOG_LEVEL: debug}}}}"
}
