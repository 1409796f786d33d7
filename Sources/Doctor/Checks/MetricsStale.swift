import KubernetesObjects

extension Check {
  static let metricsStale = Check(
    "metrics-stale", .warning,
    meaning: "What the metrics API tells of the pods is old: the autoscaler decides by what was.",
    remedy: "See why metrics-server does not measure, or lower its --metric-resolution.",
    needs: [.metrics, .kind("Pod"), .kind("HorizontalPodAutoscaler")],
    ofWorkload: { examination in
      guard examination.needsResourceMetrics, let now = examination.facts.now else { return [] }
      let names = Set(examination.readyPods.map(\.name))
      var ages: [Double] = []
      for metrics in examination.facts.podMetrics ?? [] where names.contains(metrics["metadata", "name"]?.string ?? "")
      {
        guard let time: KubernetesTime = try? metrics["timestamp"]?.decoded(as: KubernetesTime.self) else { continue }
        ages.append(Double(now.microseconds - time.microseconds) / 1e6)
      }
      guard let youngest = ages.min(), youngest > 120 else { return [] }
      return [
        Symptom(
          examination.object, "",
          "the newest measurement of its \(Texts.count(ages.count, "pod")) is \(Int(youngest)) s old, and one comes each 15 s "
            + "to 60 s where all is well", fix: "see why metrics-server does not measure these pods")
      ]
    })
}
