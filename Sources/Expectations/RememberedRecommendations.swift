import AutoscalerModel
import RunTimeline
import Units

/// What the controller remembered at an instant of its recommendations within one window: bounds of the highest and the
/// lowest, over all histories that the observation allows.
struct RememberedRecommendations: Sendable {
  /// The highest recommendation was at least this.
  private(set) var highestAtLeast = 0
  /// The highest recommendation was at most this; `nil` when that is not known.
  var highestAtMost: Int? { isPartlyUnknown ? nil : highestSeen }
  /// The lowest recommendation was at most this; `nil` when none certainly is in the window.
  private(set) var lowestAtMost: Int?
  /// The lowest recommendation was at least this.
  var lowestAtLeast: Int { isPartlyUnknown ? 0 : lowestSeen }
  /// The highest and the lowest of those that were seen and may count.
  private(set) var highestSeen = 0
  private(set) var lowestSeen = Int.max
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
      addPossible(found...found)
    }
    for (index, sync) in record.syncs.enumerated().reversed() where index != own && sync.at.latest < at.latest {
      let age = EntryAge(of: index, at: at, own: own, record: record, doubts: doubts)
      // All before this one are older still.
      guard age.mayCount(window) else { break }
      if doubts.restarts, record.mayHaveRestarted(before: index), age.own.shortest < window {
        // A new leader begins its list with the count that it found.
        addPossible(sync.current...sync.current)
      }
      // Neither failures nor corrections of a count out of bounds are remembered.
      if sync.failed || sync.isCorrection || sync.current == 0 { continue }
      guard let raw = [sync.remembered, sync.silent].compactMap({ $0 }).hull, let first = sync.remembered else {
        isPartlyUnknown = true
        continue
      }
      var found: ClosedRange<Int>?
      if doubts.restarts, record.mayHaveRestarted(from: sync.at.latest, to: at.latest) {
        // A restarted controller remembers the count that it found.
        found = record.history.wantedReplicas.extent(from: sync.at.earliest, to: at.earliest) ?? 0...Int.max
      }
      let certain = age.mustCount(window) ? first : age.lastMustCount(window) ? raw : nil
      addPossible([raw, found].compactMap { $0 }.hull ?? raw)
      if let certain { addCertain([certain, found].compactMap { $0 }.hull ?? certain, of: sync) }
    }
    let start = at.earliest - window - ScalingRecord.slack
    let isUnknown = record.syncs.first.map { start < $0.at.latest } ?? true
    if isUnknown || (doubts.restarts && record.isBlind(from: start, to: at.latest)) {
      isPartlyUnknown = true
    }
  }

  private mutating func addPossible(_ raw: ClosedRange<Int>) {
    highestSeen = max(highestSeen, raw.upperBound)
    lowestSeen = min(lowestSeen, raw.lowerBound)
  }

  private mutating func addCertain(_ raw: ClosedRange<Int>, of sync: ObservedSync) {
    if raw.lowerBound > highestAtLeast { (highestAtLeast, highestSync) = (raw.lowerBound, sync) }
    if lowestAtMost.map({ raw.upperBound <= $0 }) ?? true { (lowestAtMost, lowestSync) = (raw.upperBound, sync) }
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
    let sync = record.syncs[index]
    let period = record.settings.syncPeriod
    let next = index + 1 < record.syncs.count ? index + 1 : nil
    if !doubts.edges, let position, position > index, let next, let count = record.periods(from: index, to: position),
      let step = record.periods(from: index, to: next)
    {
      let repeats = max(step - 1, 0)
      let measured = record.syncs[position].at.latest - sync.at.latest
      let passed = record.rhythm * repeats
      own = (max(measured - slack, period * count), measured + slack)
      last = (max(measured - passed - slack, period * (count - repeats)), measured - passed + slack)
      repeatsAreCertain = !record.isBlind(from: sync.at.latest, to: record.syncs[next].at.latest)
    } else {
      // The last repetition comes one period before the next trace.
      let end = next.map { min(record.syncs[$0].at.latest, at.latest) } ?? at.latest
      let repeated = max(sync.at.latest, end - period * 0.9)
      own = (at.earliest - sync.at.latest - slack, at.latest - sync.at.earliest + slack)
      last = (at.earliest - repeated - slack, own.longest)
      repeatsAreCertain = false
    }
  }

  func mayCount(_ window: Duration) -> Bool { last.shortest < window }
  func mustCount(_ window: Duration) -> Bool { own.longest < window }
  func lastMustCount(_ window: Duration) -> Bool { repeatsAreCertain && last.longest < window }
}
