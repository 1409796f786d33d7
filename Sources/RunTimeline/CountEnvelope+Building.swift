extension CountEnvelope {
  /// A value that replaced the one before within `at`.
  package struct Change: Sendable, Equatable {
    package let at: InstantBounds
    package let value: Int

    package init(at: InstantBounds, value: Int) {
      self.at = at
      self.value = value
    }
  }

  /// The envelope of a count whose changes are known one after another, as a watch gives them.
  ///
  /// - Parameters:
  ///   - initial: the value at `start`.
  ///   - changes: in the order in which they happened.
  ///   - gaps: stretches in which changes may have been missed; nothing is known there.
  ///   - end: until when the last value was seen to hold.
  package init(
    initial: Int, start: Duration, changes: [Change], gaps: [InstantBounds] = [], end: Duration
  ) {
    var earliest = [start]
    var latest = [start]
    let values = [initial] + changes.map(\.value)
    for change in changes {
      // Changes come in order, so that none can be earlier than the one before it.
      earliest.append(max(change.at.earliest, earliest[earliest.count - 1]))
      latest.append(max(change.at.latest, latest[latest.count - 1]))
    }
    let instants = Set(earliest + latest + gaps.flatMap { [$0.earliest, $0.latest] }).filter { $0 >= start }.sorted()
    var current = 0
    let segments = instants.map { instant -> Segment in
      while current + 1 < values.count, latest[current + 1] <= instant { current += 1 }
      if gaps.contains(where: { $0.earliest <= instant && instant < $0.latest }) {
        return Segment(start: instant, range: nil)
      }
      var range = values[current]...values[current]
      var next = current + 1
      while next < values.count, earliest[next] <= instant {
        range = min(range.lowerBound, values[next])...max(range.upperBound, values[next])
        next += 1
      }
      return Segment(start: instant, range: range)
    }
    self.init(segments: segments, end: end)
  }

  /// One thing that counts as one from some moment to another, as a pod counts while it is ready.
  package struct Presence: Sendable, Equatable {
    package let from: InstantBounds
    /// `nil` while it still counts at the end of the run.
    package let to: InstantBounds?

    package init(from: InstantBounds, to: InstantBounds?) {
      self.from = from
      self.to = to
    }
  }

  /// The envelope of how many presences there were at each instant.
  package init(presences: [Presence], start: Duration, gaps: [InstantBounds] = [], end: Duration) {
    var instants: Set<Duration> = [start]
    for presence in presences {
      instants.formUnion([presence.from.earliest, presence.from.latest])
      if let to = presence.to { instants.formUnion([to.earliest, to.latest]) }
    }
    for gap in gaps { instants.formUnion([gap.earliest, gap.latest]) }
    let segments = instants.filter { $0 >= start && $0 <= end }.sorted().map { instant -> Segment in
      if gaps.contains(where: { $0.earliest <= instant && instant < $0.latest }) {
        return Segment(start: instant, range: nil)
      }
      var certain = 0
      var possible = 0
      for presence in presences {
        if presence.from.latest <= instant, presence.to.map({ instant < $0.earliest }) ?? true { certain += 1 }
        if presence.from.earliest <= instant, presence.to.map({ instant < $0.latest }) ?? true { possible += 1 }
      }
      return Segment(start: instant, range: certain...max(certain, possible))
    }
    self.init(segments: segments, end: end)
  }
}
