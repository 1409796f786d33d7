import LoadFacts
package import RunTimeline
import Statistics

/// What the failed requests of a run have to do with what happened in its cluster.
///
/// For each kind of trigger the failures within its windows are held against the share of requests there: had they nothing to
/// do with each other, their number would be binomial. Only those count that can be its doing, by how they ended and by who
/// answered them. What is named as the cause explains more than half of the failures, also corrected for the number of kinds
/// (Holm), nothing contradicts it, and no other kind explains them as well; where windows lie in each other, nothing tells, and
/// that is said. Failures come in bursts, which look less like chance than they are: so their rate there has to be at least four
/// times as high as elsewhere.
package struct Attribution: Sendable, Equatable {
  package struct Row: Sendable, Equatable {
    package let trigger: Trigger
    /// Which one it is, where that is known: `version v2`.
    package let subject: String?
    /// When it took place.
    package let moments: [InstantBounds]
    /// How many requests failed in the windows behind those moments that may have failed for it.
    package let failed: Int
    /// The share of the requests that were due there, or of those that the version answered.
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
    /// What shows that it is not the cause though it would explain the failures; `nil` where nothing does.
    package let contradiction: TriggerContradiction?

    package var title: String { subject ?? trigger.title }
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
  /// Who answered the failed requests; `nil` where not all of those that were kept name a pod.
  let answerers: AnsweringPods?

  /// `nil` where nothing failed, or no cluster was watched.
  package init?(_ timeline: Timeline) {
    let load = AttributedLoad(timeline)
    guard load.failed > 0, !timeline.clusters.isEmpty else { return nil }
    let reach = TriggerReach(windows: TriggerWindows(timeline), pods: ServingPods(timeline))
    let version = VersionContrast.strongest(load, reach.pods)
    (failed, requests) = (load.failed, load.requests)
    answerers = AnsweringPods(load, reach.pods)
    rows = AttributionRows(load, reach, version, timeScale: timeline.run.timeScale).all
    let left = Self.causes(among: rows, load, reach, version, timeline)
    cause = left.isEmpty ? .none : left.count == 1 ? .named(left[0]) : .ambiguous(left)
    if case .named(let trigger) = cause { advice = trigger.advice(in: timeline, load, version) } else { advice = nil }
  }

  /// Those that explain most failures, and than which no other explains more.
  private static func causes(
    among rows: [Row], _ load: AttributedLoad, _ reach: TriggerReach, _ version: VersionContrast?, _ timeline: Timeline
  ) -> [Trigger] {
    let gathering = rows.filter { $0.isCandidate(for: load.failed) }
    let candidates = gathering.filter { $0.contradiction == nil }.map(\.trigger)
    let inTime = candidates.filter { $0 != .version }
    let rivalry = TriggerRivalry(load, reach, covering: Set(rows.filter { $0.covers(load.failed) }.map(\.trigger)))
    let unbeaten = inTime.filter { one in !inTime.contains { $0 != one && rivalry.explains($0, more: one) } }
    if let version, candidates.contains(.version) { return causes(among: unbeaten, beside: version, load, reach) }
    // Whose containers end is not ready, which tells as much, and also of those who have more to do for it.
    let left = unbeaten.contains(.underCapacity) ? unbeaten.filter { $0 != .crash } : unbeaten
    // What else took place just then speaks against what is hardly possible, be it the cause or not.
    guard gathering.count > 1 else { return left }
    let plausible = left.filter { $0.isPlausible(for: rows, in: timeline) }
    return plausible.isEmpty && left.count > 1 ? left : plausible
  }

  /// What happens to all versions at the same time does not explain why one fails alone; what befalls single pods may.
  private static func causes(
    among others: [Trigger], beside version: VersionContrast, _ load: AttributedLoad, _ reach: TriggerReach
  ) -> [Trigger] {
    var left: [Trigger] = [.version]
    for trigger in others where reach.windows.isOfPods(trigger) {
      let rivalry = VersionRivalry(trigger, version, load, reach)
      switch rivalry.isVersionAlone {
      case true?: continue
      case false? where rivalry.isTriggerAlone: return [trigger]
      default: left.append(trigger)
      }
    }
    // Where few pods are left, those of one version may have to answer for all.
    return others.contains(.underCapacity) ? left + [.underCapacity] : left
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
  /// Whether it would explain the failures: more than half of all are there, at least four times as many as are to be expected
  /// anyway, and not by chance.
  func isCandidate(for all: Int) -> Bool {
    // Versions are compared at the same time, in which a burst befalls all of them.
    let excess = trigger == .version ? fraction?.value : fraction?.lower
    return adjusted < Attribution.risk && failed * 2 > all && excess ?? 0 >= 0.75
  }

  /// Whether next to none are elsewhere.
  fileprivate func covers(_ all: Int) -> Bool { failed * 10 >= all * 9 }
}
