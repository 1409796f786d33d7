import Units

/// What was seen of a count, apart from what its ranges make of it.
extension CountEnvelope {
  /// A value that was seen: the count certainly had it from some instant of `from` on, however short.
  package struct Stay: Sendable, Equatable {
    package let value: Int
    /// When the count took the value.
    package let from: InstantBounds
    /// When it gave it up, as far as is known; `nil` of a value that held to the end.
    package let to: InstantBounds?

    package init(value: Int, from: InstantBounds, to: InstantBounds?) {
      self.value = value
      self.from = from
      self.to = to
    }

    /// Whether the count may have had the value at or after an instant.
    package func mayLast(after instant: Duration) -> Bool {
      from.latest >= instant || to.map { $0.latest > instant } ?? true
    }

    /// Whether it certainly had it at or after an instant.
    func mustLast(after instant: Duration) -> Bool {
      from.earliest >= instant || to.map { $0.earliest > instant } ?? true
    }
  }

  /// A fall or a rise of a count.
  package struct Step: Sendable, Equatable {
    package let at: InstantBounds
    package let isFall: Bool
    /// Whether it certainly took place, and not only may have.
    package let isCertain: Bool
    /// The values before and after it; `nil` of a count that is a sum.
    package let values: Values?
    /// What was counted ended with the object that bore the count.
    package let isDeletion: Bool
    /// What was counted began with an object that was made anew.
    package let isReturn: Bool

    package struct Values: Sendable, Equatable {
      package let from: Int
      package let to: Int
    }

    init(
      at: InstantBounds, isFall: Bool, isCertain: Bool, values: Values? = nil, isDeletion: Bool = false,
      isReturn: Bool = false
    ) {
      self.at = at
      self.isFall = isFall
      self.isCertain = isCertain
      self.values = values
      self.isDeletion = isDeletion
      self.isReturn = isReturn
    }
  }

  /// The values of a count that were seen one after another, with the bounds of each.
  ///
  /// - Parameters:
  ///   - changes: in order; those of neither bound lie before those of the one before.
  ///   - gaps: a value may have been given up as soon as a gap begins.
  static func stays(_ changes: [Change], gaps: [InstantBounds]) -> [Stay] {
    changes.indices.map { index in
      let from = changes[index].at
      let next = index + 1 < changes.count ? changes[index + 1].at : nil
      // A gap in which the value came, and which ended when it was there, does not concern how long it stayed.
      let lost = gaps.filter {
        $0.latest > from.earliest && !($0.earliest <= from.earliest && $0.latest <= from.latest)
          && $0.earliest < next?.latest ?? .farFuture
      }.map { max($0.earliest, from.earliest) }.min()
      guard next != nil || lost != nil else { return Stay(value: changes[index].value, from: from, to: nil) }
      let latest = next?.latest ?? .farFuture
      let earliest = min(next?.earliest ?? latest, lost ?? latest)
      return Stay(value: changes[index].value, from: from, to: InstantBounds(earliest, latest))
    }
  }

  /// The steps from each value that was seen to the next.
  static func steps(_ stays: [Stay], _ changes: [Change]) -> [Step] {
    zip(stays, stays.dropFirst()).enumerated().map { index, pair in
      let (before, after) = pair
      let earliest = min(before.to?.earliest ?? after.from.earliest, after.from.earliest)
      return Step(
        at: InstantBounds(earliest, after.from.latest), isFall: after.value < before.value, isCertain: true,
        values: Step.Values(from: before.value, to: after.value), isDeletion: changes[index + 1].isDeletion,
        isReturn: changes[index].isDeletion)
    }.sorted { $0.at.earliest < $1.at.earliest }
  }
}

extension CountEnvelope.Presence {
  /// What the presence adds to a count as it begins, and takes from it as it ends.
  var steps: [CountEnvelope.Step] {
    let rise = CountEnvelope.Step(at: from, isFall: false, isCertain: beginIsSeen)
    guard let to else { return [rise] }
    return [rise, CountEnvelope.Step(at: to, isFall: true, isCertain: endIsSeen)]
  }
}
