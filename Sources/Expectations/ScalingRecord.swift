import AutoscalerModel
import KubernetesObjects
import RunTimeline
import Units

/// What a recording shows of the work of an autoscaler, put together once for conformance, corridor and explanation: its
/// syncs with all inputs that the observation allows, every change of the wanted replicas, and the edits of its spec.
///
/// The syncs are gone through in order, since each one's windows and limits depend on what came before. What a sync says
/// of itself, and what it did, narrows what its metrics can have asked for, and with it what later ones remember.
package struct ScalingRecord: Sendable {
  let version: KubernetesVersion
  /// The recorded version of the API server, where it is one that is modelled.
  let versionIsKnown: Bool
  let settings: ControllerSettings
  package private(set) var syncs: [ObservedSync]
  package let changes: [ObservedChange]
  /// Edits of the autoscaler's spec while it was watched.
  let edits: [SpecEdit]
  /// Why what the autoscaler did says nothing of the workload: it scales another one.
  let misdirection: String?
  let timeline: Timeline
  let history: ClusterHistory
  private let specsInForce: SpecsInForce
  private let rhythmOfWrites: WriteRhythm
  /// Stretches in which something of the workload or the autoscaler may have been missed.
  private let blindStretches: [InstantBounds]
  /// Syncs right before which the rhythm of the writes broke, though somebody watched: those were written under a new
  /// leader, unless one sync took unusually long.
  let shownRestarts: Set<Int>
  /// Pods that were ready by then have samples.
  private var sampledBy: Duration?

  /// Slack for the length of a sync, for queueing and for clocks inside the control plane.
  static let slack = Duration.milliseconds(200)

  /// `nil` when no cluster was watched, or nothing was seen of its autoscaler or its workload.
  ///
  /// - Parameter version: the version of the cluster, where the recording does not tell or tells a wrong one.
  init?(
    _ timeline: Timeline, settings: ControllerSettings = .defaults, version given: KubernetesVersion? = nil
  ) {
    guard let history = timeline.cluster, !history.autoscaler.isEmpty, !history.workload.isEmpty else { return nil }
    self.timeline = timeline
    self.history = history
    self.settings = settings
    let recorded = given ?? timeline.run.cluster?.serverVersion.flatMap(KubernetesVersion.init(text:))
    version = recorded ?? .v1_36
    versionIsKnown = recorded != nil
    misdirection = timeline.run.cluster.flatMap { cluster in
      history.autoscaler.lazy.filter { !$0.deleted }.compactMap { $0.object.misdirection(from: cluster.workload) }
        .first
    }
    let blind = [history.kind.resource.plural, HorizontalPodAutoscaler.resource.plural].flatMap {
      history.gaps[$0] ?? []
    }
    blindStretches = blind
    edits = SpecEdit.edits(of: history)
    specsInForce = SpecsInForce(history.autoscaler, until: timeline.lastInstant)
    let syncs = ObservedSync.syncs(
      of: history, clock: timeline.clock, settings: settings, version: recorded ?? .v1_36)
    let changes = ObservedChange.changes(of: history, syncs: syncs, timeline: timeline, settings: settings)
    self.syncs = syncs
    self.changes = changes
    let rhythm = WriteRhythm(syncs.map(\.at.latest), syncPeriod: settings.syncPeriod)
    rhythmOfWrites = rhythm
    // When the first was written, which stood there when the recording began, is not known so well.
    shownRestarts = Set(
      syncs.indices.dropFirst(2).filter { index in
        let (from, to) = (syncs[index - 1].at.latest, syncs[index].at.latest)
        return rhythm.mayBreak(from: from, to: to)
          && !blind.contains { $0.earliest < to && $0.latest > from }
      })
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
      history, at: sync.at, settings: settings, sampledBy: sampledBy, change: sync.change,
      unseen: wasSeen ? nil : sync.current)
    if !readsPodsInDoubt(sync.plan, at: sync.at), !sync.specIsInDoubt {
      let readings = sync.readings(
        under: sync.autoscaler, pods: situation, usual: UsualSampling(history, at: sync.at), settings: settings,
        version: version)
      syncs[index].inputs = readings.inputs
      syncs[index].proposals = readings.proposals
      syncs[index].proposalsAreAll = readings.areAll
    }
    syncs[index].fitting = bestFitting(index)
    let narrowings = prune(before: index)
    for (earlier, narrowing) in narrowings { syncs[earlier].narrowings.append(narrowing) }
    // Once every pod was certainly counted, those that were ready then have samples.
    if let first = syncs[index].fitting.first, first.isComplete, syncs[index].fitting.allSatisfy(\.isComplete) {
      sampledBy = sync.at.earliest
    }
    syncs[index].sampledBy = sampledBy
    syncs[index].silent = silent(after: index, situation: situation)
  }

  /// Drops from what earlier syncs may have remembered whatever this one denies: with each value alone in its place,
  /// nothing explains what this sync says, or nothing explains what it did as well.
  ///
  /// - Returns: what was known without its deed, which is no evidence when the sync itself is judged; by the position of
  ///   the earlier sync.
  private mutating func prune(before index: Int) -> [Int: ObservedSync.Narrowing] {
    guard !syncs[index].fitting.isEmpty, syncs[index].claims != .none else { return [:] }
    var found = supported(before: index)
    let bySaying = found.filter { $0.value.bySaying.count < $0.value.all.count }
    if !bySaying.isEmpty {
      for (earlier, values) in bySaying { keep(values.bySaying, of: earlier) }
      found = supported(before: index)
    }
    var narrowings: [Int: ObservedSync.Narrowing] = [:]
    for (earlier, values) in found where values.byDeed.count < values.all.count {
      narrowings[earlier] = .init(by: index, remembered: syncs[earlier].remembered, silent: syncs[earlier].silent)
      keep(values.byDeed, of: earlier)
    }
    if !bySaying.isEmpty || !narrowings.isEmpty { syncs[index].fitting = bestFitting(index) }
    return narrowings
  }

  /// The values that an earlier sync may have remembered.
  private struct Supported {
    let all: [Int]
    /// Those with which something explains what a later sync says; all of them where nothing does.
    var bySaying: [Int]
    /// Those with which something explains what it did as well.
    var byDeed: [Int]
  }

  /// Which of the values that earlier syncs may have remembered a sync supports, each sync for itself.
  private mutating func supported(before index: Int) -> [Int: Supported] {
    let plan = syncs[index].plan
    let window = plan.behavior.map {
      max($0.scaleUp.stabilizationWindowSeconds, $0.scaleDown.stabilizationWindowSeconds)
    }
    let oldest = syncs[index].at.latest - (window.map { .seconds($0) } ?? settings.downscaleStabilization)
    var found: [Int: Supported] = [:]
    for earlier in (0..<index).reversed() {
      if earlier + 1 < index, syncs[earlier + 1].at.latest < oldest { break }
      let values = Set(syncs[earlier].fitting.map(\.raw)).sorted()
      if values.count < 2 { continue }
      let (fitting, silent) = (syncs[earlier].fitting, syncs[earlier].silent)
      var supported = Supported(all: values, bySaying: [], byDeed: [])
      for value in values {
        syncs[earlier].fitting = fitting.filter { $0.raw == value }
        if earlier + 1 == index || periods(from: earlier, to: earlier + 1) == 1 {
          syncs[earlier].silent = CountSet(value)
        }
        let fits = self.fitting(index, .timed, knownOnly: true)
        if fits.saying { supported.bySaying.append(value) }
        if !fits.proposals.isEmpty { supported.byDeed.append(value) }
      }
      (syncs[earlier].fitting, syncs[earlier].silent) = (fitting, silent)
      if supported.bySaying.isEmpty { supported.bySaying = values }
      if supported.byDeed.isEmpty { supported.byDeed = values }
      found[earlier] = supported
    }
    return found
  }

  /// Keeps of what a sync may have remembered some values only.
  private mutating func keep(_ values: [Int], of earlier: Int) {
    let (fitting, silent) = (syncs[earlier].fitting, syncs[earlier].silent)
    syncs[earlier].fitting = fitting.filter { values.contains($0.raw) }
    if let silent, periods(from: earlier, to: earlier + 1) == 1 || CountSet(fitting.map(\.raw)) == silent {
      syncs[earlier].silent = CountSet(values)
    }
  }

  private func bestFitting(_ index: Int) -> [ObservedSync.Proposal] {
    for (doubts, knownOnly) in [(HistoryDoubts.timed, true), (.timed, false), (.all, false)] {
      let found = fitting(index, doubts, knownOnly: knownOnly).proposals
      if !found.isEmpty { return found }
    }
    return []
  }

  /// What the metrics can have asked for, given what the sync says of itself and what it did; and whether anything
  /// explains what it says, whatever it did.
  private func fitting(
    _ index: Int, _ doubts: HistoryDoubts, knownOnly: Bool
  ) -> (proposals: [ObservedSync.Proposal], saying: Bool) {
    let sync = syncs[index]
    let current = sync.change?.from ?? sync.current
    let outcome = sync.change?.to ?? sync.outcome
    let past = SyncPast(current: current, at: sync.at, plan: sync.plan, own: index, record: self, doubts: doubts)
    var saying = false
    // What is not judged is no evidence by what it did: that of a sync that stood there in the beginning.
    let isJudgedByItself = index > 0 || sync.change != nil
    let proposals = sync.proposals.filter { proposal in
      guard sync.claims.allows(raw: proposal.raw, from: current) else { return false }
      let counts = PossibleOutcome(past, raw: CountSet(proposal.raw), knownOnly: knownOnly).counts(sync.claims)
      if !counts.isEmpty { saying = true }
      return sync.couldNotWrite || !isJudgedByItself ? !counts.isEmpty : counts.contains(outcome)
    }
    return (proposals, saying)
  }

  /// What the metrics may ask for in later syncs that write nothing, since nothing that is published changed.
  private func silent(after index: Int, situation: PodSituation) -> CountSet? {
    let sync = syncs[index]
    let next = index + 1 < syncs.count ? syncs[index + 1].at.latest : timeline.lastInstant
    let last = next - settings.syncPeriod
    guard last > sync.at.latest, !sync.failed else { return sync.remembered }
    if readsPodsInDoubt(sync.plan, at: InstantBounds(sync.at.latest, last)) {
      return CountSet(0...RememberedRecommendations.most)
    }
    let later = PodSituation(history, at: InstantBounds(exactly: last), settings: settings, sampledBy: sampledBy)
    if later == situation { return sync.remembered }
    let raw = sync.readings(under: sync.autoscaler, pods: later, settings: settings, version: version)
      .asked { sync.claims.allows(repeated: $0, of: sync) }
    let all = raw.union(sync.remembered ?? .none)
    return all.isEmpty ? nil : all
  }

  /// The plans by which a sync may have decided. A status that was written bears the spec of its sync, since an edit in
  /// between makes the write fail; where it was first seen with an edited spec, it may be older than that.
  func plans(of sync: ObservedSync) -> [ScalingPlan] { sync.specIsInDoubt ? plans(at: sync.at) : [sync.plan] }

  /// The plans by which a change may have been decided: those of all versions of the spec in force about that time.
  func plans(at: InstantBounds) -> [ScalingPlan] {
    specsInForce.specs(at: at).map { ScalingPlan($0, settings: settings, version: version) }
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

  /// Whether the rhythm of the writes was seen to break in a stretch of time.
  func showsRestart(from start: Duration, to end: Duration) -> Bool {
    shownRestarts.contains { syncs[$0].at.latest > start && syncs[$0].at.latest <= end }
  }

  /// Whether syncs from an instant on may have come before the first that was seen: one came a whole period before it at
  /// the latest, and a whole period after the autoscaler was made at the earliest.
  func mayHideSyncsBefore(from start: Duration) -> Bool {
    guard let first = syncs.first else { return true }
    let period = settings.syncPeriod - .seconds(1)
    let created = first.autoscaler.metadata.creationTimestamp.map { timeline.clock.runTime(of: $0).earliest + period }
    return max(start, created ?? start) < first.at.latest - period
  }

  /// The first stretch in which a sync may have taken place unseen, whose status another one replaced before anybody
  /// watched again; `nil` of none.
  var unwatchedSyncs: InstantBounds? {
    let least = settings.syncPeriod - .seconds(1)
    let gaps = (history.gaps[HorizontalPodAutoscaler.resource.plural] ?? []).sorted { $0.earliest < $1.earliest }
    return gaps.first { gap in
      let before = syncs.last { $0.at.latest <= gap.earliest }?.at.latest
      let after = syncs.first { $0.at.latest > gap.earliest }?.at.latest
      let start = max(gap.earliest, before.map { $0 + least } ?? .zero)
      return start < min(gap.latest, after.map { $0 - least } ?? gap.latest)
    }
  }

  /// Whether so much was seen of a sync that nothing but the samples of young pods is unknown of what it read: its pods
  /// were watched, and it is known to a second or two when it took place.
  func observesReading(of sync: ObservedSync) -> Bool {
    sync.podsWereWatched && sync.at.width <= .seconds(2) && !readsPodsInDoubt(sync.plan, at: sync.at)
  }

  /// How many sync periods lie between two syncs; `nil` where the rhythm broke between them.
  ///
  /// A sync begins one whole period after the end of the one before (Kubernetes 1.36,
  /// pkg/controller/podautoscaler/rate_limiters.go), so that no fewer periods have passed than there were syncs.
  func periods(from: Int, to: Int) -> Int? { rhythmOfWrites.periods(from: from, to: to) }

  /// The length of time from one sync to the next, as it shows in the writes that follow directly.
  var rhythm: Duration { rhythmOfWrites.period }

  /// What the metrics of a sync may ask for when they are read again, unchanged, about another instant.
  func rawRecommendation(of sync: ObservedSync, repeatedAt at: InstantBounds) -> CountSet? {
    if readsPodsInDoubt(sync.plan, at: at) { return nil }
    let inForce = history.autoscaler.last { $0.at.earliest <= at.latest && !$0.deleted }?.object ?? sync.autoscaler
    // What later syncs show of samples says nothing of this instant.
    let pods = PodSituation(history, at: at, settings: settings, sampledBy: sync.sampledBy)
    let raw = sync.readings(under: inForce, pods: pods, settings: settings, version: version).asked()
    return raw.isEmpty ? nil : raw
  }

  /// Whether a sync read metrics of pods while the pods cannot have been those that were seen.
  func readsPodsInDoubt(_ plan: ScalingPlan, at: InstantBounds) -> Bool {
    history.podsInDoubt.contains(where: at.meets) && plan.metrics.contains(where: \.isOfPods)
  }

  /// Whether something may have been missed of the workload or the autoscaler in a stretch of time.
  func isBlind(from start: Duration, to end: Duration) -> Bool {
    blindEnd(from: start, to: end) != nil
  }

  /// The end of the last stretch of those in which something may have been missed; `nil` of none.
  func blindEnd(from start: Duration, to end: Duration) -> Duration? {
    blindStretches.filter { $0.earliest < end && $0.latest > start }.map(\.latest).max()
  }
}
