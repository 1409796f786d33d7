import KubernetesObjects

extension Check {
  static let startupProbeMissing = Check(
    "startup-probe-missing", .advice,
    meaning:
      "No startup probe holds liveness back, which gives up within a minute of the start: starts that are slow once, as "
      + "many at a time are, end in restarts.",
    remedy: "Add a startupProbe with a generous failureThreshold.",
    ofWorkload: { examination in
      examination.mainContainers.compactMap { container in
        guard container.probe("startupProbe") == nil, let liveness = container.probe("livenessProbe"),
          liveness.budget <= 60
        else { return nil }
        return Symptom(
          examination.object, "\(container.path).startupProbe",
          "the container \(container.name) is killed when it has not started after \(liveness.initialDelay) s + "
            + "\(liveness.threshold) × \(liveness.period) s = \(liveness.budget) s, and up to "
            + "\(max(examination.counts.upperBound - examination.counts.lowerBound, 1)) pods start at once",
          fix: "write \(container.path).startupProbe with failureThreshold × periodSeconds above the slowest start")
      }
    })
}
