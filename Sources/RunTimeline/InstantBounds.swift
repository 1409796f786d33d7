import Units

/// What is known of the moment at which something happened: not before `earliest`, not after `latest`.
///
/// An observation has two local timestamps, and a change seen between two observations lies between them. All
/// instants are run time: the time since the run began.
package struct InstantBounds: Sendable, Hashable, CustomStringConvertible {
  package let earliest: Duration
  package let latest: Duration

  /// The bounds in the right order, however they are given.
  package init(_ one: Duration, _ other: Duration) {
    earliest = min(one, other)
    latest = max(one, other)
  }

  /// An instant that is known exactly, such as one of our own actions.
  package init(exactly instant: Duration) {
    earliest = instant
    latest = instant
  }

  /// How much is unknown.
  package var width: Duration { latest - earliest }

  /// The instants that both bounds allow; `nil` when they contradict each other, as two skewed clocks may.
  package func intersection(_ other: InstantBounds) -> InstantBounds? {
    let earliest = max(earliest, other.earliest)
    let latest = min(latest, other.latest)
    return earliest <= latest ? InstantBounds(earliest, latest) : nil
  }

  /// Whether there is an instant that both allow.
  package func meets(_ other: InstantBounds) -> Bool { latest >= other.earliest && earliest <= other.latest }

  /// The length of time from another instant to this one: the shortest and the longest that the bounds allow.
  ///
  /// Negative lengths are kept, since they show that clocks or bounds disagree.
  package func elapsed(since start: InstantBounds) -> (shortest: Duration, longest: Duration) {
    (earliest - start.latest, latest - start.earliest)
  }

  package static func + (bounds: InstantBounds, length: Duration) -> InstantBounds {
    InstantBounds(bounds.earliest + length, bounds.latest + length)
  }

  package var description: String {
    earliest == latest ? earliest.text : "\(earliest.text) … \(latest.text)"
  }
}
