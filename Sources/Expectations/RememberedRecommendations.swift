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

  /// - Parameters:
  ///   - window: a recommendation younger than this counts; one exactly as old may count or not.
  ///   - own: the position of the sync that remembers.
  init(window: Duration, at: InstantBounds, before own: Int?, record: ScalingRecord, doubts: HistoryDoubts) {
    guard window > .zero else { return }
    if let own, doubts.restarts, record.mayHaveRestarted(before: own) {
      // The first sync under a new leader begins the list with the count that it finds.
      let found = record.syncs[own].change?.from ?? record.syncs[own].current
      addPossible(CountSet(found))
    }
    let position = own ?? record.syncs.position(of: at)
    for index in record.syncs.indices.reversed() where index != own && record.syncs[index].at.latest < at.latest {
      let age = EntryAge(of: index, at: at, own: own, record: record, doubts: doubts)
      // All before this one are older still.
      guard age.mayCount(window) else { break }
      let sync = record.syncs[index]
      if doubts.restarts, record.mayHaveRestarted(before: index), age.own.shortest < window {
        // A new leader begins its list with the count that it found.
        addPossible(CountSet(sync.current))
      }
      // Neither failures nor corrections of a count out of bounds are remembered.
      if sync.failed || sync.isCorrection || sync.current == 0 { continue }
      let (remembered, repeated) = sync.recommendations(before: position)
      guard let first = remembered else {
        isPartlyUnknown = true
        continue
      }
      let raw = first.union(repeated ?? .none)
      var found = CountSet.none
      if doubts.restarts, record.mayHaveRestarted(from: sync.at.latest, to: at.latest) {
        // A restarted controller remembers the count that it found.
        let wanted = record.history.wantedReplicas.extent(from: sync.at.earliest, to: at.earliest)
        found = CountSet(wanted ?? 0...Self.most)
      }
      let certain = age.mustCount(window) ? first : age.lastMustCount(window) ? raw : nil
      addPossible(raw.union(found))
      if let certain { addCertain(certain.union(found), of: sync) }
    }
    let start = at.earliest - window - ScalingRecord.slack
    let isUnknown = record.syncs.first.map { start < $0.at.latest } ?? true
    if isUnknown || (doubts.restarts && record.isBlind(from: start, to: at.latest)) {
      isPartlyUnknown = true
    }
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
      ? known.union(CountSet(highestAtLeast...max(highestAtLeast, Self.most))) : known
  }

  /// The lowest that it may have remembered; very many of none.
  func lowest(knownOnly: Bool) -> CountSet {
    let most = lowestAtMost ?? Self.most
    let known = CountSet(most).union(seen.upTo(most))
    return isPartlyUnknown && !knownOnly ? known.union(CountSet(0...max(most, 0))) : known
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

/// Which doubts about what the controller remembers are to be counted.
struct HistoryDoubts: Sendable, Hashable {
  /// Restarts of the controller and unseen changes, where they are possible.
  var restarts: Bool
  /// That an age near the edge of a window or period may be a little shorter than the whole sync periods in it.
  var edges: Bool

  /// Whatever may have been: what is outside of this is impossible.
  static let all = HistoryDoubts(restarts: true, edges: true)
  /// No restart, and nothing done where nobody watched.
  static let undisturbed = HistoryDoubts(restarts: false, edges: true)
  /// Ages reckoned in whole sync periods, where the rhythm of the syncs shows how many there were.
  static let timed = HistoryDoubts(restarts: true, edges: false)
  /// Both: the history that everything speaks for.
  static let plain = HistoryDoubts(restarts: false, edges: false)
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
