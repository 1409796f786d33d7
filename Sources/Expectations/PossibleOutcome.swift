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
  private let past: SyncPast
  /// Metrics failed or the scale could not be read, so that only a count out of bounds may have changed.
  private let isHeld: Bool
  /// Between which counts the windows left the recommendation.
  let stabilized: ClosedRange<Int>

  private static let anything = 0...Int(Int32.max)

  /// - Parameters:
  ///   - raw: what the metrics may have asked for; `nil` for anything.
  ///   - sync: the position of the sync itself, which it does not remember yet.
  init(
    current: Int, at: InstantBounds, plan: ScalingPlan, raw: ClosedRange<Int>?, sync: Int?, isHeld: Bool = false,
    record: ScalingRecord, doubts: HistoryDoubts
  ) {
    let past = SyncPast(current: current, at: at, plan: plan, own: sync, record: record, doubts: doubts)
    self.init(past, raw: raw, isHeld: isHeld)
  }

  /// - Parameter knownOnly: as if nothing were remembered but what was seen.
  init(_ past: SyncPast, raw: ClosedRange<Int>?, isHeld: Bool = false, knownOnly: Bool = false) {
    self.past = past
    self.isHeld = isHeld
    current = past.current
    at = past.at
    plan = past.plan
    let raw = raw ?? Self.anything
    self.raw = raw
    let (current, plan, downMemory, upMemory) = (past.current, past.plan, past.downMemory, past.upMemory)
    let highest =
      max(
        raw.lowerBound, downMemory.highestAtLeast)...max(
        raw.upperBound, knownOnly ? downMemory.highestSeen : downMemory.highestAtMost ?? Self.anything.upperBound)
    if plan.behavior == nil {
      stabilized = highest
    } else {
      let lowest = (
        min(raw.lowerBound, knownOnly ? upMemory.lowestSeen : upMemory.lowestAtLeast),
        min(raw.upperBound, upMemory.lowestAtMost ?? .max)
      )
      let least = min(max(current, lowest.0), highest.lowerBound)
      stabilized = least...max(least, min(max(current, lowest.1), highest.upperBound))
    }
    if current > plan.maxReplicas {
      (low, high) = (plan.maxReplicas, plan.maxReplicas)
    } else if current > 0, current < plan.minReplicas {
      (low, high) = (plan.minReplicas, plan.minReplicas)
    } else if isHeld {
      (low, high) = (current, current)
    } else {
      low = Self.limited(stabilized.lowerBound, current, plan, up: past.up.low, down: past.down.low, past.settings)
      high = Self.limited(stabilized.upperBound, current, plan, up: past.up.high, down: past.down.high, past.settings)
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

  /// Whether the windows reach back to where nobody watched the autoscaler, and that makes a difference.
  var dependsOnUnseenMemory: Bool {
    (past.downMemory.isPartlyUnknown || past.upMemory.isPartlyUnknown) && stabilized.lowerBound != stabilized.upperBound
  }

  /// The counts that fit what the controller says of what the windows did and what cut the step, wherever it says so.
  ///
  /// - Parameter claims: for a single raw recommendation.
  func counts(_ claims: SyncClaims) -> [ClosedRange<Int>] {
    if isCorrection || isHeld { return [range] }
    guard let stabilized = stabilized(claims.stabilization) else { return [] }
    return ScalingLimit.allCases.filter { claims.limit == nil || claims.limit == $0 }.compactMap {
      plan.behavior == nil ? builtIn(stabilized, cutBy: $0) : limited(stabilized, cutBy: $0)
    }
  }

  /// The part of ``stabilized`` that fits what is said of the windows; `nil` when none does.
  private func stabilized(_ claim: SyncClaims.Stabilized?) -> ClosedRange<Int>? {
    switch claim {
    case nil: return stabilized
    case .untouched: return stabilized.intersection(raw)
    case .scaleDown:
      guard plan.behavior == nil || raw.lowerBound < current else { return nil }
      return stabilized.intersection(raw.lowerBound + 1...max(raw.lowerBound + 1, Self.anything.upperBound))
    case .scaleUp:
      guard plan.behavior != nil, raw.upperBound >= current, raw.upperBound > 0 else { return nil }
      return stabilized.intersection(0...raw.upperBound - 1)
    }
  }

  /// With `spec.behavior`: where the count may lie when a recommendation was cut by one limit, or by none.
  private func limited(_ wanted: ClosedRange<Int>, cutBy limit: ScalingLimit) -> ClosedRange<Int>? {
    let (low, high) = (wanted.lowerBound, wanted.upperBound)
    switch limit {
    case .desiredWithinRange:
      return wanted.intersection(
        min(current, max(past.down.low, plan.minReplicas))...max(current, min(past.up.high, plan.maxReplicas)))
    case .tooManyReplicas:
      return high > current && high > plan.maxReplicas && past.up.high >= plan.maxReplicas
        ? plan.maxReplicas...plan.maxReplicas : nil
    case .tooFewReplicas:
      return low < current && low < plan.minReplicas && past.down.low <= plan.minReplicas
        ? plan.minReplicas...plan.minReplicas : nil
    case .scaleUpLimit:
      let most = min(past.up.high, plan.maxReplicas - 1, high - 1)
      return high > current && past.up.low <= most ? past.up.low...most : nil
    case .scaleDownLimit:
      let least = max(past.down.low, plan.minReplicas + 1, low + 1)
      return low < current && least <= past.down.high ? least...past.down.high : nil
    }
  }

  /// Without `spec.behavior`.
  private func builtIn(_ wanted: ClosedRange<Int>, cutBy limit: ScalingLimit) -> ClosedRange<Int>? {
    let most = min(past.up.low, plan.maxReplicas)
    switch limit {
    case .desiredWithinRange: return wanted.intersection(plan.minReplicas...max(most, plan.minReplicas))
    case .tooFewReplicas: return wanted.lowerBound < plan.minReplicas ? plan.minReplicas...plan.minReplicas : nil
    case .scaleUpLimit: return plan.maxReplicas > past.up.low && wanted.upperBound > past.up.low ? most...most : nil
    case .tooManyReplicas:
      return plan.maxReplicas <= past.up.low && wanted.upperBound > plan.maxReplicas ? most...most : nil
    case .scaleDownLimit: return nil
    }
  }

  /// Why a count is impossible, with the arithmetic.
  func objection(to count: Int, record: ScalingRecord) -> String {
    if current > plan.maxReplicas, count != plan.maxReplicas {
      return "\(current) is above maxReplicas, which is \(plan.maxReplicas), so that one step has to go there"
    }
    if current > 0, current < plan.minReplicas, count != plan.minReplicas {
      return "\(current) is below minReplicas, which is \(plan.minReplicas), so that one step has to go there"
    }
    if isHeld { return "no metric could be used, so that \(current) had to stay" }
    return count > high ? tooHigh(count) : tooLow(count)
  }

  private func tooHigh(_ count: Int) -> String {
    if count > plan.maxReplicas { return "\(count) is above maxReplicas, which is \(plan.maxReplicas)" }
    if count > current {
      if count > past.up.high { return past.up.highText }
      if let most = past.upMemory.lowestAtMost, most < count, let sync = past.upMemory.lowestSync,
        let behavior = plan.behavior
      {
        return "the scaleUp window of \(behavior.scaleUp.stabilizationWindowSeconds) s still held a recommendation of "
          + "\(most), made \(age(of: sync)) before (\(sync.reading))"
      }
      return "the metrics ask for \(raw.upperBound) at most"
    }
    let window = plan.behavior?.scaleDown.stabilizationWindowSeconds
    let name = window.map { "the scaleDown window of \($0) s" } ?? "the window for scaling down"
    let limits =
      plan.behavior == nil
      ? ""
      : ", and \(past.down.highText)" + (plan.minReplicas > past.down.high ? " (minReplicas \(plan.minReplicas))" : "")
    return
      "it had to go to \(high) at most: nothing within \(name) asks for more than \(stabilized.upperBound)\(limits)"
  }

  private func tooLow(_ count: Int) -> String {
    if count < plan.minReplicas { return "\(count) is below minReplicas, which is \(plan.minReplicas)" }
    if count < current {
      if plan.behavior != nil, count < past.down.low { return past.down.lowText }
      if past.downMemory.highestAtLeast > count, past.downMemory.highestAtLeast > raw.lowerBound,
        let sync = past.downMemory.highestSync
      {
        let window =
          plan.behavior.map { "the scaleDown window of \($0.scaleDown.stabilizationWindowSeconds) s" }
          ?? "the window for scaling down"
        return
          "\(window) still held a recommendation of \(past.downMemory.highestAtLeast), made \(age(of: sync)) before "
          + "(\(sync.reading))"
      }
      return "the metrics ask for \(raw.lowerBound) at least"
    }
    return "it had to go to \(low) at least: the metrics ask for \(stabilized.lowerBound), and \(past.up.lowText)"
  }

  private func age(of sync: ObservedSync) -> String {
    let age = at.elapsed(since: sync.at)
    return age.shortest.plain == age.longest.plain
      ? age.shortest.plain : "\(max(age.shortest, .zero).plain) to \(age.longest.plain)"
  }
}

extension ClosedRange<Int> {
  /// What both ranges hold; `nil` when that is nothing.
  func intersection(_ other: ClosedRange<Int>) -> ClosedRange<Int>? { overlaps(other) ? clamped(to: other) : nil }
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
