import AutoscalerModel
import KubernetesObjects
import RunTimeline
import Units

/// How far one step may go by the policies of a direction: the range of the limit over all histories that the
/// observation allows, and the policy that gives each end.
struct StepAllowance: Sendable {
  /// The limit that the policies certainly allow at the least (for growth), or at the lowest.
  var low: Int
  var high: Int
  var lowText: String
  var highText: String

  /// - Parameter own: the position of the sync that makes the step.
  static func allowance(
    scalingUp: Bool, from current: Int, plan: ScalingPlan, at: InstantBounds, own: Int?, record: ScalingRecord,
    doubts: HistoryDoubts
  ) -> StepAllowance {
    guard let behavior = plan.behavior else { return builtIn(scalingUp: scalingUp, current, record.settings) }
    let rules = scalingUp ? behavior.scaleUp : behavior.scaleDown
    let name = scalingUp ? "scaleUp" : "scaleDown"
    if rules.selectPolicy == .disabled || rules.policies.isEmpty {
      let text = "selectPolicy Disabled of \(name) allows no step"
      return StepAllowance(low: current, high: current, lowText: text, highText: text)
    }
    let limits = rules.policies.map { policy in
      let spent = SpentBudget(
        policy.periodSeconds, scalingUp: scalingUp, behavior: behavior, at: at, own: own, record: record, doubts: doubts
      )
      return (
        limit(policy, scalingUp, current, start: spent.lowestStart(current)),
        limit(policy, scalingUp, current, start: spent.highestStart(current))
      )
    }
    // The largest change: the highest limit for growth, the lowest for shrinking.
    let picksHighest = scalingUp == (rules.selectPolicy == .max)
    func pick(_ values: [(Int, String)]) -> (Int, String) {
      let best = picksHighest ? values.max { $0.0 < $1.0 } : values.min { $0.0 < $1.0 }
      return best ?? (current, "")
    }
    let (low, lowText) = pick(limits.map(\.0))
    let (high, highText) = pick(limits.map(\.1))
    let clamp: (Int) -> Int = { scalingUp ? max($0, current) : min($0, current) }
    return StepAllowance(low: clamp(low), high: clamp(high), lowText: lowText, highText: highText)
  }

  private static func builtIn(scalingUp: Bool, _ current: Int, _ settings: ControllerSettings) -> StepAllowance {
    guard scalingUp else {
      let text = "without behavior there is no limit on scaling down"
      return StepAllowance(low: 0, high: 0, lowText: text, highText: text)
    }
    let limit = Int(max(settings.scaleUpLimitFactor * Double(current), settings.scaleUpLimitMinimum))
    let text =
      "without behavior the built-in limit max(\(Int(settings.scaleUpLimitFactor)) x \(current), "
      + "\(Int(settings.scaleUpLimitMinimum))) allows \(limit) at the highest"
    return StepAllowance(low: limit, high: limit, lowText: text, highText: text)
  }

  private static func limit(
    _ policy: ScalingRules.Policy, _ scalingUp: Bool, _ current: Int, start: Int
  ) -> (Int, String) {
    let alone = ScalingRules(policy)
    let limit = StepLimit.policyLimit(
      scalingUp: scalingUp, current: start, rules: alone, scaleUpEvents: [], scaleDownEvents: [],
      at: KubernetesTime(seconds: 0))
    let amount = policy.type == .percent ? "\(policy.value) %" : policy.value.of("pod")
    let counted = start == current ? "" : ", counted from \(start) at the start of that time,"
    let side = scalingUp ? "highest" : "lowest"
    return (limit, "\(amount) per \(policy.periodSeconds) s\(counted) allows \(limit) at the \(side)")
  }
}

extension ScalingRules {
  fileprivate init(_ policy: Policy) {
    self.init(
      completed: HorizontalPodAutoscaler.ScalingRules(
        selectPolicy: "Max",
        policies: [
          .init(type: policy.type.rawValue, value: policy.value, periodSeconds: policy.periodSeconds)
        ]), window: 0)
  }
}

/// What earlier changes of the autoscaler took of a policy's budget: certainly, and possibly.
private struct SpentBudget {
  var certainUps = 0
  var possibleUps = 0
  var certainDowns = 0
  var possibleDowns = 0

