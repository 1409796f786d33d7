import AutoscalerModel
import KubernetesObjects

extension Check {
  static let rolloutSlow = Check(
    "rollout-slow", .advice,
    meaning:
      "At the maximum a rollout may take more than a quarter of an hour, as its steps and the time that a pod may take "
      + "tell.",
    remedy: "Raise maxSurge, or lower the budget of the startup probe.", needs: [.kind("HorizontalPodAutoscaler")],
    ofWorkload: { examination in
      let most = examination.counts.upperBound
      guard most > 0, let fences = examination.fences(at: most) else { return [] }
      let step = max(fences.surge + fences.unavailable, 1)
      let rounds = (most + step - 1) / step
      let longest = rounds * examination.longestStart
      guard longest > 900 else { return [] }
      return [
        Symptom(
          examination.object, "spec.strategy.rollingUpdate.maxSurge",
          "at \(most) pods a rollout goes in \(Texts.count(rounds, "step")) of \(step) (surge \(fences.surge), unavailable "
            + "\(fences.unavailable)), each of up to \(examination.longestStart) s by the probes: "
            + "\(Texts.seconds(longest)) at worst, and "
            + "\(Texts.seconds(examination.rounds(at: examination.counts.lowerBound) * examination.longestStart)) at "
            + "\(examination.counts.lowerBound)",
          fix: "raise spec.strategy.rollingUpdate.maxSurge, or lower failureThreshold of the startup probe")
      ]
    })
}

extension Examination {
  fileprivate func rounds(at count: Int) -> Int {
    guard count > 0, let fences = fences(at: count) else { return 0 }
    let step = max(fences.surge + fences.unavailable, 1)
    return (count + step - 1) / step
  }
}
