import AutoscalerModel
import KubernetesObjects
import RunTimeline
import Units

/// What the replayed controller remembers: recommendations and rescales as the replay found them so far.
struct ReplayMemory {
  private let record: ScalingRecord
  private var recommendations: [(replicas: Int, possible: ClosedRange<Int>, at: Duration)] = []
  private var rescales: [(from: Int, to: Int, at: Duration, sync: Int)] = []
  /// Syncs right before which the controller may have been restarted, with the count that they found.
  private var beginnings: [(at: Duration, count: Int)] = []

  init(_ record: ScalingRecord) { self.record = record }

  /// A state of the controller's memory that the observation allows.
  struct Variant {
    var history: ScalingHistory?
    /// What is assumed in it beyond what was seen.
    var assumption: String?
  }

  /// Remembers a sync as it was replayed, and its repetitions without a trace.
  mutating func add(_ sync: ReplayedSync?, of index: Int) {
    let observed = record.syncs[index]
    if index > 0, record.mayHaveRestarted(before: index) {
      beginnings.append((observed.at.latest, observed.start))
    }
    if let raw = sync?.decision.rawRecommendation {
      let next = index + 1 < record.syncs.count ? record.periods(from: index, to: index + 1) ?? 1 : 1
      let possible = observed.fitting.map(\.raw).range ?? raw...raw
      for repetition in 0..<min(max(next, 1), 10_000) {
        recommendations.append((raw, possible, observed.at.latest + record.rhythm * repetition))
      }
    }
    if observed.start != observed.end { rescales.append((observed.start, observed.end, observed.at.latest, index)) }
  }

  /// The states of memory before a sync, the likeliest first.
  func variants(before index: Int) -> [Variant] {
    let sync = record.syncs[index]
    let now = sync.at.latest
    var variants = [Variant(history: history(of: sync, since: nil))]
    if index == 0 || reachesBack(before: now, sync.plan) { variants += unseen(sync, index: index) }
    if index > 0, record.mayHaveRestarted(before: index) {
      variants.append(Variant(history: nil, assumption: "the controller was restarted before this sync"))
    }
    if let last = beginnings.last {
      variants.append(
        Variant(
          history: history(of: sync, since: last),
          assumption: "the controller was restarted before \(DecisionReplay.seconds(last.at))"))
    }
    for known in [history(of: sync, since: nil), history(of: sync, since: nil, spacedUpTo: index)] {
      for (keepsWindows, keepsPeriods) in [(false, false), (true, true), (true, false), (false, true)] {
        variants.append(Variant(history: decided(known, sync, keepsWindows: keepsWindows, keepsPeriods: keepsPeriods)))
      }
    }
    // Where a recommendation was read from several that fit its own sync, this one may tell which it was.
    for choice in [\ClosedRange<Int>.upperBound, \.lowerBound] {
      variants.append(Variant(history: history(of: sync, since: nil, choosing: { $0[keyPath: choice] })))
    }
    return variants
  }

  /// Whether a window reaches back to before the first sync that was seen, or into a gap.
  private func reachesBack(before now: Duration, _ plan: ScalingPlan) -> Bool {
    let window = max(
      plan.behavior.map { max($0.scaleUp.stabilizationWindowSeconds, $0.scaleDown.stabilizationWindowSeconds) } ?? 0,
      plan.behavior == nil ? Int(record.settings.downscaleStabilization.seconds) : 0)
    let start = now - .seconds(window) - ScalingRecord.slack
    return record.syncs.first.map { start < $0.at.latest } ?? true || record.isBlind(from: start, to: now)
  }

  /// With recommendations from before the recording: the count of the beginning, or one that explains the outcome.
  private func unseen(_ sync: ObservedSync, index: Int) -> [Variant] {
    let known = history(of: sync, since: nil)
    let before = record.syncs[0].at.latest
    func with(_ replicas: Int, at: Duration) -> Variant {
      var history = known
      history.recommendations =
        [TimedRecommendation(replicas: replicas, time: record.time(at))] + (history.recommendations ?? [])
      return Variant(
        history: history, assumption: "it remembered a recommendation of \(replicas) from before the recording or a gap"
      )
    }
    let first = index == 0 ? sync.at.latest - record.settings.syncPeriod : before
    let counts = Set([record.syncs[0].start, sync.end, sync.start]).sorted()
    return counts.map { with($0, at: min(first, sync.at.latest - .milliseconds(1))) }
  }

