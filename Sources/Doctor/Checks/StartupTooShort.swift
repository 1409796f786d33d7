import KubernetesObjects

extension Check {
  static let startupTooShort = Check(
    "startup-too-short", .warning,
    meaning: "Pods take longer to start than their startup or liveness probe waits: they are killed before they serve.",
    remedy: "Raise failureThreshold of the startup probe, or add one.", needs: [.startTime],
    ofWorkload: { examination in
      guard let start = examination.facts.startSeconds else { return [] }
      return examination.mainContainers.compactMap { container in
        guard let probe = container.probe("startupProbe") ?? container.probe("livenessProbe"),
          Double(probe.budget) <= start
        else { return nil }
        let needed = Int(start * 1.5) / probe.period + 1
        return Symptom(
          examination.object, "\(probe.path).failureThreshold",
          "pods take about \(Int(start.rounded(.up))) s to start, and \(probe.path.hasSuffix("startupProbe") ? "startup" : "liveness") "
            + "of the container \(container.name) gives up after \(probe.initialDelay) s + \(probe.threshold) × "
            + "\(probe.period) s = \(probe.budget) s",
          fix: probe.path.hasSuffix("startupProbe")
            ? "raise \(probe.path).failureThreshold to \(needed)"
            : "write \(container.path).startupProbe with periodSeconds × failureThreshold above \(Int(start * 1.5)) s")
      }
    })
}
