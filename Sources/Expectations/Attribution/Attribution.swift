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
  /// What to change; `nil` where no cause is named.
  package let advice: String?

  /// `nil` where nothing failed, or no cluster was watched.
  package init?(_ timeline: Timeline) {
    let load = AttributedLoad(timeline)
    guard load.failed > 0, !timeline.clusters.isEmpty else { return nil }
    let windows = TriggerWindows(timeline)
    let whole = Stretches([load.extent])
    let kinds = Trigger.allCases.filter { windows.stretches[$0].map { !$0.intersection(whole).isEmpty } ?? false }
    let tests = kinds.map { AttributionTest(load, windows.stretches[$0] ?? Stretches([]), within: whole) }
    let adjusted = HolmCorrection.adjusted(tests.map { ($0.pValue, Self.risk) })
    (failed, requests) = (load.failed, load.requests)
    let rows = kinds.indices.map { index in
      let trigger = kinds[index]
      let stretches = windows.stretches[trigger] ?? Stretches([])
      let mark = FailureMark(
        timeline.failures.filter { stretches.contains($0.due) }, timeScale: timeline.run.timeScale)
      return Row(
        trigger: trigger, moments: windows.moments[trigger] ?? [], failed: tests[index].inside,
        share: tests[index].share, pValue: tests[index].pValue, adjusted: adjusted[index],
        fraction: tests[index].fraction, outcomes: mark.outcomes, median: mark.median)
    }.sorted { ($0.adjusted, $1.failed) < ($1.adjusted, $0.failed) }
    let candidates = rows.filter { $0.adjusted < Self.risk && $0.explainsMost(of: load.failed) }.map(\.trigger)
    let rivalry = TriggerRivalry(load, windows, covering: Set(rows.filter { $0.covers(load.failed) }.map(\.trigger)))
    let unbeaten = candidates.filter { one in
      !candidates.contains { $0 != one && rivalry.explains($0, more: one) }
    }
    let plausible = unbeaten.count > 1 ? unbeaten.filter { $0.isPlausible(for: rows, in: timeline) } : unbeaten
    self.rows = rows
    let left = plausible.isEmpty ? unbeaten : plausible
    cause = left.isEmpty ? .none : left.count == 1 ? .named(left[0]) : .ambiguous(left)
    if case .named(let trigger) = cause { advice = trigger.advice(in: timeline) } else { advice = nil }
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

/// Whether failures gather in some stretches of a part of the run.
struct AttributionTest {
  let inside: Int
  /// Of the part's requests, the share that was due there.
  let share: Double
  let pValue: Double
  let fraction: Attribution.Fraction?

  init(_ load: AttributedLoad, _ stretches: Stretches, within part: Stretches) {
    let all = load.count(in: part)
    let some = load.count(in: stretches.intersection(part))
    inside = min(some.failed, all.failed)
    share = all.requests > 0 ? min(some.requests / all.requests, 1) : 0
    guard all.failed > 0, share > 0, share < 1 else {
      (pValue, fraction) = (1, nil)
      return
    }
    pValue = ProportionTest.pValue(failures: inside, of: all.failed, allowed: share, complement: 1 - share)
    let bounds = ProportionInterval.clopperPearson(
      failures: inside, of: all.failed, confidence: 1 - Attribution.risk)
    // Of two Poisson rates the one is a binomial share of both together.
    let odds = share / (1 - share)
    func excess(_ part: Double) -> Double { part > 0 ? min(max(1 - (1 - part) / part * odds, 0), 1) : 0 }
    let value = excess(Double(inside) / Double(all.failed))
    self.fraction =
      value > 0 ? Attribution.Fraction(value: value, lower: excess(bounds.lower), upper: excess(bounds.upper)) : nil
  }
}

/// Which of two kinds of triggers explains what the other does not.
private struct TriggerRivalry {
  private let load: AttributedLoad
  private let windows: TriggerWindows
  /// Those that leave no failures for others.
  private let covering: Set<Trigger>

  init(_ load: AttributedLoad, _ windows: TriggerWindows, covering: Set<Trigger>) {
    (self.load, self.windows, self.covering) = (load, windows, covering)
  }

  /// Whether failures gather where the one is, be the other there or not, and not the other way about; or the one leaves none
  /// for the other, and the other does.
  func explains(_ one: Trigger, more other: Trigger) -> Bool {
    guard isSeen(one, beside: other) else { return false }
    return !isSeen(other, beside: one) || covering.contains(one) && !covering.contains(other)
  }

  private func isSeen(_ one: Trigger, beside other: Trigger) -> Bool {
    guard let own = windows.stretches[one], let others = windows.stretches[other] else { return false }
    let inside = AttributionTest(load, own, within: others)
    let outside = AttributionTest(load, own, within: others.complement(in: load.extent))
    return min(inside.pValue, outside.pValue) * 2 < Attribution.risk
  }
}

/// How failures looked.
private struct FailureMark {
  let outcomes: [String]
  let median: Duration?

  init(_ failures: [FailedRequest], timeScale: Double) {
    var counts: [String: Int] = [:]
    for failure in failures where !OutcomeLabel.isUntold(failure.outcome) { counts[failure.outcome, default: 0] += 1 }
    outcomes = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
    let lengths = failures.map { $0.completed - $0.due }.sorted()
    median = lengths.isEmpty ? nil : lengths[(lengths.count - 1) / 2] / timeScale
  }
}
