package import KubernetesObjects
import Units

/// What the controller remembers of one HPA, in memory only: gone after a restart or a change of leader
/// (Kubernetes 1.36, pkg/controller/podautoscaler/horizontal.go).
package struct ScalingHistory: Sendable, Equatable {
  /// Raw recommendations, before any window or limit. Not in order of time: an old entry's place is used again.
  ///
  /// `nil` until the first sync of this HPA that could read its target.
  package var recommendations: [TimedRecommendation]?
  package var scaleUpEvents: [ScaleEvent] = []
  package var scaleDownEvents: [ScaleEvent] = []

  package init(recommendations: [TimedRecommendation]? = nil) {
    self.recommendations = recommendations
  }

  /// Starts the list of recommendations with the current size, once; so a new HPA, or one under a new leader, does not
  /// shrink before a whole window has passed.
  package mutating func recordInitialRecommendation(_ current: Int, at now: KubernetesTime) {
    if recommendations == nil { recommendations = [TimedRecommendation(replicas: current, time: now)] }
  }

  /// Records a change of the count made by this controller, in the list of its direction.
  ///
  /// Events older than the longest period of *that direction's* policies are outdated; the last of them gives up its
  /// place.
  ///
  /// - Parameter rules: the rules of the direction of the change, completed with the API's defaults.
  package mutating func recordScaleEvent(from old: Int, to new: Int, rules: ScalingRules, at now: KubernetesTime) {
    let event = ScaleEvent(change: abs(new - old), time: now)
    if new > old {
      Self.record(event, in: &scaleUpEvents, longestPeriod: rules.longestPeriod, at: now)
    } else {
      Self.record(event, in: &scaleDownEvents, longestPeriod: rules.longestPeriod, at: now)
    }
  }

  private static func record(
    _ event: ScaleEvent, in events: inout [ScaleEvent], longestPeriod: Int, at now: KubernetesTime
  ) {
    let cutoff = now.microseconds - Int64(longestPeriod) * 1_000_000
    var reusable: Int?
    for index in events.indices {
      if events[index].time.microseconds < cutoff { events[index].isOutdated = true }
      if events[index].isOutdated { reusable = index }
    }
    if let reusable {
      events[reusable] = event
    } else {
      events.append(event)
    }
  }
}

/// A raw recommendation and when it was made.
package struct TimedRecommendation: Sendable, Equatable {
  package var replicas: Int
  package var time: KubernetesTime

  package init(replicas: Int, time: KubernetesTime) {
    self.replicas = replicas
    self.time = time
  }
}

/// A change of the replica count made by the controller.
package struct ScaleEvent: Sendable, Equatable {
  /// How many replicas were added or removed; positive.
  package var change: Int
  package var time: KubernetesTime
  /// Older than any policy of its direction looks back; the place may be used again. Sums go by age alone.
  package var isOutdated: Bool

  package init(change: Int, time: KubernetesTime, isOutdated: Bool = false) {
    self.change = change
    self.time = time
    self.isOutdated = isOutdated
  }
}

extension [ScaleEvent] {
  /// How much the events younger than a period changed; exactly one period old does not count.
  package func change(within periodSeconds: Int, before now: KubernetesTime) -> Int {
    let cutoff = now.microseconds - Int64(periodSeconds) * 1_000_000
    var sum = 0
    for event in self where event.time.microseconds > cutoff { sum += event.change }
    return sum
  }
}
