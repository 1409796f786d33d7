import KubernetesObjects

extension Check {
  static let livenessMissing = Check(
    "liveness-missing", .advice,
    meaning: "A container that serves has no liveness probe: one that hangs stays, unready, until somebody deletes it.",
    remedy: "Add a livenessProbe that asks the process alone.", needs: [.kind("Service")],
    ofWorkload: { examination in
      guard !examination.services.isEmpty else { return [] }
      return examination.mainContainers.compactMap { container in
        guard examination.isServing(container), container.probe("livenessProbe") == nil else { return nil }
        return Symptom(
          examination.object, "\(container.path).livenessProbe",
          "the container \(container.name) has no liveness probe: one of \(examination.countsText) pods that hangs is not "
            + "started again", fix: "write \(container.path).livenessProbe, which asks nothing but the process")
      }
    })
}