  /// With what is so near to the end of its window or period that it may or may not have left it either kept or left out.
  private func decided(
    _ known: ScalingHistory, _ sync: ObservedSync, keepsWindows: Bool, keepsPeriods: Bool
  ) -> ScalingHistory {
    var history = known
    guard let behavior = sync.plan.behavior else { return history }
    let now = record.time(sync.at.latest).microseconds
    let slack: Int64 = 1_000_000
    /// The time to remember it by: just inside of what ends about then, or just outside, where longer ones hold it still.
    func decided(_ time: KubernetesTime, _ periods: [Int], keeps: Bool) -> KubernetesTime {
      let near = periods.map { Int64($0) * 1_000_000 }.filter { (now - time.microseconds - $0).magnitude <= slack }
      guard let shortest = near.min(), let longest = near.max() else { return time }
      return KubernetesTime(
        microseconds: keeps ? max(time.microseconds, now - shortest + 1) : min(time.microseconds, now - longest - 1))
    }
    func decided(_ events: [ScaleEvent], _ rules: ScalingRules...) -> [ScaleEvent] {
      let periods = rules.flatMap(\.policies).map(\.periodSeconds)
      return events.map { event in
        ScaleEvent(
          change: event.change, time: decided(event.time, periods, keeps: keepsPeriods), isOutdated: event.isOutdated)
      }
    }
    let windows = [behavior.scaleUp.stabilizationWindowSeconds, behavior.scaleDown.stabilizationWindowSeconds]
    history.recommendations = history.recommendations?.map { recommendation in
      TimedRecommendation(
        replicas: recommendation.replicas, time: decided(recommendation.time, windows, keeps: keepsWindows))
    }
    history.scaleUpEvents = decided(history.scaleUpEvents, behavior.scaleUp, behavior.scaleDown)
    history.scaleDownEvents = decided(history.scaleDownEvents, behavior.scaleUp, behavior.scaleDown)
    return history
  }

  /// - Parameters:
  ///   - beginning: the first sync after a restart, which began the list with the count that it found.
  ///   - own: the position of the sync, to have rescales before it as far apart as the syncs that made them; as they were
  ///     seen where it is not given.
  ///   - choose: which of the recommendations that fit a sync to remember; as replayed where it is not given.
  private func history(
    of sync: ObservedSync, since beginning: (at: Duration, count: Int)?, spacedUpTo own: Int? = nil,
    choosing choose: ((ClosedRange<Int>) -> Int)? = nil
  ) -> ScalingHistory {
    let start = beginning?.at ?? .seconds(-1e12)
    var history = ScalingHistory(recommendations: [])
    if let beginning {
      history.recommendations = [TimedRecommendation(replicas: beginning.count, time: record.time(beginning.at))]
    }
    let oldest = max(start, sync.at.latest - .seconds(3700) - record.settings.downscaleStabilization)
    history.recommendations? += recommendations.filter { $0.at >= oldest }.map {
      TimedRecommendation(replicas: choose?($0.possible) ?? $0.replicas, time: record.time($0.at))
    }
    guard let behavior = sync.plan.behavior else { return history }
    for rescale in own.map(rescales(spacedUpTo:)) ?? rescales where rescale.at >= oldest {
      history.recordScaleEvent(
        from: rescale.from, to: rescale.to, rules: rescale.to > rescale.from ? behavior.scaleUp : behavior.scaleDown,
        at: record.time(rescale.at))
    }
    return history
  }

  /// The rescales, each as long before the next as the syncs between them take at least: what is written shows up sooner
  /// or later, and on that depends which of them takes the place of another.
  private func rescales(spacedUpTo own: Int) -> [(from: Int, to: Int, at: Duration, sync: Int)] {
    let step = max(record.rhythm, record.settings.syncPeriod + .milliseconds(1))
    var (next, limit) = (own, record.syncs[own].at.latest)
    var spaced = rescales
    for index in spaced.indices.reversed() {
      if let periods = record.periods(from: spaced[index].sync, to: next) {
        spaced[index].at = min(spaced[index].at, limit - step * periods)
      }
      (next, limit) = (spaced[index].sync, spaced[index].at)
    }
    return spaced
  }
}
