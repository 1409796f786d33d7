package import AutoscalerModel
import KubernetesObjects
import RunTimeline
import Units

/// What the controller would have computed with another spec, sync by sync, from the metrics that were recorded: beside
/// what it did.
///
/// Every way is followed that explains what was recorded: what is not known of a sync (which young pods counted, what was
/// remembered from before) is not guessed, so that a count may be several. The scale events, recommendations and counts
/// are those of the hypothetical way.
///
/// While the count is the recorded one, and was so for long enough that the pods are the same, a sync reads what it read.
/// Elsewhere the use that was recorded in all is spread over the pods that there would have been (``SpreadUse``).
package struct HypotheticalReplay: Sendable {
  package private(set) var entries: [Entry] = []
  /// Stretches that were gone through on end, each with the instant at which it begins and why it begins anew there.
  private(set) var starts: [Start] = []
  /// From when on nothing is said, and why; `nil` where everything was gone through.
  private(set) var end: (at: Duration, reason: String)?
  let spec: HypotheticalSpec
  /// How long pods are taken to need until they are ready and sampled.
  let youth: Duration

  struct Start: Sendable {
    let at: Duration
    let count: Int
    let reason: String?
    /// Whether windows may have held what was before.
    let memoryIsUnknown: Bool
  }

  /// One sync.
  package struct Entry: Sendable {
    package let at: Duration
    /// Whether its status was seen to be written.
    package let hasTrace: Bool
    /// Whether it certainly took place.
    let isCertain: Bool
    let sync: Int
    /// What the controller did.
    package let from: Int
    package let to: Int
    /// What it may have computed: each way once.
    package internal(set) var outcomes: [Outcome] = []

    /// The counts that it may have left.
    var left: CountSet { CountSet(outcomes.map(\.to)) }
    package var lowest: Int { outcomes.map(\.to).min() ?? to }
    package var highest: Int { outcomes.map(\.to).max() ?? to }
    /// Whether every way is the recorded one.
    package var isAsRecorded: Bool { outcomes.allSatisfy { $0.from == from && $0.to == to } }
  }

  package struct Outcome: Sendable {
    package let from: Int
    package let to: Int
    /// `nil` where nothing tells what the metrics said.
    package let decision: Decision?
    var term: String { decision.map { $0.bindingTerm.name } ?? "unknown" }
  }

  /// More ways than these are not followed.
  private static let mostWorlds = 512

  package init(_ record: ScalingRecord, spec: HypotheticalSpec) {
    self.spec = spec
    let memory = HypotheticalMemory(record, other: spec.plans(record))
    youth = memory.youth
    guard record.misdirection == nil else { return }
    var readings = TickReadings(record)
    var worlds: [HypotheticalWorld] = []
    var past = Duration.zero
    for tick in SyncTick.ticks(of: record) {
      if worlds.isEmpty || tick.unwatched != nil {
        worlds = begin(at: tick, record, memory)
      } else {
        Self.apply(otherHands: record, from: past, to: tick.time, to: &worlds)
        if tick.mayFollowRestart { worlds += worlds.map { HypotheticalWorld(forgetting: $0) } }
      }
      past = tick.time
      let step = HypotheticalStep(record, tick: tick, spec: spec, inputs: readings.inputs(at: tick))
      guard let next = step.next(from: worlds, memory: memory, most: Self.mostWorlds) else {
        end = (tick.time, "what is not known allows more ways from there on than are followed (\(Self.mostWorlds))")
        return
      }
      entries.append(
        Entry(
          at: tick.time, hasTrace: tick.hasTrace, isCertain: tick.isCertain, sync: tick.sync, from: step.found,
          to: step.left, outcomes: next.outcomes))
      worlds = next.worlds
    }
  }

  /// The states with which the controller may begin: with the count that it found, and whatever it remembers of before.
  private mutating func begin(
    at tick: SyncTick, _ record: ScalingRecord, _ memory: HypotheticalMemory
  ) -> [HypotheticalWorld] {
    let count = record.syncs[tick.sync].start
    let oldest = tick.time - memory.window
    let isUnknown = tick.unwatched != nil || record.mayHideSyncsBefore(from: oldest - ScalingRecord.slack)
    starts.append(Start(at: tick.time, count: count, reason: tick.unwatched, memoryIsUnknown: isUnknown))
    guard isUnknown, memory.window > .zero else { return [HypotheticalWorld(count: count, history: nil)] }
    var histories = [ScalingHistory(recommendations: [])]
    let step = max(record.rhythm, record.settings.syncPeriod)
    let steps = max(Int((memory.window.seconds / step.seconds).rounded(.up)), 1)
    for age in stride(from: 1, through: steps, by: max(steps / 40, 1)) {
      let time = record.time(tick.time - step * age)
      for replicas in memory.hasUpWindow ? [count, 0] : [count] {
        histories.append(ScalingHistory(recommendations: [TimedRecommendation(replicas: replicas, time: time)]))
      }
    }
    return histories.map { HypotheticalWorld(count: count, history: $0) }
  }

  /// Takes over what others did to the count: it would have been the same.
  private static func apply(
    otherHands record: ScalingRecord, from: Duration, to: Duration, to worlds: inout [HypotheticalWorld]
  ) {
    for change in record.changes where change.at.latest > from && change.at.latest <= to {
      switch change.author {
      case .autoscaler: continue
      case .other: for index in worlds.indices { worlds[index].set(change.to, at: change.at.latest) }
      case .unknown:
        if change.sync != nil { continue }
        worlds += worlds.map { world in
          var world = world
          world.set(change.to, at: change.at.latest)
          return world
        }
      }
    }
    for absence in record.history.absences {
      guard let recreated = absence.recreated?.latest, recreated > from, recreated <= to else { continue }
      if !absence.isOfWorkload {
        worlds += worlds.map { HypotheticalWorld(forgetting: $0) }
      } else if let wanted = record.history.wantedReplicas.range(at: recreated), wanted.count == 1 {
        for index in worlds.indices { worlds[index].set(wanted.lowerBound, at: recreated) }
      }
    }
  }
}
