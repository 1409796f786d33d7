import AutoscalerModel
import RunTimeline
import Units

/// What the controller remembered at an instant of its recommendations within one window: what the highest and the lowest
/// may be, over all histories that the observation allows.
struct RememberedRecommendations: Sendable {
  /// The highest recommendation was at least this.
  private(set) var highestAtLeast = 0
  /// The lowest recommendation was at most this; `nil` when none certainly is in the window.
  private(set) var lowestAtMost: Int?
  /// Those that were seen and may count.
  private var seen = CountSet.none
  /// The sync that ``highestAtLeast`` comes from.
  private(set) var highestSync: ObservedSync?
  /// The sync that ``lowestAtMost`` comes from.
  private(set) var lowestSync: ObservedSync?
  /// Whether the window reaches back to where nobody watched the autoscaler, or over a sync that does not tell.
  private(set) var isPartlyUnknown = false
  /// What the autoscaler said later of those that were not seen.
  private var unseen = UnseenRecommendations()

  /// - Parameters:
  ///   - window: a recommendation younger than this counts; one exactly as old may count or not.
  ///   - own: the position of the sync that remembers.
  init(window: Duration, at: InstantBounds, before own: Int?, record: ScalingRecord, doubts: HistoryDoubts) {
    guard window > .zero else { return }
    if let own {
      let found = CountSet(record.syncs[own].change?.from ?? record.syncs[own].current)
      if Self.beginsList(own, record: record, doubts: doubts) {
        addCertain(found, of: record.syncs[own])
        return
      }
      if Self.mayBeginList(own, record: record, doubts: doubts) { addPossible(found) }
    }
    let position = own ?? record.syncs.position(of: at)
    var firstAfterUnseen = 0
    for index in record.syncs.indices.reversed() where index != own && record.syncs[index].at.latest < at.latest {
      let age = EntryAge(of: index, at: at, own: own, record: record, doubts: doubts)
      // All before this one are older still.
      guard age.mayCount(window) else { break }
      if !remember(index, age, window, at: at, position: position, record: record, doubts: doubts) {
        isPartlyUnknown = true
        firstAfterUnseen = max(firstAfterUnseen, index + 1)
      }
      if Self.beginsList(index, record: record, doubts: doubts) {
        if age.mustCount(window) { addCertain(CountSet(record.syncs[index].current), of: record.syncs[index]) }
        return
      }
    }
    let start = at.earliest - window - ScalingRecord.slack
    if record.mayHideSyncsBefore(from: start) { isPartlyUnknown = true }
    if doubts.restarts, let end = record.blindEnd(from: start, to: at.latest) {
      isPartlyUnknown = true
      firstAfterUnseen = max(firstAfterUnseen, record.syncs.firstIndex { $0.at.earliest >= end } ?? record.syncs.count)
    }
    // A rescale of which no status was seen was recommended by a sync that nobody saw.
    let unseenChange = record.changes.last {
      $0.sync == nil && !$0.author.isOther && $0.at.latest > start && $0.at.earliest < at.earliest
    }
    if let unseenChange {
      isPartlyUnknown = true
      let next = record.syncs.firstIndex { $0.at.earliest >= unseenChange.at.latest } ?? record.syncs.count
      firstAfterUnseen = max(firstAfterUnseen, next)
    }
    guard isPartlyUnknown else { return }
    for index in record.syncs.indices.dropFirst(firstAfterUnseen)
    where index != own && record.syncs[index].at.latest < at.latest {
      unseen.narrow(by: record.syncs[index], before: position, window: window, at: at, settings: record.settings)
    }
  }

