import KubernetesObjects

extension Check {
  static let resourcesMissing = Check(
    "resources-missing", .warning,
    meaning:
      "A container requests neither CPU nor memory: nodes are filled without regard to it, and it is evicted first.",
    remedy: "Write requests for CPU and memory.", needs: [.kind("LimitRange")],
    ofWorkload: { examination in
      if examination.podSpec["resources", "requests"] != nil { return [] }
      return examination.mainContainers.compactMap { container in
        let missing = ["cpu", "memory"].filter { examination.amount("requests", $0, of: container) == nil }
        guard missing.count == 2 else { return nil }
        return Symptom(
          examination.object, "\(container.path).resources.requests",
          "the container \(container.name) requests neither cpu nor memory, so that a node takes any number of "
            + "\(examination.countsText) pods and evicts them first",
          fix: "write \(container.path).resources.requests with cpu and memory")
      }
    })
}
