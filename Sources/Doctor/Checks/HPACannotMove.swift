import KubernetesObjects

extension Check {
  static let hpaCannotMove = Check(
    "hpa-cannot-move", .warning,
    meaning: "minReplicas and maxReplicas are the same, so that the autoscaler changes nothing.",
    remedy: "Raise spec.maxReplicas, or leave the autoscaler out.", needs: [.kind("HorizontalPodAutoscaler")],
    ofWorkload: { examination in
      guard let object = examination.autoscalers.first, examination.counts.count == 1 else { return [] }
      return [
        Symptom(
          object, "spec.maxReplicas",
          "minReplicas and maxReplicas are both \(examination.counts.lowerBound), so that the count never changes",
          fix: "raise spec.maxReplicas, or leave the autoscaler out")
      ]
    })
}
