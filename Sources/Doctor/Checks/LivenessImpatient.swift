import KubernetesObjects

extension Check {
  static let livenessImpatient = Check(
    "liveness-impatient", .warning,
    meaning:
      "Liveness gives up no later than readiness: overloaded pods are restarted before they are taken out of service.",
    remedy: "Make failureThreshold × periodSeconds of liveness the larger one.",
    ofWorkload: { examination in
      examination.mainContainers.compactMap { container in
        guard let readiness = container.probe("readinessProbe"), let liveness = container.probe("livenessProbe"),
          liveness.patience <= readiness.patience, readiness.question != liveness.question
        else { return nil }
        let needed = readiness.patience / liveness.period + 1
        return Symptom(
          examination.object, "\(liveness.path).failureThreshold",
          "liveness of the container \(container.name) gives up after \(liveness.threshold) × \(liveness.period) s = "
            + "\(liveness.patience) s, and readiness after \(readiness.threshold) × \(readiness.period) s = "
            + "\(readiness.patience) s: under load pods are restarted before they are spared",
          fix: "raise \(liveness.path).failureThreshold to at least \(needed)")
      }
    })
}
