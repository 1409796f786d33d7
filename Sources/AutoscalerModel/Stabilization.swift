package import KubernetesObjects

/// Stabilization windows: remembered recommendations that hold or soften a change
/// (Kubernetes 1.36, pkg/controller/podautoscaler/horizontal.go, `stabilizeRecommendation` and
/// `stabilizeRecommendationWithBehaviors`).
package enum Stabilization {
  /// Which way the window worked: the reason of the condition `AbleToScale`.
  package enum Direction: Sendable, Equatable { case scaleUp, scaleDown }

  /// Without `spec.behavior`: the highest of the raw recommendation and all that are at most one window old.
  ///
  /// A remembered recommendation may lie above the current count, so that memory alone can scale up. The raw value is
  /// remembered; it takes the place of the last entry that is older than the window, if any.
  package static func withoutBehavior(
    raw: Int, window: Int64, at now: KubernetesTime, recommendations: inout [TimedRecommendation]
  ) -> Int {
    let cutoff = now.microseconds - window
    var highest = raw
    var reusable: Int?
    for index in recommendations.indices {
      if recommendations[index].time.microseconds < cutoff {
        reusable = index
      } else {
        highest = max(highest, recommendations[index].replicas)
      }
    }
    remember(raw, at: now, reusable: reusable, in: &recommendations)
    return highest
  }

  /// With `spec.behavior`: the current count, moved just as far as every recommendation inside the windows agrees to.
  ///
  /// An entry exactly one window old does not count. The raw value is remembered; it takes the place of the last entry
  /// that is older than both windows, if any.
  package static func withBehavior(
    raw: Int, current: Int, scaleUpWindowSeconds: Int, scaleDownWindowSeconds: Int, at now: KubernetesTime,
    recommendations: inout [TimedRecommendation]
  ) -> (replicas: Int, direction: Direction) {
    let upCutoff = now.microseconds - Int64(scaleUpWindowSeconds) * 1_000_000
    let downCutoff = now.microseconds - Int64(scaleDownWindowSeconds) * 1_000_000
    var lowest = raw
    var highest = raw
    var reusable: Int?
    for index in recommendations.indices {
      let entry = recommendations[index]
      if entry.time.microseconds > upCutoff { lowest = min(lowest, entry.replicas) }
      if entry.time.microseconds > downCutoff { highest = max(highest, entry.replicas) }
      if entry.time.microseconds < upCutoff, entry.time.microseconds < downCutoff { reusable = index }
    }
    remember(raw, at: now, reusable: reusable, in: &recommendations)
    let replicas = min(max(current, lowest), highest)
    return (replicas, raw >= current ? .scaleUp : .scaleDown)
  }

  private static func remember(
    _ raw: Int, at now: KubernetesTime, reusable: Int?, in recommendations: inout [TimedRecommendation]
  ) {
    let entry = TimedRecommendation(replicas: raw, time: now)
    if let reusable {
      recommendations[reusable] = entry
    } else {
      recommendations.append(entry)
    }
  }
}