  init(
    _ periodSeconds: Int, scalingUp: Bool, behavior: (scaleUp: ScalingRules, scaleDown: ScalingRules),
    at: InstantBounds, own: Int?, record: ScalingRecord, doubts: HistoryDoubts
  ) {
    let period = Duration.seconds(periodSeconds)
    for change in record.changes where change.at.latest < at.latest {
      if case .other = change.author { continue }
      // The step itself is no part of its own past.
      if let own, let maker = change.sync, maker >= own { continue }
      let age = Self.age(of: change, at: at, own: own, record: record, doubts: doubts)
      guard age.shortest < period else { continue }
      var isCertain = age.longest < period && change.author == .autoscaler
      if doubts.restarts, record.mayHaveRestarted(from: change.at.latest, to: at.latest) { isCertain = false }
      let rules = change.to > change.from ? behavior.scaleUp : behavior.scaleDown
      if Self.mayBeDisplaced(change, longestPeriod: rules.longestPeriod, before: at, record: record) {
        isCertain = false
      }
      let size = abs(change.to - change.from)
      if change.to > change.from {
        possibleUps += size
        certainUps += isCertain ? size : 0
      } else {
        possibleDowns += size
        certainDowns += isCertain ? size : 0
      }
    }
    if doubts.restarts, record.mayHideChanges(from: at.latest - period, to: at.latest) {
      possibleUps += record.unseen
      possibleDowns += record.unseen
    }
    if record.version < .v1_25 {
      // Up to 1.24 a policy reckons with the changes of its own direction alone.
      if scalingUp { (certainDowns, possibleDowns) = (0, 0) } else { (certainUps, possibleUps) = (0, 0) }
    }
  }

  /// Whether a later change may have taken the place of this one: a change gives up its place to the next of its direction
  /// once it is older than the longest period of that direction's policies, though the other direction may look back
  /// further (Kubernetes 1.36, pkg/controller/podautoscaler/horizontal.go, `storeScaleEvent`).
  private static func mayBeDisplaced(
    _ change: ObservedChange, longestPeriod: Int, before at: InstantBounds, record: ScalingRecord
  ) -> Bool {
    let period = Duration.seconds(longestPeriod) - ScalingRecord.slack
    return record.changes.contains { later in
      if case .other = later.author { return false }
      return later.at.latest < at.latest && (later.to > later.from) == (change.to > change.from)
        && later.at.earliest > change.at.earliest && later.at.latest - change.at.earliest > period
    }
  }

  /// How old a change is. It is remembered after the write of the scale, so that one sync period later it may be a little
  /// younger than that period; after two, the lengths of the syncs between have made up for that.
  private static func age(
    of change: ObservedChange, at: InstantBounds, own: Int?, record: ScalingRecord, doubts: HistoryDoubts
  ) -> (shortest: Duration, longest: Duration) {
    let slack = ScalingRecord.slack
    guard !doubts.edges, let own, let index = change.sync, index < own,
      let count = record.periods(from: index, to: own)
    else {
      let age = at.elapsed(since: change.at)
      return (age.shortest - slack, age.longest + slack)
    }
    let measured = record.syncs[own].at.latest - record.syncs[index].at.latest
    let least = count > 1 ? record.settings.syncPeriod * count : .zero
    return (max(measured - slack, least), measured + slack)
  }

  func lowestStart(_ current: Int) -> Int { max(current - possibleUps + certainDowns, 0) }
  func highestStart(_ current: Int) -> Int { current - certainUps + possibleDowns }
}

extension ScalingRecord {
  /// More replicas than any change that was missed can have made.
  var unseen: Int { 1_000_000 }

  /// Whether the autoscaler may have scaled in a stretch of time unseen: in a gap, or before the recording began.
  func mayHideChanges(from start: Duration, to end: Duration) -> Bool {
    if isBlind(from: start, to: end) { return true }
    guard let first = syncs.first, start < first.at.latest else { return false }
    guard let last = history.autoscaler.first?.object.status?.lastScaleTime else { return false }
    return timeline.clock.runTime(of: last).latest >= start
  }
}
