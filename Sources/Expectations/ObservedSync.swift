package import AutoscalerModel
package import KubernetesObjects
package import RunTimeline
import Units

/// One sync of the autoscaler that left a trace: a write of its status.
package struct ObservedSync: Sendable {
  package let at: InstantBounds
  package let plan: ScalingPlan
  package let autoscaler: HorizontalPodAutoscaler
  package let status: HorizontalPodAutoscaler.Status
  /// The count at the start of the sync, as the status has it; where the sync could not read it, as the workload had it.
  package let current: Int
  /// The count that the status wants.
  package let desired: Int
  /// What the sync may have read as the target's `status.replicas`.
  let statusReplicas: ClosedRange<Int>
  /// Whether anything is known of the pods that its metrics read.
  let podsWereWatched: Bool
  /// Whether its status was first seen together with an edited spec, so that either may have been written first.
  let specIsInDoubt: Bool
  /// Whether `lastScaleTime` moved with this write.
  let scaled: Bool
  /// No recommendation came of this sync, since metrics failed or the scale could not be read.
  let failed: Bool
  /// The target or its scale could not be read, so that nothing else in the status was written by this sync.
  let couldNotRead: Bool
  /// The sync may have decided on a change that it could not write.
  let couldNotWrite: Bool
  /// The change of the wanted replicas that this sync made.
  package internal(set) var change: ObservedChange?
  /// What it says itself of the way to its decision.
  var claims = SyncClaims.none
  /// All inputs that the observation allows.
  var inputs: [SyncInput] = []
  /// What each of the inputs makes the metrics ask for, each outcome once.
  var proposals: [Proposal] = []
  /// Those of ``proposals`` that fit what the sync says of itself, and what it did.
  var fitting: [Proposal] = []
  /// What the metrics may have asked for in the syncs after this one that wrote nothing.
  var silent: CountSet?
  /// Pods that were ready by then had samples at the end of this sync.
  var sampledBy: Duration?

  /// What the metrics may have asked for in this sync.
  struct Proposal: Sendable {
    let raw: Int
    let input: SyncInput
    let basis: BindingTerm
    /// Whether all inputs that come to this have every pod counted.
    var isComplete: Bool
    /// Whether some input that comes to this has samples of as many pods as is usual by then.
    var isUsual: Bool
  }

  /// Whether ``proposals`` are all that the observation allows; else others between them may have been made.
  var proposalsAreAll = true

  /// What the metrics may have asked for; `nil` where they do not tell, or failed.
  var raw: CountSet? { asked(by: proposals) }

  /// What was known of this sync before a later one narrowed it by what that one did, in the order of the later ones.
  var narrowings: [Narrowing] = []

  /// A state that a later sync replaced.
  struct Narrowing: Sendable {
    /// The position of the later sync.
    let by: Int
    let remembered: CountSet?
    let silent: CountSet?
  }

  /// What the metrics of this sync, and of those after it that wrote nothing, may have asked for, as far as it is known
  /// without what a later sync, or any after that, did: what is judged is no evidence of its own past.
  ///
  /// - Parameter own: the position of the later sync; `nil` to take all that is known.
  func recommendations(before own: Int?) -> (first: CountSet?, repeated: CountSet?) {
    guard let own, let narrowing = narrowings.first(where: { $0.by >= own }) else { return (remembered, silent) }
    return (narrowing.remembered, narrowing.silent)
  }

  /// What the metrics asked for, given what the sync did; a mistake in this one sync aside.
  var remembered: CountSet? { asked(by: fitting) ?? raw }

  private func asked(by proposals: [Proposal]) -> CountSet? {
    let counts = CountSet(proposals.map(\.raw))
    return proposalsAreAll ? (counts.isEmpty ? nil : counts) : counts.hull.map { CountSet($0) }
  }

  static func syncs(
    of history: ClusterHistory, clock: ServerClock, settings: ControllerSettings, version: KubernetesVersion
  ) -> [ObservedSync] {
    let versions = history.autoscaler
    var syncs: [ObservedSync] = []
    for (index, observed) in versions.enumerated() {
      guard !observed.deleted, let status = observed.object.status, status.conditions != nil,
        index == 0 || versions[index - 1].object.status != status
      else { continue }
      let isFirst = index == 0 || versions[index - 1].deleted
      let before = isFirst ? status : versions[index - 1].object.status
      let written = narrowed(observed.at, by: status, after: before, clock: clock)
      let specIsInDoubt = !isFirst && versions[index - 1].object.spec != observed.object.spec
      let at = isFirst ? written : spaced(written, after: syncs.last, settings: settings)
      syncs.append(
        ObservedSync(
          observed, at: at, specIsInDoubt: specIsInDoubt, status: status, before: before, history: history,
          settings: settings, version: version))
    }
    return syncs
  }

  private init(
    _ observed: ObjectVersion<HorizontalPodAutoscaler>, at: InstantBounds, specIsInDoubt: Bool,
    status: HorizontalPodAutoscaler.Status, before: HorizontalPodAutoscaler.Status?, history: ClusterHistory,
    settings: ControllerSettings, version: KubernetesVersion
  ) {
    self.at = at
    self.specIsInDoubt = specIsInDoubt
    scaled = status.lastScaleTime != before?.lastScaleTime
    podsWereWatched = history.readyReplicas.end > .zero
    autoscaler = observed.object
    plan = ScalingPlan(observed.object.spec, settings: settings, version: version)
    self.status = status
    let active = status.condition("ScalingActive")
    let able = status.condition("AbleToScale")
    let couldNotRead = able.map { !$0.isTrue && $0.reason == "FailedGetScale" } ?? false
    self.couldNotRead = couldNotRead
    let told = status.currentReplicas ?? 0
    desired = status.desiredReplicas ?? told
    current = couldNotRead ? Self.unreadCount(of: history, at: at, left: desired) : told
    failed = couldNotRead || (active.map { !$0.isTrue } ?? true)
    couldNotWrite = able.map { !$0.isTrue && $0.reason == "FailedUpdateScale" } ?? false
    statusReplicas = Self.statusReplicas(of: history, at: at, current: current, desired: desired, scaled: scaled)
  }

  /// The count that a sync did not read. The status still has the one that an earlier sync found, before it scaled
  /// (Kubernetes 1.36, pkg/controller/podautoscaler/horizontal.go, `reconcileAutoscaler`).
  ///
  /// - Parameter left: what the last sync that read it left behind, for a workload that is not known or not there.
  private static func unreadCount(of history: ClusterHistory, at: InstantBounds, left: Int) -> Int {
    guard let wanted = history.wantedReplicas.range(at: at.latest), wanted.count == 1, wanted.lowerBound > 0 else {
      return left
    }
    return wanted.lowerBound
  }

  /// A status bears the times of what changed in it, to the second, and is written right after that.
  private static func narrowed(
    _ at: InstantBounds, by status: HorizontalPodAutoscaler.Status, after before: HorizontalPodAutoscaler.Status?,
    clock: ServerClock
  ) -> InstantBounds {
    guard let before else { return at }
    var times = (status.conditions ?? []).filter { condition in
      before.condition(condition.type)?.lastTransitionTime != condition.lastTransitionTime
    }.compactMap(\.lastTransitionTime)
    if status.lastScaleTime != before.lastScaleTime, let time = status.lastScaleTime { times.append(time) }
    return times.reduce(at) { at, time in
      let taken = clock.runTime(of: time)
      return at.intersection(InstantBounds(taken.earliest, taken.latest + .seconds(1))) ?? at
    }
  }

  /// No sync begins less than a sync period after the end of the one before (Kubernetes 1.36,
  /// pkg/controller/podautoscaler/rate_limiters.go).
  private static func spaced(
    _ at: InstantBounds, after before: ObservedSync?, settings: ControllerSettings
  ) -> InstantBounds {
    // Two writes within a second are of one sync.
    guard let before, at.latest - before.at.latest >= .seconds(1) else { return at }
    let least = before.at.earliest + settings.syncPeriod - .seconds(1)
    return least <= at.latest ? InstantBounds(max(at.earliest, least), at.latest) : at
  }

  /// Metrics failed or the scale could not be read, so that the count could only stay, unless it was out of bounds.
  var isHeld: Bool { failed || (raw == nil && isPartial && podsWereWatched) }

  /// Some metric failed, and what the others asked for, a shrink, was not followed.
  private var isPartial: Bool {
    !inputs.isEmpty && status.currentMetrics?.contains { $0.type.isEmpty } ?? false
  }

  /// Whether it says of every part of the way to its decision how that came about, and no history that was thought of
  /// explains all of that and what it did.
  var isUnexplained: Bool {
    !proposals.isEmpty && claims.stabilization != nil && claims.limit != nil && fitting.isEmpty
  }

  /// Whether it found a count out of bounds and corrected it, without a look at metrics.
  var isCorrection: Bool { scaled && isOutOfBounds }

  /// Whether the count that it found had to be corrected.
  var isOutOfBounds: Bool { current > plan.maxReplicas || (current > 0 && current < plan.minReplicas) }

  /// The count after the sync. One whose metrics failed, or that could not write, leaves `desiredReplicas` as it was,
  /// which may be long ago.
  var outcome: Int { failed || couldNotWrite ? current : desired }

  /// The target as the sync found it. Its selector plays no part here, and the shortest is read the fastest.
  var target: ScaleTarget {
    ScaleTarget(specReplicas: current, statusReplicas: statusReplicas.lowerBound, selector: "a")
  }

  /// What the workload's status said between the start of the sync and the write of the scale, which the status can
  /// follow only later.
  private static func statusReplicas(
    of history: ClusterHistory, at: InstantBounds, current: Int, desired: Int, scaled: Bool
  ) -> ClosedRange<Int> {
    let start = at.earliest - .seconds(1)
    if scaled, let written = history.rescaled(from: current, to: desired, near: at), written > 0 {
      let versions = history.workload
      let read = (0..<written).filter { versions[$0 + 1].at.latest >= start || $0 == written - 1 }
      return read.compactMap { versions[$0].object.status?.current }.range ?? current...current
    }
    // A piece ends where the next count begins.
    let seen = history.currentReplicas.pieces(from: start, to: at.latest).compactMap(\.range)
    guard let told = seen.hull ?? history.currentReplicas.range(at: at.latest) else { return current...current }
    // Before the controller has taken up a new spec, the status that follows may also have gone unseen.
    let inForce = history.workload.last { $0.at.earliest <= at.latest && !$0.deleted }?.object
    guard let wanted = inForce.flatMap({ $0.isObserved ? nil : $0.wanted }) else { return told }
    return min(told.lowerBound, wanted)...max(told.upperBound, wanted)
  }
}

