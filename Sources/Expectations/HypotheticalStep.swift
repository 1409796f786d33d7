import AutoscalerModel
import KubernetesObjects
import RunTimeline
import Units

/// One sync, from all states in which it may have begun: with the recorded spec, which has to come to what was done, and
/// with the other.
struct HypotheticalStep {
  /// The recorded count before and after.
  let found: Int
  let left: Int
  private let record: ScalingRecord
  private let tick: SyncTick
  private let sync: ObservedSync
  private let recorded: HorizontalPodAutoscaler
  private let other: HorizontalPodAutoscaler
  /// What may have been read, as the recorded spec and as the other one takes it; `nil` where nothing tells.
  private let inputs: [(recorded: SyncInput, other: SyncInput)]?
  private let now: KubernetesTime
  private let recordedBase: HPAController
  private let otherBase: HPAController

  /// Of more than these, bounds are followed.
  private static let manyWorlds = 64
  /// What nothing tells may be each of so many counts.
  private static let mostGuesses = 64

  init(_ record: ScalingRecord, tick: SyncTick, spec: HypotheticalSpec, inputs: [SyncInput]?) {
    self.record = record
    self.tick = tick
    let sync = record.syncs[tick.sync]
    self.sync = sync
    let recorded = tick.hasTrace ? sync.autoscaler : record.autoscaler(inForceAt: tick.time) ?? sync.autoscaler
    let other = spec.autoscaler(inPlaceOf: recorded)
    (self.recorded, self.other) = (recorded, other)
    let podsAreKnown = sync.podsWereWatched && !record.history.selectedPods.isEmpty
    let read = inputs?.compactMap { input -> (recorded: SyncInput, other: SyncInput)? in
      func read(_ spec: HorizontalPodAutoscaler.Spec) -> SyncInput? {
        input.read(by: spec, recorded: sync.autoscaler.spec, podsAreKnown: podsAreKnown)
      }
      guard let own = read(recorded.spec), let others = read(other.spec) else { return nil }
      return (own, others)
    }
    self.inputs = read?.isEmpty ?? true ? nil : read
    found = tick.hasTrace ? sync.start : sync.end
    left = sync.end
    now = record.time(tick.time)
    func base(_ autoscaler: HorizontalPodAutoscaler) -> HPAController {
      var controller = HPAController(settings: record.settings, version: record.version)
      // So that the plan is made once.
      controller[history: autoscaler] = nil
      return controller
    }
    recordedBase = base(recorded)
    otherBase = base(other)
  }

  /// How well a way explains what was recorded: the count before what was said of it.
  private struct Fit: Comparable {
    var hasCount: Bool
    var hasConditions: Bool
    static let full = Fit(hasCount: true, hasConditions: true)

    static func < (one: Fit, other: Fit) -> Bool {
      (one.hasCount ? 2 : 0, one.hasConditions ? 1 : 0) < (other.hasCount ? 2 : 0, other.hasConditions ? 1 : 0)
    }
  }

  private struct Way {
    var world: HypotheticalWorld
    let from: Int
    let decision: Decision?
    let fit: Fit
  }

  /// The states after the sync, and what it may have computed; `nil` where those are more than are followed.
  func next(
    from worlds: [HypotheticalWorld], memory: HypotheticalMemory, most: Int
  ) -> (worlds: [HypotheticalWorld], outcomes: [HypotheticalReplay.Outcome])? {
    var ways: [Way] = []
    for world in worlds {
      guard let own = inputs.map({ self.ways(from: world, reading: $0) }) ?? guessedWays(from: world) else {
        return nil
      }
      ways += own
    }
    // What explains less than another way does not explain what was recorded; a sync that may not have been is no
    // explanation either.
    let best = tick.isCertain ? ways.map(\.fit).max() ?? .full : .full
    ways.removeAll { $0.fit < best }
    var outcomes: [HypotheticalReplay.Outcome] = []
    for way in ways {
      let outcome = HypotheticalReplay.Outcome(from: way.from, to: way.world.count, decision: way.decision)
      let isKnown = outcomes.contains { $0.from == outcome.from && $0.to == outcome.to && $0.term == outcome.term }
      if !isKnown { outcomes.append(outcome) }
    }
    var after: [HypotheticalWorld] = []
    var known: Set<HypotheticalWorld.Key> = []
    for var world in (tick.isCertain ? [] : worlds) + ways.map(\.world) {
      world.settle(at: tick.time, recorded: left, memory: memory, now: now)
      if known.insert(world.key(memory, at: now)).inserted { after.append(world) }
    }
    if after.count > Self.manyWorlds { after = HypotheticalWorld.bounds(of: after, memory, at: now) }
    return after.count > most ? nil : (after, outcomes)
  }

