package import AutoscalerModel
import KubernetesObjects
package import RunTimeline
import Units

/// What a recording shows of the work of an autoscaler, put together once for conformance, corridor and explanation: its
/// syncs with all inputs that the observation allows, every change of the wanted replicas, and the edits of its spec.
///
/// The syncs are gone through in order, since each one's windows and limits depend on what came before. What a sync says
/// of itself, and what it did, narrows what its metrics can have asked for, and with it what later ones remember.
package struct ScalingRecord: Sendable {
  package let version: KubernetesVersion
  /// The recorded version of the API server, where it is one that is modelled.
  package let versionIsKnown: Bool
  package let settings: ControllerSettings
  package private(set) var syncs: [ObservedSync]
  package let changes: [ObservedChange]
  /// Edits of the autoscaler's spec while it was watched.
  package let edits: [SpecEdit]
  /// Why what the autoscaler did says nothing of the workload: it scales another one.
  package let misdirection: String?
  let timeline: Timeline
  let history: ClusterHistory
  private let rhythmOfWrites: WriteRhythm
  /// Pods that were ready by then have samples.
  private var sampledBy: Duration?

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
    misdirection = timeline.run.cluster.flatMap { cluster in
      history.autoscaler.lazy.filter { !$0.deleted }.compactMap { $0.object.misdirection(from: cluster.deployment) }
        .first
    }
    edits = SpecEdit.edits(of: history)
    let syncs = ObservedSync.syncs(
      of: history, clock: timeline.clock, settings: settings, version: recorded ?? .v1_36)
    let changes = ObservedChange.changes(of: history, syncs: syncs, timeline: timeline, settings: settings)
    self.syncs = syncs
    self.changes = changes
    rhythmOfWrites = WriteRhythm(syncs.map(\.at.latest), syncPeriod: settings.syncPeriod)
    for change in changes {
      guard case .autoscaler = change.author, let index = change.sync else { continue }
      self.syncs[index].change = change
    }
    for index in syncs.indices { reconstruct(index) }
  }

  /// Works out what the metrics of a sync may have asked for, once that is known of all syncs before it.
  private mutating func reconstruct(_ index: Int) {
    let sync = syncs[index]
    let isComputed = !sync.failed && !sync.isCorrection && sync.current > 0
    let event = history.rescaleEvent(of: sync.autoscaler, to: sync.desired, at: sync.at)
    syncs[index].claims = SyncClaims(
      status: sync.status, isComputed: isComputed, event: sync.scaled ? event : nil)
    let wasSeen =
      history.wantedReplicas.segments.first { $0.range != nil }.map { $0.start <= sync.at.earliest } ?? false
    let situation = PodSituation(
      history, at: sync.at, sampledBy: sampledBy, change: sync.change, unseen: wasSeen ? nil : sync.current)
    (syncs[index].inputs, syncs[index].proposals) = sync.proposals(
      under: sync.autoscaler, pods: situation, settings: settings, version: version)
    syncs[index].fitting = bestFitting(index)
    if prune(before: index) { syncs[index].fitting = bestFitting(index) }
    // Once every pod was certainly counted, those that were ready then have samples.
    if let first = syncs[index].fitting.first, first.isComplete, syncs[index].fitting.allSatisfy(\.isComplete) {
      sampledBy = sync.at.earliest
    }
    syncs[index].silent = silent(after: index, situation: situation)
  }

  /// Drops from what earlier syncs may have remembered whatever this one denies: with each value alone in its place,
  /// nothing explains what this sync says and did.
  private mutating func prune(before index: Int) -> Bool {
    guard !syncs[index].fitting.isEmpty, syncs[index].claims != .none else { return false }
    let plan = syncs[index].plan
    let window = plan.behavior.map {
      max($0.scaleUp.stabilizationWindowSeconds, $0.scaleDown.stabilizationWindowSeconds)
    }
    let oldest = syncs[index].at.latest - (window.map { .seconds($0) } ?? settings.downscaleStabilization)
    var hasChanged = false
    for earlier in (0..<index).reversed() {
      if earlier + 1 < index, syncs[earlier + 1].at.latest < oldest { break }
      let values = Set(syncs[earlier].fitting.map(\.raw)).sorted()
      if values.count < 2 { continue }
      let (fitting, silent) = (syncs[earlier].fitting, syncs[earlier].silent)
      let supported = values.filter { value in
        syncs[earlier].fitting = fitting.filter { $0.raw == value }
        if earlier + 1 == index || periods(from: earlier, to: earlier + 1) == 1 {
          syncs[earlier].silent = value...value
        }
        return !self.fitting(index, .timed, knownOnly: true).isEmpty
      }
      (syncs[earlier].fitting, syncs[earlier].silent) = (fitting, silent)
      guard !supported.isEmpty, supported.count < values.count else { continue }
      syncs[earlier].fitting = fitting.filter { supported.contains($0.raw) }
      if let silent, let range = supported.range,
        periods(from: earlier, to: earlier + 1) == 1 || fitting.map(\.raw).range == silent
      {
        syncs[earlier].silent = range
      }
      hasChanged = true
    }
    return hasChanged
  }

  private func bestFitting(_ index: Int) -> [ObservedSync.Proposal] {
    for (doubts, knownOnly) in [(HistoryDoubts.timed, true), (.timed, false), (.all, false)] {
      let found = fitting(index, doubts, knownOnly: knownOnly)
      if !found.isEmpty { return found }
    }
    return []
  }

  /// What the metrics can have asked for, given what the sync says of itself and what it did.
  private func fitting(
    _ index: Int, _ doubts: HistoryDoubts, knownOnly: Bool
  ) -> [ObservedSync.Proposal] {
    let sync = syncs[index]
    let current = sync.change?.from ?? sync.current
    let outcome = sync.change?.to ?? sync.outcome
    let past = SyncPast(current: current, at: sync.at, plan: sync.plan, own: index, record: self, doubts: doubts)
    return sync.proposals.filter { proposal in
      sync.claims.allows(raw: proposal.raw, from: current)
        && PossibleOutcome(past, raw: proposal.raw...proposal.raw, knownOnly: knownOnly).counts(sync.claims).contains {
          sync.couldNotWrite || $0.contains(outcome)
        }
    }
  }

  /// What the metrics may ask for in later syncs that write nothing, since nothing that is published changed.
  private func silent(after index: Int, situation: PodSituation) -> ClosedRange<Int>? {
    let sync = syncs[index]
    let next = index + 1 < syncs.count ? syncs[index + 1].at.latest : timeline.lastInstant
    let last = next - settings.syncPeriod
    guard last > sync.at.latest, !sync.failed else { return sync.remembered }
    let later = PodSituation(history, at: InstantBounds(exactly: last), sampledBy: sampledBy)
    if later == situation { return sync.remembered }
    let raw = sync.proposals(under: sync.autoscaler, pods: later, settings: settings, version: version).proposals
      .map(\.raw).filter { sync.claims.allows(repeated: $0, of: sync) }
    return [sync.remembered, raw.range].compactMap { $0 }.hull
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

  /// Whether the controller may have been restarted right before a sync, so that it began with the count that it found.
  func mayHaveRestarted(before index: Int) -> Bool {
    index > 0 && mayHaveRestarted(from: syncs[index - 1].at.latest, to: syncs[index].at.latest)
  }

  /// How many sync periods lie between two syncs; `nil` where the rhythm broke between them.
  ///
  /// A sync begins one whole period after the end of the one before (Kubernetes 1.36,
  /// pkg/controller/podautoscaler/rate_limiters.go), so that no fewer periods have passed than there were syncs.
  func periods(from: Int, to: Int) -> Int? { rhythmOfWrites.periods(from: from, to: to) }

  /// The length of time from one sync to the next, as it shows in the writes that follow directly.
  var rhythm: Duration { rhythmOfWrites.period }

  /// What the metrics of a sync may ask for when they are read again, unchanged, about another instant.
  func rawRecommendation(of sync: ObservedSync, repeatedAt at: InstantBounds) -> ClosedRange<Int>? {
    let inForce = history.autoscaler.last { $0.at.earliest <= at.latest && !$0.deleted }?.object ?? sync.autoscaler
    return sync.proposals(
      under: inForce, pods: PodSituation(history, at: at, sampledBy: sampledBy), settings: settings, version: version
    ).proposals.map(\.raw).range
  }

  /// Whether something may have been missed of a resource in a stretch of time.
  func isBlind(from start: Duration, to end: Duration) -> Bool {
    [Deployment.resource.plural, HorizontalPodAutoscaler.resource.plural].contains { resource in
      (history.gaps[resource] ?? []).contains { $0.earliest < end && $0.latest > start }
    }
  }
}
