import RunTimeline
import Units

/// Something that may have set the count of replicas: a sync, or a change by somebody else.
struct CorridorMark: Sendable {
  enum Cause: Sendable, Equatable {
    /// The count that was found when the recording began, or when watching began again. It is taken as it is.
    case found
    /// A sync that wrote a status, by its position in the record.
    case sync(Int)
    /// A sync that came to the same as that one, and wrote nothing.
    case silentSync(Int)
    /// A change of the count that no status of the autoscaler tells of, by its position in the record.
    case change(Int)
  }

  let cause: Cause
  /// When it took effect.
  let effect: InstantBounds
  /// To which counts it may have led.
  let range: ClosedRange<Int>
  /// The arithmetic of a sync: one for each version of the spec that may have been in force.
  var outcomes: [PossibleOutcome] = []
  /// The place among the syncs, which follow one another.
  var syncOrder: Int?
  /// The place among the changes that were seen, which follow one another.
  var changeOrder: Int?
  /// From when on something later certainly has taken its place.
  var until = Duration.farFuture

  /// Whether this certainly came after another.
  func isAfter(_ other: CorridorMark) -> Bool {
    if let own = syncOrder, let others = other.syncOrder { return own > others }
    if let own = changeOrder, let others = other.changeOrder { return own > others }
    return effect.earliest >= other.effect.latest
  }
}
