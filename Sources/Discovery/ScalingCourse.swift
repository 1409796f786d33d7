import AutoscalerModel
import KubernetesObjects
import Units

/// How long the autoscaler's windows and policies take from one count to another, by its own arithmetic: sync for sync.
struct ScalingCourse: Sendable, Equatable {
  /// Seconds from the first sync that asks for another count until the goal was reached; `nil` where it never is.
  let seconds: Double?
  /// How many times the count changed.
  let steps: Int

  static let syncPeriod = ControllerSettings.defaults.syncPeriod.seconds
  /// Nobody waits for longer.
  private static let longest = 6 * 3600.0

  /// - Parameters:
  ///   - before: what it has asked for until then, for longer than any window.
  ///   - ask: what metrics ask for at a count.
  ///   - isReached: whether a count is the goal.
  init(
    _ autoscaler: HorizontalPodAutoscaler, version: KubernetesVersion, from count: Int, before: Int,
    asking ask: (Int) -> Int, isReached: (Int) -> Bool
  ) {
    var controller = HPAController(version: version)
    var current = count
    var steps = 0
    let period = Int64(Self.syncPeriod * 1e6)
    // As long as the longest window that the API allows.
    var now = KubernetesTime(microseconds: 0)
    for _ in 0..<244 {
      _ = controller.sync(at: now, autoscaler: autoscaler, currentReplicas: current, asking: before)
      now = KubernetesTime(microseconds: now.microseconds + period)
    }
    let begin = now.microseconds
    while Double(now.microseconds - begin) / 1e6 < Self.longest {
      let decision = controller.sync(at: now, autoscaler: autoscaler, currentReplicas: current, asking: ask(current))
      if let size = decision.rescale {
        controller.recordRescale(decision, of: autoscaler, at: now)
        current = size
        steps += 1
      }
      if isReached(current) {
        (seconds, self.steps) = (Double(now.microseconds - begin) / 1e6, steps)
        return
      }
      now = KubernetesTime(microseconds: now.microseconds + period)
    }
    (seconds, self.steps) = (nil, steps)
  }
}
