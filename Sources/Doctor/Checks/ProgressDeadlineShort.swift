import KubernetesObjects

extension Check {
  static let progressDeadlineShort = Check(
    "progress-deadline-short", .warning,
    meaning:
      "A pod may take longer to become available than the rollout's deadline for progress: a slow start is told as "
      + "failed.",
    remedy: "Raise progressDeadlineSeconds, or lower the budget of the startup probe.",
    ofWorkload: { examination in
      guard examination.object.kind == "Deployment" else { return [] }
      let deadline = examination.object.spec["progressDeadlineSeconds"]?.int ?? 600
      let longest = examination.longestStart
      guard longest >= deadline else { return [] }
      return [
        Symptom(
          examination.object, "spec.progressDeadlineSeconds",
          "a pod may take \(longest) s to become available by its probes and minReadySeconds, and a rollout is told as failed "
            + "after \(deadline) s without one", fix: "write spec.progressDeadlineSeconds: \(longest + 300)")
      ]
    })
}

extension Examination {
  /// How long a pod may take until it counts as available, by its probes: startup's budget, readiness' first success, and
  /// `minReadySeconds`.
  var longestStart: Int {
    var longest = 0
    for container in mainContainers {
      let startup = container.probe("startupProbe").map(\.budget) ?? 0
      let readiness = container.probe("readinessProbe").map { $0.initialDelay + $0.period } ?? 0
      longest = max(longest, startup + readiness)
    }
    return longest + (object.spec["minReadySeconds"]?.int ?? 0)
  }
}
