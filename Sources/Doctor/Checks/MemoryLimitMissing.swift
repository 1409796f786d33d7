import KubernetesObjects

extension Check {
  static let memoryLimitMissing = Check(
    "memory-limit-missing", .advice,
    meaning: "A container has no limit of memory: one that leaks takes its node down with it.",
    remedy: "Write resources.limits.memory.", needs: [.kind("LimitRange")],
    ofWorkload: { examination in
      if examination.podSpec["resources", "limits", "memory"] != nil { return [] }
      return examination.mainContainers.compactMap { container in
        guard examination.amount("limits", "memory", of: container) == nil else { return nil }
        return Symptom(
          examination.object, "\(container.path).resources.limits.memory",
          "the container \(container.name) has no limit of memory, so that a leak in one of \(examination.countsText) pods takes "
            + "the others of its node down", fix: "write \(container.path).resources.limits.memory")
      }
    })
}
