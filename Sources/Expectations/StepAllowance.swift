import AutoscalerModel
import KubernetesObjects
import RunTimeline
import Units

/// How far one step may go by the policies of a direction: the limit over all histories that the observation allows, and
/// the policy that gives each end.
struct StepAllowance: Sendable {
  /// What the limit may be; never none.
  let counts: CountSet
  let low: Int
  let high: Int
  let lowText: String
  let highText: String

  private init(_ counts: CountSet, lowText: String, highText: String) {
    self.counts = counts
    low = counts.lowest ?? 0
    high = counts.highest ?? 0
    self.lowText = lowText
    self.highText = highText
  }

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
      return StepAllowance(CountSet(current), lowText: text, highText: text)
    }
    let limits = rules.policies.map { policy in
      let starts = SpentBudget(
        policy.periodSeconds, scalingUp: scalingUp, behavior: behavior, at: at, own: own, record: record, doubts: doubts
      ).starts(current)
      return PolicyLimit(policy, scalingUp, current, starts)
    }
    // The largest change: the highest limit for growth, the lowest for shrinking.
    let picksHighest = scalingUp == (rules.selectPolicy == .max)
    func pick(_ end: KeyPath<PolicyLimit, (limit: Int, text: String)>) -> String {
      let ends = limits.map { $0[keyPath: end] }
      return (picksHighest ? ends.max { $0.limit < $1.limit } : ends.min { $0.limit < $1.limit })?.text ?? ""
    }
    let counts = limits.reduce(CountSet.none) { picksHighest ? .larger($0, $1.counts) : .smaller($0, $1.counts) }
    return StepAllowance(
      counts.map { scalingUp ? max($0, current) : min($0, current) }, lowText: pick(\.lowest), highText: pick(\.highest)
    )
  }

  private static func builtIn(scalingUp: Bool, _ current: Int, _ settings: ControllerSettings) -> StepAllowance {
    guard scalingUp else {
      let text = "without behavior there is no limit on scaling down"
      return StepAllowance(CountSet(0), lowText: text, highText: text)
    }
    let limit = Int(max(settings.scaleUpLimitFactor * Double(current), settings.scaleUpLimitMinimum))
    let text =
      "without behavior the built-in limit max(\(Int(settings.scaleUpLimitFactor)) x \(current), "
      + "\(Int(settings.scaleUpLimitMinimum))) allows \(limit) at the highest"
    return StepAllowance(CountSet(limit), lowText: text, highText: text)
  }
}

/// What one policy allows, over all counts that its period may have begun with.
private struct PolicyLimit {
  let counts: CountSet
  let lowest: (limit: Int, text: String)
  let highest: (limit: Int, text: String)

  init(_ policy: ScalingRules.Policy, _ scalingUp: Bool, _ current: Int, _ starts: CountSet) {
    let alone = ScalingRules(policy)
    func limit(_ start: Int) -> Int {
      StepLimit.policyLimit(
        scalingUp: scalingUp, current: start, rules: alone, scaleUpEvents: [], scaleDownEvents: [],
        at: KubernetesTime(seconds: 0))
    }
    func end(_ start: Int) -> (limit: Int, text: String) {
      let limit = limit(start)
      let amount = policy.type == .percent ? "\(policy.value) %" : policy.value.of("pod")
      let counted = start == current ? "" : ", counted from \(start) at the start of that time,"
      let side = scalingUp ? "highest" : "lowest"
      return (limit, "\(amount) per \(policy.periodSeconds) s\(counted) allows \(limit) at the \(side)")
    }
    counts = starts.map(limit)
    lowest = end(starts.lowest ?? current)
    highest = end(starts.highest ?? current)
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
  /// The sum of the changes that certainly count.
  private var certain = 0
  /// Changes that may count or not.
  private var possible: [Int] = []
  /// Whether any number of replicas may have been added or removed unseen.
  private var mayHideChanges = false

  init(
    _ periodSeconds: Int, scalingUp: Bool, behavior: (scaleUp: ScalingRules, scaleDown: ScalingRules),
    at: InstantBounds, own: Int?, record: ScalingRecord, doubts: HistoryDoubts
  ) {
    let period = Duration.seconds(periodSeconds)
    for change in record.changes where change.at.latest < at.latest {
      if case .other = change.author { continue }
      // The step itself is no part of its own past.
      if let own, let maker = change.sync, maker >= own { continue }
      // Up to 1.24 a policy reckons with the changes of its own direction alone.
      if record.version < .v1_25, (change.to > change.from) != scalingUp { continue }
      let age = Self.age(of: change, at: at, own: own, record: record, doubts: doubts)
      guard age.shortest < period else { continue }
      if doubts.breaksAreRestarts, record.showsRestart(from: change.at.latest, to: at.latest) { continue }
      var isCertain = age.longest < period && change.author == .autoscaler
      if doubts.restarts, record.mayHaveRestarted(from: change.at.latest, to: at.latest) { isCertain = false }
      let rules = change.to > change.from ? behavior.scaleUp : behavior.scaleDown
      if Self.mayBeDisplaced(change, longestPeriod: rules.longestPeriod, before: at, record: record) {
        isCertain = false
      }
      if isCertain { certain += change.to - change.from } else { possible.append(change.to - change.from) }
    }
    mayHideChanges = doubts.restarts && record.mayHideChanges(from: at.latest - period, to: at.latest)
  }

  /// The counts with which the period may have begun.
  func starts(_ current: Int) -> CountSet {
    if mayHideChanges { return CountSet(0...max(current, 0) + Self.unseen) }
    var sums: Set<Int> = [certain]
    for change in possible {
      sums.formUnion(sums.map { $0 + change })
      if sums.count > Self.mostSums, let least = sums.min(), let most = sums.max() { sums = Set(least...most) }
    }
    return CountSet(sums.map { max(current - $0, 0) })
  }

  /// More of them stand for all counts between.
  private static let mostSums = 64
  /// More replicas than any change that was missed can have made.
  private static let unseen = 1_000_000

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

}

extension ScalingRecord {
  /// Whether the autoscaler may have scaled in a stretch of time unseen: in a gap, or before the recording began.
  func mayHideChanges(from start: Duration, to end: Duration) -> Bool {
    if isBlind(from: start, to: end) { return true }
    guard let first = syncs.first, start < first.at.latest else { return false }
    guard let last = history.autoscaler.first?.object.status?.lastScaleTime else { return false }
    return timeline.clock.runTime(of: last).latest >= start
  }
}
