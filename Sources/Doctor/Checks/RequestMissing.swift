import KubernetesObjects

extension Check {
  static let requestMissing = Check(
    "request-missing", .blocking,
    meaning:
      "A container has no request for a resource whose utilization the autoscaler is to hold: it computes nothing.",
    remedy: "Give each container, sidecars too, a request for the resource.",
    needs: [.kind("HorizontalPodAutoscaler"), .kind("LimitRange")],
    ofWorkload: { examination in
      guard let spec = examination.autoscaler?.spec else { return [] }
      if let whole = examination.podSpec["resources", "requests"], whole.object?.isEmpty == false { return [] }
      var symptoms: [Symptom] = []
      let metrics = spec.effectiveMetrics
      for metric in metrics {
        guard let resource = metric.resource ?? metric.containerResource, resource.target.type == "Utilization" else {
          continue
        }
        for container in examination.containers where resource.container.map({ $0 == container.name }) ?? true {
          guard examination.amount("requests", resource.name, of: container) == nil else { continue }
          symptoms.append(
            Symptom(
              examination.object, "\(container.path).resources.requests.\(resource.name)",
              "the container \(container.name) has no request for \(resource.name), of which "
                + "hpa/\(examination.autoscalers.first?.name ?? "") is to hold \(resource.target.averageUtilization ?? 0) %: "
                + "utilization cannot be computed, and the count never moves in \(examination.countsText)",
              fix: "write \(container.path).resources.requests.\(resource.name)"))
        }
      }
      return symptoms
    })
}
