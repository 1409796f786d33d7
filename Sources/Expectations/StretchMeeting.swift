import RunTimeline
import Units

extension RunView.Stretch {
  /// Whether what holds from one moment to another does so at some instant that certainly belongs to the stretch. What
  /// begins inside of it did exist there, however short.
  func certainlyMeets(from: InstantBounds, to: InstantBounds?) -> Bool {
    let (begin, end) = (start.latest, self.end.earliest)
    if from.earliest >= begin, from.latest <= end { return true }
    guard begin < end else { return false }
    return max(from.latest, begin) < min(to?.earliest ?? end, end)
  }

  /// Whether it may do so at an instant that may belong to it.
  func possiblyMeets(from: InstantBounds, to: InstantBounds?) -> Bool {
    from.earliest <= end.latest && (to?.latest ?? .farFuture) >= start.earliest
  }
}
