import AutoscalerModel
import KubernetesObjects
import RunTimeline
import Units

/// The counts that one sync may have come to: the model's arithmetic with sets in place of numbers.
///
/// Every step from the metrics to the count is monotone (the more is asked for or remembered, the more comes out), and a
/// count that nothing asks for is not in the set, though a higher and a lower one are.
struct PossibleOutcome: Sendable {
  let current: Int
  let at: InstantBounds
  let plan: ScalingPlan
  /// What the metrics may have asked for.
  let raw: CountSet
  /// The counts that are allowed; never none.
  let counts: CountSet
  private let past: SyncPast
  /// Metrics failed or the scale could not be read, so that only a count out of bounds may have changed.
  private let isHeld: Bool
  /// What the windows may have made of the recommendation.
  private let stabilized: CountSet

  private static let anything = CountSet(0...RememberedRecommendations.most)

  /// - Parameters:
  ///   - raw: what the metrics may have asked for; `nil` for anything.
  ///   - sync: the position of the sync itself, which it does not remember yet.
  init(
    current: Int, at: InstantBounds, plan: ScalingPlan, raw: CountSet?, sync: Int?, isHeld: Bool = false,
    record: ScalingRecord, doubts: HistoryDoubts
  ) {
    let past = SyncPast(current: current, at: at, plan: plan, own: sync, record: record, doubts: doubts)
    self.init(past, raw: raw, isHeld: isHeld)
  }

  /// - Parameter knownOnly: as if nothing were remembered but what was seen.
  init(_ past: SyncPast, raw: CountSet?, isHeld: Bool = false, knownOnly: Bool = false) {
    self.past = past
    self.isHeld = isHeld
    current = past.current
    at = past.at
    plan = past.plan
    let raw = raw ?? Self.anything
    self.raw = raw
    let (current, plan) = (past.current, past.plan)
    let highest = CountSet.larger(raw, past.downMemory.highest(knownOnly: knownOnly))
    if plan.behavior == nil {
      stabilized = highest
    } else {
      let lowest = CountSet.smaller(raw, past.upMemory.lowest(knownOnly: knownOnly))
      stabilized = .smaller(lowest.map { max($0, current) }, highest)
    }
    if current > plan.maxReplicas {
      counts = CountSet(plan.maxReplicas)
    } else if current > 0, current < plan.minReplicas {
      counts = CountSet(plan.minReplicas)
    } else if isHeld {
      counts = CountSet(current)
    } else {
      counts = Self.limited(stabilized, past)
    }
  }

  private static func limited(_ wanted: CountSet, _ past: SyncPast) -> CountSet {
    let (current, plan) = (past.current, past.plan)
    guard plan.behavior != nil else {
      return wanted.map { wanted in
        StepLimit.withoutBehavior(
          current: current, desired: wanted, minReplicas: plan.minReplicas, maxReplicas: plan.maxReplicas,
          factor: past.settings.scaleUpLimitFactor, minimum: past.settings.scaleUpLimitMinimum
        ).replicas
      }
    }
    let (above, below) = (wanted.from(current + 1), wanted.upTo(current - 1))
    var counts = wanted.intersection(current...current)
    if !above.isEmpty {
      counts = counts.union(CountSet.smaller(above, past.up.counts).map { min($0, plan.maxReplicas) })
    }
    if !below.isEmpty {
      counts = counts.union(CountSet.larger(below, past.down.counts).map { max($0, plan.minReplicas) })
    }
    return counts
  }

  func allows(_ count: Int) -> Bool { counts.contains(count) }

  /// From the lowest to the highest count that is allowed.
  var range: ClosedRange<Int> { counts.hull ?? current...current }

  /// Whether the sync found a count out of bounds, which it corrects without a look at metrics, windows and policies.
  var isCorrection: Bool { current > plan.maxReplicas || (current > 0 && current < plan.minReplicas) }

  /// Whether the windows reach back to where nobody watched the autoscaler, and that makes a difference.
  var dependsOnUnseenMemory: Bool {
    (past.downMemory.isPartlyUnknown || past.upMemory.isPartlyUnknown) && stabilized.single == nil
  }

  /// The counts that fit what the controller says of what the windows did and what cut the step, wherever it says so.
  ///
  /// - Parameter claims: for a single raw recommendation.
  func counts(_ claims: SyncClaims) -> CountSet {
    if isCorrection || isHeld { return counts }
    let stabilized = stabilized(claims.stabilization)
    if stabilized.isEmpty { return .none }
    if let limit = claims.limit { return counts(stabilized, cutBy: limit) }
    return ScalingLimit.allCases.map { counts(stabilized, cutBy: $0) }.union
  }

