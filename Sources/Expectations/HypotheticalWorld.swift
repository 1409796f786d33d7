import AutoscalerModel
import KubernetesObjects
import RunTimeline
import Units

/// One way in which everything may have gone: what the controller remembers, and beside it the count and the memory that it
/// would have with the other spec.
///
/// Whatever is not known (which young pods counted, what was remembered from before, whether the controller was restarted) is
/// the same for both, so that what it did tells of what it would have done.
struct HypotheticalWorld {
  /// With the other spec.
  private(set) var count: Int
  var history: ScalingHistory?
  /// With the recorded spec.
  var recordedHistory: ScalingHistory?
  /// The counts that it would have had before, each with its end, as long as pods may be young because of it.
  private var past: [Stay] = []
  /// When its count was last another than the recorded one, as long as its pods may differ because of it.
  private var lastDiffered: Duration?

  fileprivate struct Stay: Hashable {
    let count: Int
    let end: Duration
  }

  init(count: Int, history: ScalingHistory?) {
    self.count = count
    self.history = history
    recordedHistory = history
  }

  /// As it is after a restart of the controller.
  init(forgetting world: HypotheticalWorld) {
    self = world
    history = nil
    recordedHistory = nil
  }

  /// Whether its pods are those that were recorded.
  func isAsRecorded(_ recorded: Int) -> Bool { count == recorded && lastDiffered == nil }

  /// The pods that are there for so long that they are ready and sampled, unless something keeps them from that.
  var settledPods: Int { past.reduce(count) { min($0, $1.count) } }

  mutating func set(_ count: Int, at time: Duration) {
    if count == self.count { return }
    past.append(Stay(count: self.count, end: time))
    self.count = count
  }

  /// Takes note of the recorded count at an instant, and forgets what no longer matters.
  mutating func settle(at time: Duration, recorded: Int, memory: HypotheticalMemory, now: KubernetesTime) {
    if count != recorded { lastDiffered = time }
    if let last = lastDiffered, time - last > memory.youth { lastDiffered = nil }
    past.removeAll { time - $0.end > memory.youth || $0.count >= count }
    history = history.map { memory.other.reduced($0, at: now) }
    recordedHistory = recordedHistory.map { memory.recorded.reduced($0, at: now) }
  }

  /// In place of many worlds that differ in nothing but recommendations which the other spec remembers: one that remembers
  /// the least of them all, and one that remembers the most. What a sync comes to rises with what is remembered, so that
  /// all others lie between.
  static func bounds(of worlds: [HypotheticalWorld], _ memory: HypotheticalMemory, at now: KubernetesTime)
    -> [HypotheticalWorld]
  {
    var groups: [Key: [HypotheticalWorld]] = [:]
    var order: [Key] = []
    for world in worlds {
      var alike = world
      alike.history?.recommendations = []
      let key = alike.key(memory, at: now)
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append(world)
    }
    return order.flatMap { key -> [HypotheticalWorld] in
      guard let group = groups[key], group.count > 2, group.allSatisfy({ $0.history != nil }) else {
        return groups[key] ?? []
      }
      let lists = group.map { $0.history?.recommendations ?? [] }
      return [memory.other.least(lists), memory.other.most(lists)].map { recommendations in
        var world = group[0]
        world.history?.recommendations = recommendations
        return world
      }
    }
  }

  /// What tells it from others, as far as they can go different ways.
  func key(_ memory: HypotheticalMemory, at now: KubernetesTime) -> Key {
    Key(
      count: count, history: memory.other.key(history, at: now),
      recordedHistory: memory.recorded.key(recordedHistory, at: now), past: past, lastDiffered: lastDiffered)
  }

  struct Key: Hashable {
    let count: Int
    let history: [Int64]
    let recordedHistory: [Int64]
    private let past: [Stay]
    private let lastDiffered: Duration?

    fileprivate init(
      count: Int, history: [Int64], recordedHistory: [Int64], past: [Stay], lastDiffered: Duration?
    ) {
      self.count = count
      self.history = history
      self.recordedHistory = recordedHistory
      self.past = past
      self.lastDiffered = lastDiffered
    }
  }
}

/// How long something matters to the controller, with either spec.
struct HypotheticalMemory {
  let other: MemoryReach
  let recorded: MemoryReach
  /// How long a new pod takes until it is ready and sampled, by the slowest that was seen.
  let youth: Duration

  /// Until a ready pod is sampled: two windows of 30 s, and the time until the metrics server has read it.
  private static let sampling = Duration.seconds(90)

  init(_ record: ScalingRecord, other plans: [ScalingPlan]) {
    let starts = record.history.selectedPods.compactMap { pod in
      pod.ready.first.map { $0.from.latest - pod.created.earliest }
    }
    youth = (starts.max() ?? .zero) + Self.sampling
    other = MemoryReach(plans, settings: record.settings)
    recorded = MemoryReach(record.syncs.map(\.plan), settings: record.settings)
  }

