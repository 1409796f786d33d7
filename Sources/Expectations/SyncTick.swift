import AutoscalerModel
import KubernetesObjects
import RunTimeline
import Units

/// When the controller synced, as far as a recording tells: with a trace in the status, or without.
struct SyncTick: Sendable {
  /// The instant by which ages are reckoned: no two are less than whole sync periods apart, as no two syncs begin.
  let time: Duration
  /// The position of the sync whose metrics it read: its own, or those that it repeated.
  let sync: Int
  /// Whether it left a trace itself.
  let hasTrace: Bool
  /// Whether it certainly took place.
  var isCertain = true
  /// Whether it may be the first of a controller that was restarted.
  var mayFollowRestart = false
  /// Why what was done just before it is not known; `nil` where it is.
  var unwatched: String?

  /// In the order in which they took place.
  static func ticks(of record: ScalingRecord) -> [SyncTick] {
    let traces = traces(of: record)
    guard let first = traces.first else { return [] }
    var builder = TickBuilder(record: record, step: max(record.rhythm, record.settings.syncPeriod))
    builder.begin(with: first, next: traces.dropFirst().first)
    for (index, next) in zip(traces, traces.dropFirst()) { builder.go(from: index, to: next, isFirst: index == first) }
    if let last = traces.last { builder.addSilent(after: last, until: record.timeline.lastInstant, isCertain: true) }
    return builder.ticks
  }

  /// The positions of syncs; of two writes within a second, which are of one sync, that which scaled, or else the later.
  private static func traces(of record: ScalingRecord) -> [Int] {
    var traces: [Int] = []
    for index in record.syncs.indices {
      guard let last = traces.last, record.syncs[index].at.latest - record.syncs[last].at.latest < .seconds(1) else {
        traces.append(index)
        continue
      }
      if record.syncs[last].change == nil { traces[traces.count - 1] = index }
    }
    return traces
  }
}

private struct TickBuilder {
  private(set) var ticks: [SyncTick] = []
  let record: ScalingRecord
  /// From one sync to the next.
  let step: Duration
  private let gaps: [InstantBounds]

  init(record: ScalingRecord, step: Duration) {
    self.record = record
    self.step = step
    gaps = record.history.gaps[HorizontalPodAutoscaler.resource.plural] ?? []
  }

  private var last: Duration { ticks.last?.time ?? .zero }

  /// The first that was seen wrote at some time before, and by the rhythm of the next.
  mutating func begin(with first: Int, next: Int?) {
    let seen = record.syncs[first].at.latest
    guard let next, record.periods(from: first, to: next) == nil else {
      ticks.append(SyncTick(time: seen, sync: first, hasTrace: true))
      return
    }
    let following = record.syncs[next].at.latest
    let silent = max(Int(((following - seen) / step).rounded(.down)) - 1, 0)
    let start = min(seen, following - step * (silent + 1))
    ticks.append(SyncTick(time: start, sync: first, hasTrace: true))
    for index in 0..<silent {
      ticks.append(SyncTick(time: following - step * (silent - index), sync: first, hasTrace: false))
    }
  }

  mutating func go(from index: Int, to next: Int, isFirst: Bool) {
    let (from, to) = (record.syncs[index].at.latest, record.syncs[next].at.latest)
    let periods = record.periods(from: index, to: next)
    var tick = SyncTick(time: to, sync: next, hasTrace: true)
    if let gap = gaps.first(where: { $0.earliest < to && $0.latest > from }), mayHideSync(gap, from: from, to: to) {
      tick.unwatched = "nobody watched the autoscaler \(gap.plain)"
    } else if let periods {
      let start = last
      for repetition in stride(from: 1, to: periods, by: 1) {
        ticks.append(SyncTick(time: start + step * repetition, sync: index, hasTrace: false))
      }
      let least = start + record.settings.syncPeriod * periods
      tick = SyncTick(time: max(to, least, last + record.settings.syncPeriod), sync: next, hasTrace: true)
    } else if !isFirst {
      addSilent(after: index, until: to - step * 0.5, isCertain: false)
      tick.mayFollowRestart = true
    }
    let unseen = record.changes.first {
      $0.author == .autoscaler && $0.sync == nil && $0.at.latest > from && $0.at.latest <= to
    }
    if let unseen { tick.unwatched = "the status of a rescale \(unseen.at.plain) was not seen" }
    ticks.append(tick)
  }

  /// Whether a gap is wide enough, or lies so, that a sync may have come within it whose status nobody saw.
  private func mayHideSync(_ gap: InstantBounds, from: Duration, to: Duration) -> Bool {
    let least = record.settings.syncPeriod - .seconds(1)
    return max(gap.earliest, from + least) < min(gap.latest, to - least)
  }

  /// Those that came to the same as the one before and wrote nothing.
  mutating func addSilent(after index: Int, until end: Duration, isCertain: Bool) {
    var time = last + step
    while time <= end {
      ticks.append(SyncTick(time: time, sync: index, hasTrace: false, isCertain: isCertain))
      time += step
    }
  }
}