  /// The part of ``stabilized`` that fits what is said of the windows.
  private func stabilized(_ claim: SyncClaims.Stabilized?) -> CountSet {
    guard let low = raw.lowest, let high = raw.highest else { return .none }
    switch claim {
    case nil: return stabilized
    case .untouched: return raw.ranges.map { stabilized.intersection($0) }.union
    case .scaleDown: return plan.behavior == nil || low < current ? stabilized.from(low + 1) : .none
    case .scaleUp: return plan.behavior != nil && high >= current ? stabilized.upTo(high - 1) : .none
    }
  }

  private func counts(_ wanted: CountSet, cutBy limit: ScalingLimit) -> CountSet {
    plan.behavior == nil ? builtIn(wanted, cutBy: limit) : limited(wanted, cutBy: limit)
  }

  /// With `spec.behavior`: where the count may lie when a recommendation was cut by one limit, or by none.
  private func limited(_ wanted: CountSet, cutBy limit: ScalingLimit) -> CountSet {
    guard let low = wanted.lowest, let high = wanted.highest else { return .none }
    let (up, down) = (past.up, past.down)
    switch limit {
    case .desiredWithinRange:
      return wanted.intersection(
        min(current, max(down.low, plan.minReplicas))...max(current, min(up.high, plan.maxReplicas)))
    case .tooManyReplicas:
      return high > current && high > plan.maxReplicas && up.high >= plan.maxReplicas
        ? CountSet(plan.maxReplicas) : .none
    case .tooFewReplicas:
      return low < current && low < plan.minReplicas && down.low <= plan.minReplicas
        ? CountSet(plan.minReplicas) : .none
    case .scaleUpLimit: return high > current ? up.counts.upTo(min(plan.maxReplicas - 1, high - 1)) : .none
    case .scaleDownLimit: return low < current ? down.counts.from(max(plan.minReplicas + 1, low + 1)) : .none
    }
  }

  /// Without `spec.behavior`.
  private func builtIn(_ wanted: CountSet, cutBy limit: ScalingLimit) -> CountSet {
    guard let low = wanted.lowest, let high = wanted.highest else { return .none }
    let most = min(past.up.low, plan.maxReplicas)
    switch limit {
    case .desiredWithinRange: return wanted.intersection(plan.minReplicas...max(most, plan.minReplicas))
    case .tooFewReplicas: return low < plan.minReplicas ? CountSet(plan.minReplicas) : .none
    case .scaleUpLimit: return plan.maxReplicas > past.up.low && high > past.up.low ? CountSet(most) : .none
    case .tooManyReplicas: return plan.maxReplicas <= past.up.low && high > plan.maxReplicas ? CountSet(most) : .none
    case .scaleDownLimit: return .none
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
    let (low, high) = (range.lowerBound, range.upperBound)
    if count > low, count < high {
      return "\(counts.text) is possible, depending on what windows and policies still held, and nothing between: "
        + "the metrics ask for \(raw.text)"
    }
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
      return "the metrics ask for \(raw.highest ?? 0) at most"
    }
    let window = plan.behavior?.scaleDown.stabilizationWindowSeconds
    let name = window.map { "the scaleDown window of \($0) s" } ?? "the window for scaling down"
    let limits =
      plan.behavior == nil
      ? ""
      : ", and \(past.down.highText)" + (plan.minReplicas > past.down.high ? " (minReplicas \(plan.minReplicas))" : "")
    return
      "it had to go to \(range.upperBound) at most: nothing within \(name) asks for more than "
      + "\(stabilized.highest ?? 0)\(limits)"
  }

  private func tooLow(_ count: Int) -> String {
    if count < plan.minReplicas { return "\(count) is below minReplicas, which is \(plan.minReplicas)" }
    if count < current {
      if plan.behavior != nil, count < past.down.low { return past.down.lowText }
      if past.downMemory.highestAtLeast > count, past.downMemory.highestAtLeast > raw.lowest ?? 0,
        let sync = past.downMemory.highestSync
      {
        let window =
          plan.behavior.map { "the scaleDown window of \($0.scaleDown.stabilizationWindowSeconds) s" }
          ?? "the window for scaling down"
        return
          "\(window) still held a recommendation of \(past.downMemory.highestAtLeast), made \(age(of: sync)) before "
          + "(\(sync.reading))"
      }
      return "the metrics ask for \(raw.lowest ?? 0) at least"
    }
    return
      "it had to go to \(range.lowerBound) at least: the metrics ask for \(stabilized.lowest ?? 0), and \(past.up.lowText)"
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
    // The status still has those of an earlier sync.
    if couldNotRead { return "no metrics were read" }
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
