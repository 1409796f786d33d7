package import AutoscalerModel
package import KubernetesObjects
package import RunTimeline
import Units

/// What a recording shows of the work of an autoscaler: its syncs, and every change of the wanted replicas.
package struct ScalingRecord: Sendable {
  package let version: KubernetesVersion
  /// The recorded version of the API server, where it is one that is modelled.
  package let versionIsKnown: Bool
  package let settings: ControllerSettings
  package private(set) var syncs: [ObservedSync]
  package let changes: [ObservedChange]
  let timeline: Timeline
  let history: ClusterHistory
  private let rhythmOfWrites: WriteRhythm

  /// Slack for the length of a sync, for queueing and for clocks inside the control plane.
  static let slack = Duration.milliseconds(200)

  /// `nil` when no cluster was watched, or nothing was seen of its autoscaler or its workload.
  ///
  /// - Parameter version: the version of the cluster, where the recording does not tell or tells a wrong one.
  package init?(
    _ timeline: Timeline, settings: ControllerSettings = .defaults, version given: KubernetesVersion? = nil
  ) {
    guard let history = timeline.cluster, !history.autoscaler.isEmpty, !history.deployment.isEmpty else { return nil }
    self.timeline = timeline
    self.history = history
    self.settings = settings
    let recorded = given ?? timeline.run.cluster?.serverVersion.flatMap(KubernetesVersion.init(text:))
    version = recorded ?? .v1_36
    versionIsKnown = recorded != nil
    let syncs = ObservedSync.syncs(of: history, settings: settings, version: recorded ?? .v1_36)
    let changes = ObservedChange.changes(of: history, syncs: syncs, timeline: timeline, settings: settings)
    self.syncs = syncs
    self.changes = changes
    rhythmOfWrites = WriteRhythm(syncs.map(\.at.latest), syncPeriod: settings.syncPeriod)
    for change in changes {
      guard case .autoscaler = change.author, let index = change.sync else { continue }
      self.syncs[index].take(change)
    }
  }

  /// The plans by which a change may have been decided: those of all versions of the spec in force about that time.
  func plans(at: InstantBounds) -> [ScalingPlan] {
    let versions = history.autoscaler
    var specs: [HorizontalPodAutoscaler.Spec] = []
    for (index, version) in versions.enumerated() where !version.deleted {
      let end = index + 1 < versions.count ? versions[index + 1].at.latest : timeline.lastInstant
      let isInForce = version.at.earliest <= at.latest && end + .seconds(1) >= at.earliest
      if isInForce || (index == 0 && at.latest <= version.at.earliest), !specs.contains(version.object.spec) {
        specs.append(version.object.spec)
      }
    }
    return specs.map { ScalingPlan($0, settings: settings, version: self.version) }
  }

  /// Whether the controller may have been restarted in a stretch of time, so that it forgot what it knew.
  ///
  /// A new leader begins its own rhythm one period after it took over. Where the status writes keep to a rhythm of
  /// whole periods right through the stretch, there was none.
  func mayHaveRestarted(from start: Duration, to end: Duration) -> Bool {
    rhythmOfWrites.mayBreak(from: start, to: end) || isBlind(from: start, to: end)
  }

  /// The length of time from one sync to the next, as it shows in the writes that follow directly.
  var rhythm: Duration { rhythmOfWrites.period }

  /// What the metrics of a sync may ask for when they are read again, unchanged, about another instant.
  func rawRecommendation(of sync: ObservedSync, repeatedAt at: InstantBounds) -> ClosedRange<Int>? {
    let inForce = history.autoscaler.last { $0.at.earliest <= at.latest && !$0.deleted }?.object ?? sync.autoscaler
    return sync.rawRecommendation(
      under: inForce, pods: PodSituation(history.pods, at: at), settings: settings, version: version)
  }

  /// Whether something may have been missed of a resource in a stretch of time.
  func isBlind(from start: Duration, to end: Duration) -> Bool {
    [Deployment.resource.plural, HorizontalPodAutoscaler.resource.plural].contains { resource in
      (history.gaps[resource] ?? []).contains { $0.earliest < end && $0.latest > start }
    }
  }
}

