import AutoscalerModel
import KubernetesObjects
import RunTimeline
import Units

/// Works out a corridor: every sync that took place or may have, each from the count that it found.
struct CorridorBuilder {
  private(set) var marks: [CorridorMark] = []
  private(set) var envelope = CountEnvelope.unknown

  private let record: ScalingRecord
  private let doubts: HistoryDoubts
  /// When the workload was first seen.
  private let start: Duration
  private let end: Duration
  /// Stretches in which syncs with other metrics may have taken place unseen.
  private let blind: [InstantBounds]

  /// How long before the status a sync writes the scale, at most.
  private static let writeLead = Duration.seconds(1)
  /// How much longer than the usual one the time between two syncs may be.
  private static let jitter = Duration.milliseconds(100)
  /// How long nobody leads after the leader has gone: the lease of 15 s, its retries, and the first period
  /// (Kubernetes 1.36, k8s.io/component-base/config/v1alpha1/defaults.go).
  static let leaderChange = Duration.seconds(60)

  init(record: ScalingRecord, doubts: HistoryDoubts) {
    self.record = record
    self.doubts = doubts
    let wanted = record.history.wantedReplicas
    start = max(wanted.segments.first { $0.range != nil }?.start ?? wanted.end, .zero)
    end = min(wanted.end, record.timeline.lastInstant)
    blind = Self.blindStretches(record, start: start)
    addFound()
    addSyncs()
    addChanges()
    order()
    envelope = drawn()
  }

  /// Gaps, statuses whose time is so uncertain that others may have come before them, and the time after a deletion.
  private static func blindStretches(_ record: ScalingRecord, start: Duration) -> [InstantBounds] {
    let history = record.history
    var stretches = [history.kind.resource.plural, HorizontalPodAutoscaler.resource.plural].flatMap {
      history.gaps[$0] ?? []
    }
    for sync in record.syncs where sync.at.width > record.settings.syncPeriod && sync.at.earliest >= start {
      stretches.append(sync.at)
    }
    for absence in history.absences {
      stretches.append(
        InstantBounds(absence.deleted.earliest, absence.recreated?.latest ?? record.timeline.lastInstant))
    }
    return stretches.sorted { $0.earliest < $1.earliest }
  }

  private func isBlind(_ at: InstantBounds) -> Bool {
    blind.contains { $0.earliest < at.latest && $0.latest > at.earliest }
  }

  /// The count that was found at the start, and after each blind stretch.
  private mutating func addFound() {
    for instant in [start] + blind.map(\.latest).filter({ $0 > start && $0 <= end }) {
      guard let found = record.history.wantedReplicas.range(at: instant) else { continue }
      marks.append(CorridorMark(cause: .found, effect: InstantBounds(exactly: instant), range: found))
    }
  }

  private mutating func addSyncs() {
    // A sync that could not read the count leaves whatever is there.
    for index in record.syncs.indices where !record.syncs[index].couldNotRead {
      let sync = record.syncs[index]
      // What was decided before anybody looked shows in the count that was found, unless the change was seen.
      if sync.at.earliest >= start || sync.change.map({ $0.at.latest > start }) ?? false { add(sync, index) }
      addSilent(after: sync, index)
    }
  }

  private mutating func add(_ sync: ObservedSync, _ index: Int) {
    var effect = InstantBounds(sync.at.earliest - Self.writeLead, sync.at.latest)
    if let change = sync.change {
      effect = InstantBounds(min(effect.earliest, change.at.earliest), change.at.latest)
    }
    append(
      .sync(index), effect: effect, at: sync.change?.at ?? sync.at, current: sync.change?.from ?? sync.current,
      sync: sync, raw: sync.raw, own: index)
  }

  /// The syncs between one that left a trace and the next, or the end: each came to the same.
  private mutating func addSilent(after sync: ObservedSync, _ index: Int) {
    let period = record.settings.syncPeriod
    let next = index + 1 < record.syncs.count ? record.syncs[index + 1].at : nil
    let limit = min(next.map { $0.latest - period + Self.writeLead } ?? end, end)
    let mayBeInterrupted =
      doubts.restarts && (next.map { record.mayHaveRestarted(from: sync.at.latest, to: $0.earliest) } ?? true)
    let allowance = mayBeInterrupted ? Self.leaderChange : .zero
    // After a change of the leader the next one that left a trace may be the first.
    let last = mayBeInterrupted ? min(next?.latest ?? end, end) : limit
    let isVague = sync.at.width > period || sync.at.earliest < start
    let base = isVague ? InstantBounds(sync.at.latest - period, sync.at.latest) : sync.at
    var earliest = base.earliest
    var latest = base.latest
    // The rhythm tells how many there were at most, however uncertain the instants of the writes are.
    let most = next == nil ? Int.max : record.periods(from: index, to: index + 1).map { $0 - 1 } ?? Int.max
    var count = 0
    while count < most {
      count += 1
      earliest += period
      latest += max(record.rhythm, period) + Self.jitter
      let from = max(earliest - Self.writeLead, start)
      guard from <= limit, from < end else { return }
      let at = InstantBounds(from, max(min(latest + allowance, last), from))
      let wanted = record.history.wantedReplicas.extent(from: at.earliest, to: at.latest)
      // A sync that found another count would have written it down.
      guard let wanted, wanted.contains(sync.current), !isBlind(at) else { continue }
      append(
        .silentSync(index), effect: at, at: at, current: sync.current, sync: sync,
        raw: record.rawRecommendation(of: sync, repeatedAt: at), own: nil)
    }
  }

