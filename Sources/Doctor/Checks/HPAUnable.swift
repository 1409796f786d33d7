import KubernetesObjects

extension Check {
  static let hpaUnable = Check(
    "hpa-unable", .blocking,
    meaning: "The autoscaler says itself that it cannot scale: AbleToScale or ScalingActive is False.",
    remedy: "Mend what the condition names: the target, the metrics, or the selector.",
    needs: [.cluster, .kind("HorizontalPodAutoscaler")],
    ofWorkload: { examination in
      guard let object = examination.autoscalers.first else { return [] }
      return ["AbleToScale", "ScalingActive"].compactMap { type -> Symptom? in
        guard let condition = examination.autoscaler?.status?.condition(type), condition.status == "False" else {
          return nil
        }
        let seconds = examination.seconds(since: condition.lastTransitionTime)
        return Symptom(
          object, "status.conditions",
          "\(type) is False (\(condition.reason ?? "no reason")): \(condition.message ?? "no message"): the count stays "
            + "at \(examination.autoscaler?.status?.currentReplicas ?? 0), and never moves in \(examination.countsText)",
          fix: condition.reason == "ScalingDisabled"
            ? "set spec.replicas of \(examination.object.title) to at least 1"
            : "mend what the message names, and wait until \(type) is True",
          // Of pods that have just come nothing is measured yet.
          severity: seconds.map { $0 < 120 } ?? false ? .warning : nil)
      }
    })
}

extension Examination {
  /// How long ago an instant was, by the API server's clock; `nil` where one of both is not known.
  func seconds(since time: KubernetesTime?) -> Double? {
    guard let now = facts.now, let time else { return nil }
    return now.seconds - time.seconds
  }
}
