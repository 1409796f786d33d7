package import RunTimeline
import Units

/// The counts of replicas that the autoscaler's spec allows over a run, given what its metrics said: a band around the
/// observed count.
///
///     replicas
///        8 |        ┌──────────────────┐         high
///        7 |      ┌─┴──────────────────┼──┐
///          |      │                    └──┼───   low
///        3 |──────┴──┘                    └───
///          └──────┬──┬─────────────────┬──┬──▶ run time
///          a sync may have come as early as here, and as late as there
///
/// Each sync is worked out anew from the count that it found, so that the band says what a conforming controller may
/// have made of the situation, and not where a run without the observed steps would have ended. A count outside of the
/// band is one that no conforming controller can have left there.
///
/// The band is as wide as what is unknown: when syncs that left no trace took place, what the controller remembered from
/// before the recording, which pods counted, and whether the controller was restarted and forgot.
package struct ReplicaCorridor: Sendable {
  /// From `at` on, up to the next step or gap, the counts from `low` to `high` are allowed.
  package struct Step: Sendable, Equatable {
    package let at: Duration
    package let low: Int
    package let high: Int

    package init(at: Duration, low: Int, high: Int) {
      self.at = at
      self.low = low
      self.high = high
    }
  }

  /// In order of time; a step ends where the next step or a gap begins.
  package let steps: [Step]
  /// Where nothing can be said: before the first sight of the workload, and while nobody watched.
  package let gaps: [InstantBounds]
  /// Until when the last step holds.
  package let end: Duration

  /// The counts that some history allows: also one in which the controller was restarted wherever that is possible.
  let possible: CountEnvelope
  /// The counts that are allowed if the controller was never restarted, and did nothing where nobody watched.
  let likely: CountEnvelope
  /// What the counts of ``possible`` come from.
  let marks: [CorridorMark]

  init(_ record: ScalingRecord) {
    guard record.misdirection == nil else {
      (marks, likely, possible, end, steps) = ([], .unknown, .unknown, .zero, [])
      gaps = [InstantBounds(.zero, record.timeline.lastInstant)]
      return
    }
    let wide = CorridorBuilder(record: record, doubts: .all)
    let narrow = CorridorBuilder(record: record, doubts: .undisturbed)
    marks = wide.marks
    likely = narrow.envelope
    possible = wide.envelope.combined(with: narrow.envelope) {
      min($0.lowerBound, $1.lowerBound)...max($0.upperBound, $1.upperBound)
    }
    end = possible.end
    steps = possible.segments.compactMap { segment in
      segment.range.map { Step(at: segment.start, low: $0.lowerBound, high: $0.upperBound) }
    }
    gaps = possible.pieces(from: .zero, to: record.timeline.lastInstant).filter { $0.range == nil }
      .map { InstantBounds($0.from, $0.to) }
  }

  /// What set the bounds at an instant.
  func causes(at instant: Duration) -> [CorridorMark] {
    marks.filter { $0.effect.earliest <= instant && instant < $0.until }
  }
}
