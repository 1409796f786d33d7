import Units

extension CountEnvelope {
  /// A value that replaced the one before within `at`.
  package struct Change: Sendable, Equatable {
    package let at: InstantBounds
    package let value: Int
    /// The object that bore the count was deleted.
    package let isDeletion: Bool

    package init(at: InstantBounds, value: Int, isDeletion: Bool = false) {
      self.at = at
      self.value = value
      self.isDeletion = isDeletion
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
    let edges = gaps.flatMap { [$0.earliest, $0.latest] }
    let instants = Set(earliest + latest + edges).filter { $0 >= start && $0 <= max(end, start) }.sorted()
    let unknown = Stretches(gaps)
    var current = 0
    let segments = instants.map { instant -> Segment in
      while current + 1 < values.count, latest[current + 1] <= instant { current += 1 }
      if unknown.contains(instant) { return Segment(start: instant, range: nil) }
      var range = values[current]...values[current]
      var next = current + 1
      while next < values.count, earliest[next] <= instant {
        range = min(range.lowerBound, values[next])...max(range.upperBound, values[next])
        next += 1
      }
      return Segment(start: instant, range: range)
    }
    let ordered = values.indices.map { index in
      Change(
        at: InstantBounds(earliest[index], latest[index]), value: values[index],
        isDeletion: index > 0 && changes[index - 1].isDeletion)
    }
    let stays = Self.stays(ordered, gaps: gaps)
    self.init(segments: segments, end: end, stays: stays, steps: Self.steps(stays, ordered))
  }

  /// One thing that counts as one from some moment to another, as a pod counts while it is ready.
  package struct Presence: Sendable, Equatable {
    package let from: InstantBounds
    /// `nil` while it still counts at the end of the run.
    package let to: InstantBounds?
    /// Whether it certainly began to count within `from`; it may also have counted before, or not at all.
    package let beginIsSeen: Bool
    /// Whether it certainly ceased to count within `to`; it may also have gone on, or not have counted at all.
    package let endIsSeen: Bool

    package init(from: InstantBounds, to: InstantBounds?, beginIsSeen: Bool = true, endIsSeen: Bool = true) {
      self.from = from
      self.to = to
      self.beginIsSeen = beginIsSeen
      self.endIsSeen = endIsSeen
    }

    /// What may count over a stretch, at any part of it or not at all.
    package static func possible(over stretch: InstantBounds) -> Presence {
      Presence(from: stretch, to: stretch, beginIsSeen: false, endIsSeen: false)
    }

    /// The presence less a time in which it did not count.
    func interrupted(by leave: PodLifeline.Leave) -> [Presence] {
      let end = to ?? InstantBounds(exactly: .farFuture)
      guard leave.left.earliest < end.latest, leave.back.latest > from.earliest else { return [self] }
      var parts: [Presence] = []
      if from.earliest < leave.left.latest {
        let until = InstantBounds(min(leave.left.earliest, end.earliest), min(leave.left.latest, end.latest))
        parts.append(Presence(from: from, to: until, beginIsSeen: beginIsSeen, endIsSeen: endIsSeen))
      }
      if leave.back.earliest < end.latest {
        let again = InstantBounds(max(leave.back.earliest, from.earliest), max(leave.back.latest, from.latest))
        parts.append(Presence(from: again, to: to, beginIsSeen: beginIsSeen, endIsSeen: endIsSeen))
      }
      return parts
    }

    /// The presence with nothing certain in a stretch in which it could not be seen.
    func unseen(over gap: InstantBounds) -> [Presence] {
      let end = to?.latest ?? .farFuture
      guard gap.earliest < end, gap.latest > from.earliest else { return [self] }
      // It may have ended before the gap began: nothing is certain in the gap then anyhow.
      if let to, to.earliest <= gap.earliest { return [self] }
      let hidden = InstantBounds(gap.earliest, min(gap.latest, end))
      let before: Presence =
        from.earliest < gap.earliest
        ? Presence(from: from, to: hidden, beginIsSeen: beginIsSeen, endIsSeen: false)
        : .possible(over: InstantBounds(from.earliest, hidden.latest))
      guard gap.latest < end else { return [before] }
      return [
        before,
        Presence(from: InstantBounds(exactly: gap.latest), to: to, beginIsSeen: false, endIsSeen: endIsSeen),
      ]
    }
  }

  /// The envelope of how many presences there were at each instant.
  package init(presences: [Presence], start: Duration, gaps: [InstantBounds] = [], end: Duration) {
    // Each presence adds to the certain count over [from.latest, to.earliest) and to the possible one over
    // [from.earliest, to.latest).
    var steps: [Duration: (certain: Int, possible: Int)] = [start: (0, 0)]
    for presence in presences {
      steps[presence.from.earliest, default: (0, 0)].possible += 1
      if let to = presence.to { steps[max(to.latest, presence.from.earliest), default: (0, 0)].possible -= 1 }
      guard presence.to.map({ presence.from.latest < $0.earliest }) ?? true else { continue }
      steps[presence.from.latest, default: (0, 0)].certain += 1
      if let to = presence.to { steps[to.earliest, default: (0, 0)].certain -= 1 }
    }
    for gap in gaps {
      for edge in [gap.earliest, gap.latest] { steps[edge, default: (0, 0)].possible += 0 }
    }
    let unknown = Stretches(gaps)
    var certain = 0
    var possible = 0
    var segments: [Segment] = []
    for (instant, step) in steps.sorted(by: { $0.key < $1.key }) {
      certain += step.certain
      possible += step.possible
      guard instant >= start, instant <= max(end, start) else { continue }
      segments.append(
        Segment(start: instant, range: unknown.contains(instant) ? nil : certain...max(certain, possible)))
    }
    let moves = presences.flatMap(\.steps).filter { $0.at.latest >= start }
    self.init(segments: segments, end: end, steps: moves.sorted { $0.at.earliest < $1.at.earliest })
  }
}

/// Stretches of time, asked about in rising order of instants or any other.
private struct Stretches {
  /// Without overlaps, in order.
  private var stretches: [InstantBounds] = []

  init(_ gaps: [InstantBounds]) {
    for gap in gaps.sorted(by: { $0.earliest < $1.earliest }) {
      if let last = stretches.last, gap.earliest <= last.latest {
        stretches[stretches.count - 1] = InstantBounds(last.earliest, max(last.latest, gap.latest))
      } else {
        stretches.append(gap)
      }
    }
  }

  /// Whether an instant lies in a stretch, whose end does not belong to it.
  func contains(_ instant: Duration) -> Bool {
    var low = 0
    var high = stretches.count
    while low < high {
      let middle = (low + high) / 2
      if stretches[middle].earliest <= instant { low = middle + 1 } else { high = middle }
    }
    return low > 0 && instant < stretches[low - 1].latest
  }
}
