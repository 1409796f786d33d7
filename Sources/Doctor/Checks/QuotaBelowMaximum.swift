import AutoscalerModel
import KubernetesObjects

extension Check {
  static let quotaBelowMaximum = Check(
    "quota-below-maximum", .blocking,
    meaning: "The quota of the namespace does not hold the pods that the autoscaler may ask for.",
    remedy: "Raise the quota, or lower spec.maxReplicas.",
    needs: [.present("ResourceQuota"), .kind("LimitRange"), .kind("HorizontalPodAutoscaler")],
    ofWorkload: { examination in
      examination.quotaNeeds.compactMap { need in
        guard need.room < need.perPod * Int64(examination.counts.upperBound) else { return nil }
        let fitting = max(need.room, 0) / max(need.perPod, 1)
        return Symptom(
          need.quota, "spec.hard[\(need.key)]",
          "\(need.text(need.room)) of \(need.key) are free for this workload, and \(need.text(need.perPod)) a pod hold "
            + "\(fitting) of \(examination.counts.upperBound) pods (min..max \(examination.countsText))",
          fix: "raise spec.hard[\(need.key)] to at least "
            + "\(need.text(need.used + need.perPod * Int64(examination.mostPods))), or lower maxReplicas to \(fitting)")
      }
    })
}

extension Examination {
  /// A quantity that a quota bounds, and what the workload takes of it.
  struct QuotaNeed {
    let quota: KnownObject
    let key: String
    let hard: Int64
    /// What others take.
    let used: Int64
    let perPod: Int64

    var room: Int64 { hard - used }

    func text(_ milli: Int64) -> String { Texts.amount(milli, of: key) }
  }

  /// Every bound of a quota that counts pods of the workload and that they have an amount for.
  var quotaNeeds: [QuotaNeed] {
    var needs: [QuotaNeed] = []
    for quota in all("ResourceQuota") where quota.spec["scopes"] == nil && quota.spec["scopeSelector"] == nil {
      for (key, value) in (quota.spec["hard"]?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
        guard let hard = value.milli, let perPod = amountPerPod(underQuota: key), perPod > 0 else { continue }
        let used = quota.json["status", "used"]?[key]?.milli ?? 0
        // What this workload has now is part of it.
        let own = perPod * Int64(object.json["status", "replicas"]?.int ?? 0)
        needs.append(QuotaNeed(quota: quota, key: key, hard: hard, used: max(used - own, 0), perPod: perPod))
      }
    }
    return needs
  }

  private func amountPerPod(underQuota key: String) -> Int64? {
    switch key {
    case "pods", "count/pods": return 1000
    case "cpu", "memory": return podAmount("requests", key)
    default:
      for list in ["requests", "limits"] where key.hasPrefix("\(list).") {
        return podAmount(list, String(key.dropFirst(list.count + 1)))
      }
      return nil
    }
  }

  /// Pods that may be there at once: the maximum, the surge of a rollout, and those that one step of it takes away and that
  /// have not ended yet.
  var mostPods: Int {
    let most = counts.upperBound
    guard let fences = fences(at: most) else { return most }
    return fences.ceiling + terminatingPods
  }

  /// Pods that one step of a rollout takes away.
  var terminatingPods: Int {
    guard let fences = fences(at: counts.upperBound), fences.surge > 0 else { return 0 }
    return min(fences.surge + fences.unavailable, counts.upperBound)
  }
}
