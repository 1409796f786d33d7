import KubernetesObjects

extension Check {
  static let hpaAmbiguous = Check(
    "hpa-ambiguous", .blocking,
    meaning: "Several autoscalers scale one workload; the controller stops all of them (AmbiguousSelector).",
    remedy: "Leave one of the autoscalers, with the metrics of all.", needs: [.kind("HorizontalPodAutoscaler")],
    ofWorkload: { examination in
      guard examination.autoscalers.count > 1 else { return [] }
      let names = Texts.list(examination.autoscalers.map { "hpa/\($0.name)" })
      return [
        Symptom(
          examination.autoscalers[1], "spec.scaleTargetRef",
          "\(names) scale \(examination.object.title), and the controller stops all \(examination.autoscalers.count) of "
            + "them (AmbiguousSelector)",
          fix: "leave one of them, and give it the metrics of the others in spec.metrics")
      ]
    })
}