extension ClusterHistory {
  /// The version of the workload that first had the count of a rescale.
  fileprivate func rescaled(from: Int, to: Int, near at: InstantBounds) -> Int? {
    workload.indices.dropFirst().last { index in
      let (before, version) = (workload[index - 1], workload[index])
      return before.object.wanted == from && version.object.wanted == to && !version.deleted
        && version.at.earliest <= at.latest && version.at.latest >= at.earliest - .seconds(1)
    }
  }
}

extension ObservedSync {
  /// What the metrics of this sync may ask for under a spec and with pods that may be others by now: what a controller
  /// without memory makes of any of the inputs.
  ///
  /// - Parameter usual: how far metrics usually are with those pods.
  func readings(
    under autoscaler: HorizontalPodAutoscaler, pods: PodSituation, usual: UsualSampling? = nil,
    settings: ControllerSettings, version: KubernetesVersion
  ) -> Readings {
    if failed { return Readings() }
    let plan =
      autoscaler.spec == self.autoscaler.spec
      ? plan : ScalingPlan(autoscaler.spec, settings: settings, version: version)
    let inputs = SyncInputs(plan: plan, status: status, version: version, statusReplicas: statusReplicas).possible(pods)
    var readings = Readings(inputs: inputs.inputs, areAll: inputs.areAll)
    var controller = HPAController(settings: settings, version: version)
    for input in inputs.inputs {
      controller[history: autoscaler] = nil
      let decision = controller.sync(
        at: KubernetesTime(seconds: 0), autoscaler: autoscaler, target: input.read(target), pods: input.pods,
        metrics: input.metrics)
      guard let raw = decision.rawRecommendation else { continue }
      readings.add(
        Proposal(
          raw: raw, input: input, basis: decision.metricTerm, isComplete: input.isComplete,
          isUsual: usual?.allows(input) ?? false))
    }
    return readings
  }

  /// All that one sync may have read, and what it may have made of that.
  struct Readings {
    var inputs: [SyncInput] = []
    /// What each of the inputs makes the metrics ask for, each outcome once.
    private(set) var proposals: [Proposal] = []
    /// Whether there are no others.
    var areAll = true

    /// What the metrics may ask for; where not every input was tried, also what lies between.
    func asked(_ isPossible: (Int) -> Bool = { _ in true }) -> CountSet {
      let counts = CountSet(proposals.map(\.raw).filter(isPossible))
      return areAll ? counts : counts.hull.map { CountSet($0) } ?? counts
    }

    fileprivate mutating func add(_ proposal: Proposal) {
      guard let known = proposals.firstIndex(where: { $0.raw == proposal.raw && $0.basis == proposal.basis }) else {
        proposals.append(proposal)
        return
      }
      proposals[known].isComplete = proposals[known].isComplete && proposal.isComplete
      proposals[known].isUsual = proposals[known].isUsual || proposal.isUsual
    }
  }
}

extension [Int] {
  /// From the smallest to the largest; `nil` of none.
  var range: ClosedRange<Int>? {
    guard let low = self.min(), let high = self.max() else { return nil }
    return low...high
  }
}
