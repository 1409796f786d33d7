import KubernetesObjects

extension Check {
  static let probeTimeoutShort = Check(
    "probe-timeout-short", .advice,
    meaning:
      "A readiness or liveness probe waits one second for its answer, as is the default: under load it fails although "
      + "the pod serves.",
    remedy: "Set timeoutSeconds to what a busy pod needs.",
    ofWorkload: { examination in
      examination.mainContainers.flatMap { container in
        ["readinessProbe", "livenessProbe"].compactMap { name -> Symptom? in
          guard let probe = container.probe(name), probe.timeout == 1, probe.json["tcpSocket"] == nil else {
            return nil
          }
          return Symptom(
            examination.object, "\(probe.path).timeoutSeconds",
            "\(name) of the container \(container.name) waits 1 s for \(probe.words)"
              + (probe.json["timeoutSeconds"] == nil ? ", which is the default" : "")
              + ": \(probe.threshold) slow answers in \(probe.patience) s count as failed",
            fix: "write \(probe.path).timeoutSeconds, as 3")
        }
      }
    })
}
