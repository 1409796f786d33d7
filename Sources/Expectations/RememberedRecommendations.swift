import AutoscalerModel
import RunTimeline
import Units

/// What the controller remembered at an instant of its recommendations within one window: bounds of the highest and the
/// lowest, over all histories that the observation allows.
struct RememberedRecommendations: Sendable {
  /// The highest recommendation was at least this.
  var highestAtLeast = 0
  /// The highest recommendation was at most this; `nil` when that is not known.
  var highestAtMost: Int? = 0
  /// The lowest recommendation was at most this; `nil` when none certainly is in the window.
  var lowestAtMost: Int?
  /// The lowest recommendation was at least this.
  var lowestAtLeast = Int.max
  /// The sync that ``highestAtLeast`` comes from.
  var highestSync: ObservedSync?
  /// The sync that ``lowestAtMost`` comes from.
  var lowestSync: ObservedSync?

  /// - Parameter window: a recommendation younger than this counts; one exactly as old may count or not.
  init(window: Duration, at: InstantBounds, before own: Int?, record: ScalingRecord, leniently: Bool) {
    let slack = ScalingRecord.slack
    guard window > .zero else { return }
    for (index, sync) in record.syncs.enumerated() where index != own && sync.at.latest < at.latest {
      if sync.failed { continue }
      let next = index + 1 < record.syncs.count ? record.syncs[index + 1].at : at
      // Syncs whose outcome was the same left no trace, the last of them one period before the next trace.
      let last = max(sync.at.latest, min(next.latest, at.latest) - record.settings.syncPeriod * 0.9)
      guard at.earliest - last < window + slack else { continue }
      guard let raw = sync.raw else {
        highestAtMost = nil
        lowestAtLeast = 0
        continue
      }
      var (low, high) = (raw.lowerBound, raw.upperBound)
      if leniently, record.mayHaveRestarted(from: sync.at.latest, to: at.latest) {
        // A restarted controller remembers the count that it found.
        let found = record.history.wantedReplicas.extent(from: sync.at.earliest, to: at.earliest) ?? 0...Int.max
        (low, high) = (min(low, found.lowerBound), max(high, found.upperBound))
      }
      highestAtMost = highestAtMost.map { max($0, high) }
      lowestAtLeast = min(lowestAtLeast, low)
      guard at.latest - sync.at.earliest + slack < window else { continue }
      if low >= highestAtLeast { (highestAtLeast, highestSync) = (low, sync) }
      if lowestAtMost.map({ high < $0 }) ?? true { (lowestAtMost, lowestSync) = (high, sync) }
    }
    let start = at.earliest - window - slack
    let isUnknown = record.syncs.first.map { start < $0.at.latest } ?? true
    if isUnknown || (leniently && record.isBlind(from: start, to: at.latest)) {
      highestAtMost = nil
      lowestAtLeast = 0
    }
  }
}
