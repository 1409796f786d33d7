import AutoscalerModel
import KubernetesObjects
import RunTimeline
import Units

/// What an autoscaler says itself of the way to its decision in one sync: conditions of the status, by type and reason,
/// and the event of the rescale. What it says of the count is left out, since that is what is judged.
///
/// A condition that the way through the sync does not set stays as it was and says nothing (Kubernetes 1.36,
/// pkg/controller/podautoscaler/horizontal.go, `reconcileAutoscaler`).
struct SyncClaims: Sendable, Equatable {
  /// What the windows did to the recommendation; `nil` where a rescale hides that.
  var stabilization: Stabilized?
  /// What cut the step.
  var limit: ScalingLimit?
  /// Where the metrics pointed, by the event of the rescale.
  var direction: Direction?

  enum Stabilized: Sendable, Equatable { case untouched, scaleUp, scaleDown }
  /// How the raw recommendation stood to the current count.
  enum Direction: Sendable, Equatable { case above, below, same }

  static let none = SyncClaims()

  private init() {}

  /// - Parameter isComputed: whether the sync went all the way from metrics to a count, so that its conditions are fresh.
  init(status: HorizontalPodAutoscaler.Status, isComputed: Bool, event: Event?) {
    guard isComputed else { return }
    switch status.condition("AbleToScale")?.reason {
    case "ReadyForNewScale": stabilization = .untouched
    case "ScaleUpStabilized": stabilization = .scaleUp
    case "ScaleDownStabilized": stabilization = .scaleDown
    default: break
    }
    limit = status.condition("ScalingLimited")?.reason.flatMap(ScalingLimit.init(rawValue:))
    direction = event?.message.flatMap(Self.direction)
  }

  /// Where a raw recommendation may lie by what the event says.
  func allows(raw: Int, from current: Int) -> Bool {
    switch direction {
    case .above: raw > current
    case .below: raw < current
    case .same: raw == current
    case nil: true
    }
  }

  /// Where the raw recommendation of a sync may lie that left the count of another one as it was, and said the same.
  func allows(repeated raw: Int, of sync: ObservedSync) -> Bool {
    let count = sync.outcome
    switch (stabilization, limit) {
    case (.untouched, .desiredWithinRange): return raw == count
    case (.scaleDown, _): return sync.plan.behavior == nil || raw < count
    case (.scaleUp, _): return raw >= count
    default: return true
    }
  }

  /// The `reason` in the message `New size: 7; reason: cpu resource utilization above target`.
  private static func direction(of message: String) -> Direction? {
    guard let start = message.firstRange(of: "; reason: ") else { return nil }
    let reason = message[start.upperBound...]
    if reason.hasSuffix(" above target") { return .above }
    if reason == "All metrics below target" { return .below }
    return reason.isEmpty ? .same : nil
  }
}

extension ClusterHistory {
  /// The event by which an autoscaler tells of a rescale to a count, near an instant; `nil` where none was seen, since
  /// events are throttled and merged.
  func rescaleEvent(of autoscaler: HorizontalPodAutoscaler, to count: Int, at: InstantBounds) -> Event? {
    let near = events.filter { version in
      let event = version.event
      return event.reason == "SuccessfulRescale" && event.involvedObject.kind == "HorizontalPodAutoscaler"
        && event.involvedObject.name == autoscaler.metadata.name
        && version.at.latest >= at.earliest - .seconds(1) && version.at.earliest <= at.latest + .seconds(2)
        && event.message?.contains("New size: \(count);") ?? false
    }
    return near.min { ($0.at.latest - at.latest).magnitude < ($1.at.latest - at.latest).magnitude }?.event
  }
}

extension Duration {
  fileprivate var magnitude: Duration { self < .zero ? .zero - self : self }
}