  /// Takes up what a sync, and those after it that wrote nothing, left in the window.
  ///
  /// - Returns: `false` where the sync does not tell what its metrics asked for.
  private mutating func remember(
    _ index: Int, _ age: EntryAge, _ window: Duration, at: InstantBounds, position: Int?, record: ScalingRecord,
    doubts: HistoryDoubts
  ) -> Bool {
    let sync = record.syncs[index]
    if Self.mayBeginList(index, record: record, doubts: doubts), age.own.shortest < window {
      addPossible(CountSet(sync.current))
    }
    // Neither failures nor corrections of a count out of bounds are remembered.
    if sync.failed || sync.isCorrection || sync.current == 0 { return true }
    let (remembered, repeated) = sync.recommendations(before: position)
    guard let first = remembered else { return false }
    let raw = first.union(repeated ?? .none)
    var found = CountSet.none
    if doubts.restarts, record.mayHaveRestarted(from: sync.at.latest, to: at.latest) {
      // A restarted controller remembers the count that it found.
      let wanted = record.history.wantedReplicas.extent(from: sync.at.earliest, to: at.earliest)
      found = CountSet(wanted ?? 0...Self.most)
    }
    // Where a line may have been lost, what looks like a repetition may have been another recommendation.
    let repeats = !doubts.losses && age.lastMustCount(window)
    let own = doubts.losses && followsSilence(index, record) ? first.union(sync.raw ?? .none) : first
    let certain = age.mustCount(window) ? own : repeats ? raw : nil
    addPossible(raw.union(own).union(found))
    if let certain { addCertain(certain.union(found), of: sync) }
    return true
  }

  /// Whether there was a sync before one that left no trace, or of which the trace was lost: what it recommended may be why
  /// this one did what it did, whatever its own metrics asked for.
  private func followsSilence(_ index: Int, _ record: ScalingRecord) -> Bool {
    index > 0 && record.periods(from: index - 1, to: index) != 1
  }

  /// Whether a sync may be the first under a new leader, which begins the list with the count that it finds.
  private static func mayBeginList(_ index: Int, record: ScalingRecord, doubts: HistoryDoubts) -> Bool {
    index == 0 || (doubts.restarts && record.mayHaveRestarted(before: index))
  }

  /// Whether a sync is taken to be the first under a new leader.
  private static func beginsList(_ index: Int, record: ScalingRecord, doubts: HistoryDoubts) -> Bool {
    doubts.breaksAreRestarts && record.shownRestarts.contains(index)
  }

  /// The highest that it may have remembered; 0 of none.
  ///
  /// Each recommendation that certainly counts is at least its lowest value, and whichever possible value is not below
  /// all of those may be the highest.
  ///
  /// - Parameter knownOnly: as if nothing were remembered but what was seen.
  func highest(knownOnly: Bool) -> CountSet {
    let known = CountSet(highestAtLeast).union(seen.from(highestAtLeast))
    return isPartlyUnknown && !knownOnly
      ? known.union(CountSet(highestAtLeast...max(highestAtLeast, unseen.most))) : known
  }

  /// The lowest that it may have remembered; very many of none.
  func lowest(knownOnly: Bool) -> CountSet {
    let most = lowestAtMost ?? Self.most
    let known = CountSet(most).union(seen.upTo(most))
    return isPartlyUnknown && !knownOnly ? known.union(CountSet(min(unseen.least, most)...most)) : known
  }

  /// More than any recommendation.
  static let most = Int(Int32.max)

  private mutating func addPossible(_ raw: CountSet) { seen = seen.union(raw) }

  private mutating func addCertain(_ raw: CountSet, of sync: ObservedSync) {
    guard let low = raw.lowest, let high = raw.highest else { return }
    if low > highestAtLeast { (highestAtLeast, highestSync) = (low, sync) }
    if lowestAtMost.map({ high <= $0 }) ?? true { (lowestAtMost, lowestSync) = (high, sync) }
  }
}

/// Recommendations that nobody saw, by what the autoscaler said of its windows in a sync after all of them.
///
/// A sync that followed its metrics says so (`ReadyForNewScale`), and then no window can have held anything that would
/// have kept it from that (Kubernetes 1.36, pkg/controller/podautoscaler/horizontal.go, `normalizeDesiredReplicas` and
/// `normalizeDesiredReplicasWithBehaviors`).
private struct UnseenRecommendations {
  private(set) var most = RememberedRecommendations.most
  private(set) var least = 0

