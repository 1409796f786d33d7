import AutoscalerModel
import KubernetesObjects
import RunTimeline
import Units

/// The counts that one sync may have come to: the model's arithmetic with bounds in place of numbers.
///
/// Every step from the metrics to the count is monotone (the more is asked for or remembered, the more comes out), so
/// that the lowest and the highest inputs give the lowest and the highest count.
struct PossibleOutcome: Sendable {
  let current: Int
  let at: InstantBounds
  let plan: ScalingPlan
  /// What the metrics may have asked for.
  let raw: ClosedRange<Int>
  let low: Int
  let high: Int
  private let up: StepAllowance
  private let down: StepAllowance
  private let downMemory: RememberedRecommendations
  private let upMemory: RememberedRecommendations
  /// Between which counts the windows left the recommendation.
  private let stabilized: ClosedRange<Int>

  private static let anything = 0...Int(Int32.max)

  init(
    current: Int, at: InstantBounds, plan: ScalingPlan, raw: ClosedRange<Int>?, sync: Int?, record: ScalingRecord,
    leniently: Bool
  ) {
    self.current = current
    self.at = at
    self.plan = plan
    let raw = raw ?? Self.anything
    self.raw = raw
    up = .allowance(scalingUp: true, from: current, plan: plan, at: at, record: record, leniently: leniently)
    down = .allowance(scalingUp: false, from: current, plan: plan, at: at, record: record, leniently: leniently)
    func memory(_ window: Duration) -> RememberedRecommendations {
      RememberedRecommendations(window: window, at: at, before: sync, record: record, leniently: leniently)
    }
    if let behavior = plan.behavior {
      downMemory = memory(.seconds(behavior.scaleDown.stabilizationWindowSeconds))
      upMemory = memory(.seconds(behavior.scaleUp.stabilizationWindowSeconds))
    } else {
      downMemory = memory(record.settings.downscaleStabilization)
      upMemory = memory(.zero)
    }
    let highest =
      max(
        raw.lowerBound, downMemory.highestAtLeast)...max(
        raw.upperBound, downMemory.highestAtMost ?? Self.anything.upperBound)
    if plan.behavior == nil {
      stabilized = highest
    } else {
      let lowest = (
        min(raw.lowerBound, upMemory.lowestAtLeast), min(raw.upperBound, upMemory.lowestAtMost ?? .max)
      )
      let least = min(max(current, lowest.0), highest.lowerBound)
      stabilized = least...max(least, min(max(current, lowest.1), highest.upperBound))
    }
    if current > plan.maxReplicas {
      (low, high) = (plan.maxReplicas, plan.maxReplicas)
    } else if current > 0, current < plan.minReplicas {
      (low, high) = (plan.minReplicas, plan.minReplicas)
    } else {
      low = Self.limited(stabilized.lowerBound, current, plan, up: up.low, down: down.low, record.settings)
      high = Self.limited(stabilized.upperBound, current, plan, up: up.high, down: down.high, record.settings)
    }
  }

  private static func limited(
    _ wanted: Int, _ current: Int, _ plan: ScalingPlan, up: Int, down: Int, _ settings: ControllerSettings
  ) -> Int {
    guard plan.behavior != nil else {
      return StepLimit.withoutBehavior(
        current: current, desired: wanted, minReplicas: plan.minReplicas, maxReplicas: plan.maxReplicas,
        factor: settings.scaleUpLimitFactor, minimum: settings.scaleUpLimitMinimum
      ).replicas
    }
    if wanted > current { return min(wanted, up, plan.maxReplicas) }
    if wanted < current { return max(wanted, down, plan.minReplicas) }
    return wanted
  }

  func allows(_ count: Int) -> Bool { range.contains(count) }

  /// The counts that are allowed.
  var range: ClosedRange<Int> { low...max(low, high) }

  /// Whether the sync found a count out of bounds, which it corrects without a look at metrics, windows and policies.
  var isCorrection: Bool { current > plan.maxReplicas || (current > 0 && current < plan.minReplicas) }

  /// Why a count is impossible, with the arithmetic.
  func objection(to count: Int, record: ScalingRecord) -> String {
    if current > plan.maxReplicas, count != plan.maxReplicas {
      return "\(current) is above maxReplicas, which is \(plan.maxReplicas), so that one step has to go there"
    }
    if current > 0, current < plan.minReplicas, count != plan.minReplicas {
      return "\(current) is below minReplicas, which is \(plan.minReplicas), so that one step has to go there"
    }
    return count > high ? tooHigh(count) : tooLow(count)
  }

  private func tooHigh(_ count: Int) -> String {
    if count > plan.maxReplicas { return "\(count) is above maxReplicas, which is \(plan.maxReplicas)" }
    if count > current {
      if count > up.high { return up.highText }
      if let most = upMemory.lowestAtMost, most < count, let sync = upMemory.lowestSync, let behavior = plan.behavior {
        return "the scaleUp window of \(behavior.scaleUp.stabilizationWindowSeconds) s still held a recommendation of "
          + "\(most), made \(age(of: sync)) before (\(sync.reading))"
      }
      return "the metrics ask for \(raw.upperBound) at most"
    }
    let window = plan.behavior?.scaleDown.stabilizationWindowSeconds
    let name = window.map { "the scaleDown window of \($0) s" } ?? "the window for scaling down"
    let limits =
      plan.behavior == nil
      ? "" : ", and \(down.highText)" + (plan.minReplicas > down.high ? " (minReplicas \(plan.minReplicas))" : "")
    return
      "it had to go to \(high) at most: nothing within \(name) asks for more than \(stabilized.upperBound)\(limits)"
  }

  private func tooLow(_ count: Int) -> String {
    if count < plan.minReplicas { return "\(count) is below minReplicas, which is \(plan.minReplicas)" }
    if count < current {
      if plan.behavior != nil, count < down.low { return down.lowText }
      if downMemory.highestAtLeast > count, downMemory.highestAtLeast > raw.lowerBound,
        let sync = downMemory.highestSync
      {
        let window =
          plan.behavior.map { "the scaleDown window of \($0.scaleDown.stabilizationWindowSeconds) s" }
          ?? "the window for scaling down"
        return "\(window) still held a recommendation of \(downMemory.highestAtLeast), made \(age(of: sync)) before "
          + "(\(sync.reading))"
      }
      return "the metrics ask for \(raw.lowerBound) at least"
    }
    return "it had to go to \(low) at least: the metrics ask for \(stabilized.lowerBound), and \(up.lowText)"
  }

  private func age(of sync: ObservedSync) -> String {
    let age = at.elapsed(since: sync.at)
    return age.shortest.plain == age.longest.plain
      ? age.shortest.plain : "\(max(age.shortest, .zero).plain) to \(age.longest.plain)"
  }
}

extension ObservedSync {
  /// What the metrics said, in a few words: `cpu at 70 %, target 70 %`.
  package var reading: String {
    guard let metrics = status.currentMetrics, !metrics.isEmpty else { return "no metrics" }
    return zip(plan.metrics, metrics).map { planned, value in
      let current =
        (value.resource ?? value.containerResource)?.current ?? (value.pods ?? value.object ?? value.external)?.current
      guard !value.type.isEmpty, let current else { return "\(planned.text) failed" }
      switch planned.source {
      case .resource(let name, _, .utilization(let target)):
        return "\(name) at \(current.averageUtilization ?? 0) %, target \(target) %"
      default:
        let quantity = current.averageValue?.quantity ?? current.value?.quantity
        return "\(planned.text) at \(quantity.map { "\($0)" } ?? "?")"
      }
    }.joined(separator: "; ")
  }
}
