import LoadFacts
package import RunTimeline
import Statistics

/// What the failed requests of a run have to do with what happened in its cluster.
///
/// For each kind of trigger the failures within its windows are held against the share of requests there: had they nothing to
/// do with each other, their number would be binomial. What is named as the cause explains more than half of the failures, also
/// corrected for the number of kinds (Holm), and no other kind explains them as well; where windows lie in each other, nothing
/// tells, and that is said. Failures come in bursts, which look less like chance than they are: so their rate there has to be
/// at least four times as high as elsewhere.
package struct Attribution: Sendable, Equatable {
  package struct Row: Sendable, Equatable {
    package let trigger: Trigger
    /// When it took place.
    package let moments: [InstantBounds]
    /// How many requests failed in the windows behind those moments.
    package let failed: Int
    /// The share of the requests that were due there.
    package let share: Double
    package let pValue: Double
    /// Among all kinds that took place.
    package let adjusted: Double
    /// Of the failures in the windows, the share that is more than elsewhere; `nil` where none is.
    package let fraction: Fraction?
    /// What became of the failures in the windows, the most frequent first, and how long half of them took at most.
    package let outcomes: [String]
    /// Wall time.
    package let median: Duration?
  }

  /// From 0 to 1, with the bounds of 95 % confidence.
  package struct Fraction: Sendable, Equatable {
    package let value: Double
    package let lower: Double
    package let upper: Double
  }

  package enum Cause: Sendable, Equatable {
    /// Nothing that happened explains the failures.
    case none
    case named(Trigger)
    /// Any of these may be it.
    case ambiguous([Trigger])
  }

  /// The chance of naming a cause where there is none.
  static let risk = 0.05

  package let failed: Int
  package let requests: Int
  /// For each kind that took place, those that explain the most first.
  package let rows: [Row]
  package let cause: Cause
  /// What to change; `nil` where no cause is named, or nothing tells what.
  package let advice: String?

  /// `nil` where nothing failed, or no cluster was watched.
  package init?(_ timeline: Timeline) {
    let load = AttributedLoad(timeline)
    guard load.failed > 0, !timeline.clusters.isEmpty else { return nil }
    let windows = TriggerWindows(timeline)
    (failed, requests) = (load.failed, load.requests)
    rows = Self.rows(load, windows, timeline)
    let left = Self.causes(among: rows, load, windows, timeline)
    cause = left.isEmpty ? .none : left.count == 1 ? .named(left[0]) : .ambiguous(left)
    if case .named(let trigger) = cause { advice = trigger.advice(in: timeline, load) } else { advice = nil }
  }

  private static func rows(_ load: AttributedLoad, _ windows: TriggerWindows, _ timeline: Timeline) -> [Row] {
    let whole = Stretches([load.extent])
    let kinds = Trigger.allCases.filter { !windows[$0].intersection(whole).isEmpty }
    let tests = kinds.map { AttributionTest(load, windows[$0], within: whole) }
    let adjusted = HolmCorrection.adjusted(tests.map { ($0.pValue, risk) })
    return kinds.indices.map { index in
      let (trigger, test) = (kinds[index], tests[index])
      let mark = FailureMark(
        timeline.failures.filter { windows[trigger].contains($0.due) }, timeScale: timeline.run.timeScale)
      return Row(
        trigger: trigger, moments: windows.moments[trigger] ?? [], failed: test.inside, share: test.share,
        pValue: test.pValue, adjusted: adjusted[index], fraction: test.fraction, outcomes: mark.outcomes,
        median: mark.median)
    }.sorted { ($0.adjusted, $1.failed) < ($1.adjusted, $0.failed) }
  }

  /// Those that explain most failures, and than which no other explains more.
  private static func causes(
    among rows: [Row], _ load: AttributedLoad, _ windows: TriggerWindows, _ timeline: Timeline
  ) -> [Trigger] {
    let candidates = rows.filter { $0.adjusted < risk && $0.explainsMost(of: load.failed) }.map(\.trigger)
    let rivalry = TriggerRivalry(load, windows, covering: Set(rows.filter { $0.covers(load.failed) }.map(\.trigger)))
    let unbeaten = candidates.filter { one in
      !candidates.contains { $0 != one && rivalry.explains($0, more: one) }
    }
    guard unbeaten.count > 1 else { return unbeaten }
    let plausible = unbeaten.filter { $0.isPlausible(for: rows, in: timeline) }
    return plausible.isEmpty ? unbeaten : plausible
  }

  /// What explains the failures: one kind of trigger, or several of which nothing tells which it is.
  package var causes: [Trigger] {
    switch cause {
    case .none: []
    case .named(let trigger): [trigger]
    case .ambiguous(let triggers): triggers
    }
  }

  package func row(of trigger: Trigger) -> Row? { rows.first { $0.trigger == trigger } }
}

extension Attribution.Row {
  /// Whether more than half of all failures are there, and at least four times as many as are to be expected anyway.
  fileprivate func explainsMost(of all: Int) -> Bool { failed * 2 > all && fraction?.lower ?? 0 >= 0.75 }

  /// Whether next to none are elsewhere.
  fileprivate func covers(_ all: Int) -> Bool { failed * 10 >= all * 9 }
}