  /// - Parameter window: the window of the sync that remembers, which may be longer than that of the one that speaks.
  mutating func narrow(
    by sync: ObservedSync, before position: Int?, window: Duration, at: InstantBounds, settings: ControllerSettings
  ) {
    guard sync.claims.stabilization == .untouched, let raw = sync.recommendations(before: position).first,
      let low = raw.lowest, let high = raw.highest
    else { return }
    let reach = window - at.elapsed(since: sync.at).shortest
    guard let behavior = sync.plan.behavior else {
      if settings.downscaleStabilization >= reach { most = min(most, high) }
      return
    }
    if high < sync.current, .seconds(behavior.scaleDown.stabilizationWindowSeconds) >= reach { most = min(most, high) }
    if low > sync.current, .seconds(behavior.scaleUp.stabilizationWindowSeconds) >= reach { least = max(least, low) }
  }
}

/// Which doubts about what the controller remembers are to be counted.
struct HistoryDoubts: Sendable, Hashable {
  /// Restarts of the controller and unseen changes, where they are possible.
  var restarts: Bool
  /// That an age near the edge of a window or period may be a little shorter than the whole sync periods in it.
  var edges: Bool
  /// That the controller was restarted wherever the rhythm of its writes shows a break.
  var breaksAreRestarts = false
  /// That a status was written in a sync which seems to have repeated the one before, and was lost on the way: what a
  /// line that is not there says is no proof of a fault.
  var losses = false

  /// Whatever may have been: what is outside of this is impossible.
  static let all = HistoryDoubts(restarts: true, edges: true, losses: true)
  /// No restart, and nothing done where nobody watched.
  static let undisturbed = HistoryDoubts(restarts: false, edges: true)
  /// Ages reckoned in whole sync periods, where the rhythm of the syncs shows how many there were.
  static let timed = HistoryDoubts(restarts: true, edges: false)
  /// Both: the history that everything speaks for.
  static let plain = HistoryDoubts(restarts: false, edges: false)
  /// As that, with a restart wherever the rhythm of the writes was seen to break.
  static let restarted = HistoryDoubts(restarts: false, edges: false, breaksAreRestarts: true)
}

/// How old a recommendation was at a later sync, and the last of those after it that came to the same without a trace.
private struct EntryAge {
  /// Of the recommendation of the sync itself.
  let own: (shortest: Duration, longest: Duration)
  /// Of the last repetition of it.
  let last: (shortest: Duration, longest: Duration)
  /// Whether the repetitions certainly took place.
  let repeatsAreCertain: Bool

  init(of index: Int, at: InstantBounds, own position: Int?, record: ScalingRecord, doubts: HistoryDoubts) {
    let slack = ScalingRecord.slack
    let written = record.syncs[index].at
    let period = record.settings.syncPeriod
    let next = index + 1 < record.syncs.count ? index + 1 : nil
    if !doubts.edges, let position, position > index, let next, let count = record.periods(from: index, to: position),
      let step = record.periods(from: index, to: next)
    {
      let repeats = max(step - 1, 0)
      let measured = record.syncs[position].at.latest - written.latest
      let passed = record.rhythm * repeats
      own = (max(measured - slack, period * count), measured + slack)
      last = (max(measured - passed - slack, period * (count - repeats)), measured - passed + slack)
      repeatsAreCertain = !record.isBlind(from: written.latest, to: record.syncs[next].at.latest)
    } else {
      // The last repetition comes one period before the next trace.
      let end = next.map { min(record.syncs[$0].at.latest, at.latest) } ?? at.latest
      let repeated = max(written.latest, end - period * 0.9)
      own = (at.earliest - written.latest - slack, at.latest - written.earliest + slack)
      last = (at.earliest - repeated - slack, own.longest)
      repeatsAreCertain = false
    }
  }

  func mayCount(_ window: Duration) -> Bool { last.shortest < window }
  func mustCount(_ window: Duration) -> Bool { own.longest < window }
  func lastMustCount(_ window: Duration) -> Bool { repeatsAreCertain && last.longest < window }
}

extension [ObservedSync] {
  /// The position of the first sync that is not certainly before an instant; `nil` when all are.
  fileprivate func position(of at: InstantBounds) -> Int? { firstIndex { $0.at.latest >= at.latest } }
}