  private func ways(
    from world: HypotheticalWorld, reading inputs: [(recorded: SyncInput, other: SyncInput)]
  ) -> [Way] {
    let isAsRecorded = world.isAsRecorded(found) || sync.failed
    let use = SpreadUse(count: world.count, settled: world.settledPods)
    var ways: [Way] = []
    // Each decision with the recorded spec once, and with it each of the other's.
    var seen: Set<[Int]> = []
    for input in inputs {
      var own = recordedBase
      own[history: recorded] = world.recordedHistory
      let done = sync.decision(controller: &own, autoscaler: recorded, from: found, input.recorded, at: now)
      let fit = fit(of: done)
      let recordedHistory = history(after: done, own, recorded, before: world.recordedHistory)
      for reading in isAsRecorded ? [input.other] : use.inputs(from: input.other) {
        var controller = otherBase
        controller[history: other] = world.history
        let decision = sync.decision(
          controller: &controller, autoscaler: other, from: world.count, reading, at: now)
        let tag = [
          done.rawRecommendation ?? -1, fit.hasCount ? 1 : 0, fit.hasConditions ? 1 : 0,
          decision.rawRecommendation ?? -1,
          decision.desiredReplicas, decision.metricTerm.isDamping ? 1 : 0,
        ]
        guard seen.insert(tag).inserted else { continue }
        var way = way(of: decision, controller, from: world, fit: fit)
        way.world.recordedHistory = recordedHistory
        ways.append(way)
      }
    }
    return ways
  }

  /// How well a decision with the recorded spec explains what was done, and what was said of it.
  private func fit(of decision: Decision) -> Fit {
    if case .scaleUnreadable = decision.path { return .full }
    let decision = written(decision)
    let outcome = decision.rescaleError == nil ? decision.desiredReplicas : decision.currentReplicas
    let said = decision.status(updating: nil).conditions ?? []
    let agrees = said.allSatisfy { condition in
      sync.status.condition(condition.type).map {
        $0.reason == condition.reason && $0.status == condition.status
      } ?? false
    }
    return Fit(hasCount: outcome == left, hasConditions: agrees)
  }

  /// Nothing tells what the metrics asked for: any count between the bounds, beyond which all come to the same. The same
  /// with both specs if their metrics are the same, and the pods.
  private func guessedWays(from world: HypotheticalWorld) -> [Way]? {
    let plans = [recorded, other].map {
      ScalingPlan($0.spec, settings: record.settings, version: record.version)
    }
    let (least, most) = (plans.map(\.minReplicas).min() ?? 0, plans.map(\.maxReplicas).max() ?? 0)
    guard most >= least, most - least < Self.mostGuesses else { return nil }
    let isSame = recorded.spec.metricsOrDefault == other.spec.metricsOrDefault && world.isAsRecorded(found)
    var ways: [Way] = []
    for asked in least...most {
      var own = recordedBase
      own[history: recorded] = world.recordedHistory
      let done = own.sync(at: now, autoscaler: recorded, currentReplicas: found, asking: asked)
      let fit = Fit(hasCount: written(done).rescaleError != nil || done.desiredReplicas == left, hasConditions: true)
      let recordedHistory = history(after: done, own, recorded, before: world.recordedHistory)
      for otherwise in isSame ? asked...asked : least...most {
        var controller = otherBase
        controller[history: other] = world.history
        let decision = controller.sync(at: now, autoscaler: other, currentReplicas: world.count, asking: otherwise)
        let way = way(of: decision, controller, from: world, fit: fit)
        var unknown = Way(world: way.world, from: way.from, decision: nil, fit: fit)
        unknown.world.recordedHistory = recordedHistory
        ways.append(unknown)
      }
    }
    return ways
  }

  private func way(
    of decision: Decision, _ controller: HPAController, from world: HypotheticalWorld, fit: Fit
  ) -> Way {
    let decision = written(decision)
    var after = world
    after.history = history(after: decision, controller, other, before: world.history)
    if decision.rescale != nil, decision.rescaleError == nil { after.set(decision.desiredReplicas, at: tick.time) }
    return Way(world: after, from: world.count, decision: decision, fit: fit)
  }

  /// A decision, which could not be written where the recorded one could not.
  private func written(_ decision: Decision) -> Decision {
    guard sync.couldNotWrite, decision.rescale != nil else { return decision }
    var decision = decision
    decision.rescaleError = sync.status.condition("AbleToScale")?.message ?? "the scale could not be written"
    return decision
  }

  /// What a controller remembers after a sync.
  private func history(
    after decision: Decision, _ controller: HPAController, _ autoscaler: HorizontalPodAutoscaler,
    before: ScalingHistory?
  ) -> ScalingHistory? {
    if case .scaleUnreadable = decision.path { return before }
    var controller = controller
    if written(decision).rescaleError == nil { controller.recordRescale(decision, of: autoscaler, at: now) }
    return controller[history: autoscaler]
  }
}

extension ScalingRecord {
  /// The autoscaler as it stood at an instant.
  fileprivate func autoscaler(inForceAt instant: Duration) -> HorizontalPodAutoscaler? {
    history.autoscaler.last { $0.at.earliest <= instant && !$0.deleted }?.object
  }
}

extension BindingTerm {
  /// Whether it tells that pods were filled in or left as they were by a tolerance, and not by a ratio.
  fileprivate var isDamping: Bool {
    switch self {
    case .unreadyDamping, .tolerance: true
    default: false
    }
  }
}
