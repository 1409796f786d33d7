import KubernetesObjects

extension Check {
  static let probesIdentical = Check(
    "probes-identical", .warning,
    meaning: "Liveness and readiness ask the same: what should only take a pod out of service starts it again.",
    remedy: "Ask the process alone for liveness, and what it needs to serve for readiness.",
    ofWorkload: { examination in
      examination.mainContainers.compactMap { container in
        guard let readiness = container.probe("readinessProbe"), let liveness = container.probe("livenessProbe"),
          readiness.question == liveness.question
        else { return nil }
        // A check of the port alone cannot ask for more.
        let isHarmless = readiness.json["tcpSocket"] != nil || liveness.patience > readiness.patience
        return Symptom(
          examination.object, liveness.path,
          "liveness and readiness of the container \(container.name) both ask \(readiness.words): what makes a pod unready "
            + "after \(readiness.patience) s restarts it after \(liveness.patience) s, all \(examination.countsText) at once "
            + "when they share the cause",
          fix: "ask something else in \(liveness.path), or raise its failureThreshold",
          severity: isHarmless ? .advice : nil)
      }
    })
}