/// One sync of the autoscaler that left a trace: a write of its status.
package struct ObservedSync: Sendable {
  package let at: InstantBounds
  package let plan: ScalingPlan
  package let autoscaler: HorizontalPodAutoscaler
  package let status: HorizontalPodAutoscaler.Status
  /// The count at the start of the sync, as the status has it.
  package let current: Int
  /// The count that the status wants.
  package let desired: Int
  let inputs: [SyncInput]
  /// What the sync may have read as the target's `status.replicas`.
  let statusReplicas: ClosedRange<Int>
  /// What the metrics may have asked for; `nil` where they do not tell, or failed.
  private(set) var raw: ClosedRange<Int>?
  /// No recommendation came of this sync, since metrics failed or the scale could not be read.
  let failed: Bool
  /// The sync may have decided on a change that it could not write.
  let couldNotWrite: Bool
  /// The change of the wanted replicas that this sync made.
  package private(set) var change: ObservedChange?
  /// Whether `lastScaleTime` moved with this write.
  let scaled: Bool

  /// Notes the change that this sync made. With `spec.behavior`, growth proves that the metrics asked for as much.
  mutating func take(_ change: ObservedChange) {
    self.change = change
    if plan.behavior != nil, change.to > change.from, let known = raw, known.upperBound >= change.to {
      raw = max(known.lowerBound, change.to)...known.upperBound
    }
  }

  static func syncs(
    of history: ClusterHistory, settings: ControllerSettings, version: KubernetesVersion
  ) -> [ObservedSync] {
    let versions = history.autoscaler
    return versions.indices.compactMap { index in
      let observed = versions[index]
      guard !observed.deleted, let status = observed.object.status, status.conditions != nil,
        index == 0 || versions[index - 1].object.status != status
      else { return nil }
      let isFirst = index == 0 || versions[index - 1].deleted
      let before = isFirst ? status.lastScaleTime : versions[index - 1].object.status?.lastScaleTime
      return ObservedSync(
        observed, status: status, scaled: status.lastScaleTime != before, history: history, settings: settings,
        version: version)
    }
  }

  private init(
    _ observed: ObjectVersion<HorizontalPodAutoscaler>, status: HorizontalPodAutoscaler.Status, scaled: Bool,
    history: ClusterHistory, settings: ControllerSettings, version: KubernetesVersion
  ) {
    at = observed.at
    autoscaler = observed.object
    plan = ScalingPlan(observed.object.spec, settings: settings, version: version)
    self.status = status
    self.scaled = scaled
    current = status.currentReplicas ?? 0
    desired = status.desiredReplicas ?? current
    let active = status.condition("ScalingActive")
    let able = status.condition("AbleToScale")
    let couldNotRead = able.map { !$0.isTrue && $0.reason == "FailedGetScale" } ?? false
    let isFailed = couldNotRead || (active.map { !$0.isTrue } ?? true)
    failed = isFailed
    couldNotWrite = able.map { !$0.isTrue && $0.reason == "FailedUpdateScale" } ?? false
    statusReplicas = Self.statusReplicas(of: history, at: at, current: current, scaled: scaled)
    let situation = PodSituation(history.pods, at: at)
    inputs = SyncInput.possible(plan: plan, status: status, situation: situation, statusReplicas: statusReplicas)
    if isFailed { return }
    raw = Self.rawRecommendation(inputs, autoscaler: autoscaler, target: target, settings: settings, version: version)
  }

  /// Metrics failed or the scale could not be read, so that the count could only stay, unless it was out of bounds.
  var isHeld: Bool { failed || (raw == nil && isPartial) }

  /// Some metric failed, and what the others asked for, a shrink, was not followed.
  private var isPartial: Bool {
    !inputs.isEmpty && status.currentMetrics?.contains { $0.type.isEmpty } ?? false
  }

  /// Whether it found a count out of bounds and corrected it, without a look at metrics.
  var isCorrection: Bool {
    scaled && (current > plan.maxReplicas || (current > 0 && current < plan.minReplicas))
  }

  /// What the metrics of this sync ask for under a spec and with pods that may be others by now.
  func rawRecommendation(
    under autoscaler: HorizontalPodAutoscaler, pods: PodSituation, settings: ControllerSettings,
    version: KubernetesVersion
  ) -> ClosedRange<Int>? {
    if failed { return nil }
    let plan =
      autoscaler.spec == self.autoscaler.spec
      ? plan : ScalingPlan(autoscaler.spec, settings: settings, version: version)
    let inputs = SyncInput.possible(plan: plan, status: status, situation: pods, statusReplicas: statusReplicas)
    return Self.rawRecommendation(
      inputs, autoscaler: autoscaler, target: target, settings: settings, version: version)
  }

  /// What a controller without memory makes of any of the inputs.
  private static func rawRecommendation(
    _ inputs: [SyncInput], autoscaler: HorizontalPodAutoscaler, target: ScaleTarget, settings: ControllerSettings,
    version: KubernetesVersion
  ) -> ClosedRange<Int>? {
    var range: ClosedRange<Int>?
    for input in inputs {
      var controller = HPAController(settings: settings, version: version)
      let decision = controller.sync(
        at: KubernetesTime(seconds: 0), autoscaler: autoscaler, target: input.read(target), pods: input.pods,
        metrics: input.metrics)
      guard let wanted = decision.rawRecommendation else { continue }
      range = range.map { min($0.lowerBound, wanted)...max($0.upperBound, wanted) } ?? wanted...wanted
    }
    return range
  }

  /// The target as the sync found it. Its selector plays no part here.
  var target: ScaleTarget {
    ScaleTarget(specReplicas: current, statusReplicas: statusReplicas.lowerBound, selector: "all=pods")
  }

  /// What the workload's status said between the start of the sync and the write of the scale.
  private static func statusReplicas(
    of history: ClusterHistory, at: InstantBounds, current: Int, scaled: Bool
  ) -> ClosedRange<Int> {
    let start = at.earliest - .seconds(1)
    var end = at.latest
    if scaled {
      let before = history.wantedReplicas.pieces(from: start, to: at.latest)
        .last { $0.range?.contains(current) ?? false }
      end = before?.to ?? end
    }
    // A piece ends where the next count begins.
    let seen = history.currentReplicas.pieces(from: start, to: end).compactMap(\.range)
    return seen.hull ?? history.currentReplicas.range(at: at.latest) ?? current...current
  }
}