  /// The longest window.
  var window: Duration { .microseconds(max(other.window, recorded.window)) }
  var hasUpWindow: Bool { other.up > 0 || recorded.up > 0 }
}

/// How far back the windows and policies of specs reach, and beyond which bounds a recommendation makes no difference.
struct MemoryReach {
  /// Microseconds.
  private let down: Int64
  fileprivate let up: Int64
  private let period: Int64
  /// All recommendations below, or above, come to the same.
  private let bounds: ClosedRange<Int>

  fileprivate var window: Int64 { max(down, up) }

  fileprivate init(_ plans: [ScalingPlan], settings: ControllerSettings) {
    func longest(_ seconds: (ScalingPlan) -> Int) -> Int64 { Int64(plans.map(seconds).max() ?? 0) * 1_000_000 }
    let flag = Int(settings.downscaleStabilization.seconds.rounded(.up))
    down = longest { $0.behavior?.scaleDown.stabilizationWindowSeconds ?? flag }
    up = longest { $0.behavior?.scaleUp.stabilizationWindowSeconds ?? 0 }
    period = longest { plan in plan.behavior.map { max($0.scaleUp.longestPeriod, $0.scaleDown.longestPeriod) } ?? 0 }
    let lowest = (plans.map(\.minReplicas).min() ?? 0) - 1
    bounds = lowest...max((plans.map(\.maxReplicas).max() ?? 0) + 1, lowest)
  }

  /// A memory without what is too old for every window and policy.
  fileprivate func reduced(_ history: ScalingHistory, at now: KubernetesTime) -> ScalingHistory {
    func isYoung(_ time: KubernetesTime, _ reach: Int64) -> Bool { now.microseconds - time.microseconds <= reach }
    var reduced = ScalingHistory(
      recommendations: (history.recommendations ?? []).filter { isYoung($0.time, window) }.sorted { $0.time < $1.time })
    reduced.scaleUpEvents = history.scaleUpEvents.filter { isYoung($0.time, period) }
    reduced.scaleDownEvents = history.scaleDownEvents.filter { isYoung($0.time, period) }
    return reduced
  }

  /// Those that a window, now or later, can notice: no later one covers them on both sides.
  private func noticed(_ recommendations: [TimedRecommendation], at now: KubernetesTime) -> [TimedRecommendation] {
    var kept: [TimedRecommendation] = []
    var (highest, lowest) = (Int.min, Int.max)
    for entry in recommendations.sorted(by: { $0.time > $1.time }) {
      let age = now.microseconds - entry.time.microseconds
      let mayHold = (age <= down && entry.replicas > highest) || (age <= up && entry.replicas < lowest)
      (highest, lowest) = (max(highest, entry.replicas), min(lowest, entry.replicas))
      if mayHold { kept.append(entry) }
    }
    return kept.reversed()
  }

  /// Of each sync the highest that several lists remember of it.
  fileprivate func most(_ lists: [[TimedRecommendation]]) -> [TimedRecommendation] {
    bySync(lists).compactMap { time, replicas in
      // What some do not remember may only be left out where it holds nothing back.
      replicas.count == lists.count || up == 0 || (replicas.min() ?? 0) > bounds.lowerBound
        ? replicas.max().map { TimedRecommendation(replicas: $0, time: time) } : nil
    }
  }

  /// Of each sync the lowest.
  fileprivate func least(_ lists: [[TimedRecommendation]]) -> [TimedRecommendation] {
    bySync(lists).compactMap { time, replicas in
      if replicas.count == lists.count { return replicas.min().map { TimedRecommendation(replicas: $0, time: time) } }
      return up == 0 ? nil : TimedRecommendation(replicas: bounds.lowerBound, time: time)
    }
  }

  private func bySync(_ lists: [[TimedRecommendation]]) -> [(time: KubernetesTime, replicas: [Int])] {
    var syncs: [KubernetesTime: [Int]] = [:]
    for entry in lists.joined() { syncs[entry.time, default: []].append(entry.replicas) }
    return syncs.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// All that makes a difference later.
  fileprivate func key(_ history: ScalingHistory?, at now: KubernetesTime) -> [Int64] {
    guard let history else { return [-1] }
    let bounded = (history.recommendations ?? []).map {
      TimedRecommendation(
        replicas: min(max($0.replicas, bounds.lowerBound), bounds.upperBound), time: $0.time)
    }
    let recommendations = noticed(bounded, at: now).flatMap { [Int64($0.replicas), $0.time.microseconds] }
    let events = [history.scaleUpEvents, history.scaleDownEvents].flatMap { events in
      [Int64(events.count)] + events.flatMap { [Int64($0.change), $0.time.microseconds] }
    }
    return events + recommendations
  }
}
