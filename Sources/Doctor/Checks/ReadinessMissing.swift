import KubernetesObjects

extension Check {
  static let readinessMissing = Check(
    "readiness-missing", .warning,
    meaning: "A container that serves has no readiness probe: pods get requests as soon as their process starts.",
    remedy: "Add a readinessProbe that fails while the pod cannot serve.", needs: [.kind("Service")],
    ofWorkload: { examination in
      guard !examination.services.isEmpty else { return [] }
      return examination.mainContainers.compactMap { container in
        guard examination.isServing(container), container.probe("readinessProbe") == nil else { return nil }
        return Symptom(
          examination.object, "\(container.path).readinessProbe",
          "the container \(container.name) has no readiness probe: each of the "
            + "\(max(examination.counts.upperBound - examination.counts.lowerBound, 1)) pods that a scale-out adds in "
            + "\(examination.countsText) gets requests before it can serve",
          fix: "write \(container.path).readinessProbe")
      }
    })
}
