import AutoscalerModel
import KubernetesObjects

extension Check {
  static let quotaBelowRollout = Check(
    "quota-below-rollout", .warning,
    meaning:
      "The quota holds the pods of the maximum, and not those that a rollout has beside them: its surge, and pods that "
      + "are still ending.",
    remedy: "Raise the quota, or lower maxSurge.",
    needs: [.present("ResourceQuota"), .kind("LimitRange"), .kind("HorizontalPodAutoscaler")],
    ofWorkload: { examination in
      let (most, peak) = (examination.counts.upperBound, examination.mostPods)
      guard let fences = examination.fences(at: most) else { return [] }
      return examination.quotaNeeds.compactMap { need in
        guard need.room >= need.perPod * Int64(most), need.room < need.perPod * Int64(peak) else { return nil }
        return Symptom(
          need.quota, "spec.hard[\(need.key)]",
          "a rollout at \(most) pods (min..max \(examination.countsText)) has up to \(peak): a surge of \(fences.surge) and "
            + "\(examination.terminatingPods) that are ending; at \(need.text(need.perPod)) each they need "
            + "\(need.text(need.perPod * Int64(peak))) of \(need.key), and \(need.text(need.room)) are free",
          fix:
            "raise spec.hard[\(need.key)] to \(need.text(need.used + need.perPod * Int64(peak))), or lower maxSurge of "
            + examination.object.title)
      }
    })
}
