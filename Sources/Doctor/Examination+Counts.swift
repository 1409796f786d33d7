import AutoscalerModel
import KubernetesObjects

extension Examination {
  /// How many pods there may be: what the autoscaler may set, else what is written.
  var counts: ClosedRange<Int> {
    guard let spec = autoscaler?.spec else {
      let replicas = max(object.spec["replicas"]?.int ?? 1, 0)
      return replicas...replicas
    }
    let least = max(spec.minReplicas ?? 1, 0)
    return least...max(spec.maxReplicas, least)
  }

  /// `3..10`, or `3` where they are one.
  var countsText: String {
    counts.lowerBound == counts.upperBound ? "\(counts.lowerBound)" : "\(counts.lowerBound)..\(counts.upperBound)"
  }

  /// How the workload replaces its pods at a count.
  func fences(at replicas: Int) -> RolloutArithmetic.Fences? {
    guard var workload else { return nil }
    workload.wanted = replicas
    return RolloutArithmetic.fences(of: workload)
  }

  /// The workload in the terms that all kinds share, as far as it can be read.
  var workload: Workload? {
    guard let data = try? object.json.json() else { return nil }
    return try? Workload(reference.kind, json: data)
  }
}

extension HorizontalPodAutoscaler.Spec {
  /// The metrics, or the one of CPU that the API server writes where there are none.
  var effectiveMetrics: [MetricSpec] {
    if let metrics, !metrics.isEmpty { return metrics }
    var usual = MetricSpec(type: "Resource")
    usual.resource = MetricSpec.ResourceMetric(
      name: "cpu", target: MetricTarget(type: "Utilization", averageUtilization: 80))
    return [usual]
  }
}
