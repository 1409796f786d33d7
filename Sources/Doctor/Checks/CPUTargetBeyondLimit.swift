import KubernetesObjects

extension Check {
  static let cpuTargetBeyondLimit = Check(
    "cpu-target-beyond-limit", .blocking,
    meaning:
      "A pod cannot use as much CPU as the autoscaler waits for, since its limit lies below: it never scales out.",
    remedy: "Raise the limit of CPU, or lower the target below limit / request.",
    needs: [.kind("HorizontalPodAutoscaler"), .kind("LimitRange")],
    ofWorkload: { examination in
      guard let spec = examination.autoscaler?.spec, let object = examination.autoscalers.first,
        let request = examination.podAmount("requests", "cpu"), request > 0,
        let limit = examination.podAmount("limits", "cpu")
      else { return [] }
      for (index, metric) in spec.effectiveMetrics.enumerated() {
        guard let resource = metric.resource, resource.name == "cpu",
          let target = resource.target.averageUtilization
        else { continue }
        // What a pod at its limit shows, which has to lie beyond the tolerance of a tenth.
        let highest = Int(limit * 100 / request)
        guard Double(highest) <= Double(target) * 1.1 else { continue }
        let field = "spec.metrics[\(index)].resource.target.averageUtilization"
        return [
          Symptom(
            object, field,
            "pods limited to \(Texts.amount(limit, of: "cpu")) with a request of \(Texts.amount(request, of: "cpu")) show at "
              + "most \(highest) %, and the autoscaler scales out beyond \(target) % and a tenth: it stays at "
              + "\(examination.counts.lowerBound) of \(examination.countsText)",
            fix: "set \(field) below \(highest * 10 / 11), or raise the limits of cpu")
        ]
      }
      return []
    })
}