  private mutating func append(
    _ cause: CorridorMark.Cause, effect: InstantBounds, at: InstantBounds, current: Int, sync: ObservedSync,
    raw: CountSet?, own: Int?
  ) {
    let outcomes = (own == nil ? record.plans(at: at) : record.plans(of: sync)).map { plan in
      PossibleOutcome(
        current: current, at: at, plan: plan, raw: raw, sync: own, isHeld: sync.isHeld, record: record,
        doubts: doubts)
    }
    var range = outcomes.map(\.range).hull ?? current...current
    if sync.couldNotWrite { range = [range, current...current].hull ?? range }
    let order = (marks.last { $0.syncOrder != nil }?.syncOrder ?? -1) + 1
    marks.append(
      CorridorMark(
        cause: cause, effect: effect, range: range, outcomes: outcomes, syncOrder: order,
        changeOrder: sync.change.flatMap { own == nil ? nil : record.changes.firstIndex(of: $0) }))
  }

  /// Changes that no status tells of. Those of the autoscaler are worked out with any metrics; those by others stand
  /// until the next sync, as long as they keep to `minReplicas` and `maxReplicas`.
  private mutating func addChanges() {
    for (index, change) in record.changes.enumerated() where change.sync == nil && change.at.latest > start {
      if case .other = change.author {
        let bounds = record.plans(at: change.at).map { $0.minReplicas...max($0.minReplicas, $0.maxReplicas) }
        let isInside = bounds.isEmpty || bounds.contains { $0.contains(change.to) }
        let range = isInside ? change.to...change.to : bounds.hull ?? change.to...change.to
        marks.append(CorridorMark(cause: .change(index), effect: change.at, range: range, changeOrder: index))
        continue
      }
      let made = change.to...change.to
      let outcomes = record.plans(at: change.at).map { plan in
        PossibleOutcome(
          current: change.from, at: change.at, plan: plan, raw: nil, sync: nil, record: record, doubts: doubts)
      }
      let allowed = outcomes.map(\.range).hull ?? made
      let range = change.author == .unknown && doubts.restarts ? [allowed, made].hull ?? allowed : allowed
      marks.append(
        CorridorMark(
          cause: .change(index), effect: change.at, range: range, outcomes: outcomes, changeOrder: index))
    }
  }

  /// Finds for each mark when another has certainly taken its place.
  private mutating func order() {
    marks = marks.enumerated().sorted { left, right in
      (left.element.effect.latest, left.offset) < (right.element.effect.latest, right.offset)
    }.map(\.element)
    for index in marks.indices {
      let later = marks[(index + 1)...].first { $0.isAfter(marks[index]) }
      if let later { marks[index].until = later.effect.latest }
    }
  }

  /// The smallest and largest count over all marks that may have been the last one.
  private func drawn() -> CountEnvelope {
    guard start < end else { return .unknown }
    let coming = marks.sorted { $0.effect.earliest < $1.effect.earliest }
    let edges = blind.flatMap { [$0.earliest, $0.latest] } + marks.flatMap { [$0.effect.earliest, $0.until] }
    let instants = Set([start] + edges).filter { $0 >= start && $0 < end }.sorted()
    var active: [CorridorMark] = []
    var next = 0
    let segments = instants.map { instant -> CountEnvelope.Segment in
      while next < coming.count, coming[next].effect.earliest <= instant {
        active.append(coming[next])
        next += 1
      }
      active.removeAll { $0.until <= instant }
      let isUnknown = blind.contains { $0.earliest <= instant && instant < $0.latest }
      return CountEnvelope.Segment(start: instant, range: isUnknown ? nil : active.map(\.range).hull)
    }
    return CountEnvelope(segments: segments, end: end)
  }
}

extension [ClosedRange<Int>] {
  /// The smallest range that holds them all; `nil` of none.
  var hull: ClosedRange<Int>? {
    guard let low = map(\.lowerBound).min(), let high = map(\.upperBound).max() else { return nil }
    return low...high
  }
}
