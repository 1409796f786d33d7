import KubernetesObjects

extension Check {
  static let customMetricUnserved = Check(
    "custom-metric-unserved", .warning,
    meaning:
      "The autoscaler has a Pods, Object or External metric that nothing serves: while one fails, it never scales in.",
    remedy: "Install a metrics adapter (its APIService), or remove the metric.",
    needs: [.kind("HorizontalPodAutoscaler"), .servedMetrics],
    ofWorkload: { examination in
      guard let spec = examination.autoscaler?.spec, let object = examination.autoscalers.first else { return [] }
      var symptoms: [Symptom] = []
      for (index, metric) in spec.effectiveMetrics.enumerated() {
        guard let named = metric.pods ?? metric.object ?? metric.external else { continue }
        let group = metric.type == "External" ? "external.metrics.k8s.io" : "custom.metrics.k8s.io"
        let served = examination.facts.servedMetrics ?? []
        guard !served.contains(group), !served.contains(named.metric.name),
          !examination.patient.objects.contains(where: { $0.kind == "APIService" && $0.spec["group"]?.string == group })
        else { continue }
        let origin =
          examination.patient.origin == .cluster ? "the cluster serves no" : "no manifest brings an APIService of"
        symptoms.append(
          Symptom(
            object, "spec.metrics[\(index)]",
            "\(origin) \(group), from which \(named.metric.name) comes: without a metrics adapter the autoscaler goes up to "
              + "\(examination.counts.upperBound) by its other metrics and never down again",
            fix: "install a metrics adapter that serves \(group), or remove spec.metrics[\(index)]"))
      }
      return symptoms
    })
}
