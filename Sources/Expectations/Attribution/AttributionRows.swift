import LoadFacts
import RunTimeline
import Statistics

/// How the failures of a run lie to each kind of trigger that took place.
struct AttributionRows {
  /// Those that explain the most first.
  let all: [Attribution.Row]

  private struct Entry {
    let trigger: Trigger
    let pValue: Double
    /// Without those that need all p-values.
    let row: (_ adjusted: Double) -> Attribution.Row
  }

  init(_ load: AttributedLoad, _ reach: TriggerReach, _ version: VersionContrast?, timeScale: Double) {
    let whole = Stretches([load.extent])
    let kinds = Trigger.allCases.filter { !reach.windows[$0].intersection(whole).isEmpty }
    var entries = kinds.map { Self.entry(of: $0, load, reach, timeScale) }
    if let version { entries.append(Self.entry(of: version, load, reach, timeScale)) }
    let adjusted = HolmCorrection.adjusted(entries.map { ($0.pValue, Attribution.risk) })
    all = entries.indices.map { entries[$0].row(adjusted[$0]) }
      .sorted { ($0.adjusted, $1.failed) < ($1.adjusted, $0.failed) }
  }

  private static func entry(
    of trigger: Trigger, _ load: AttributedLoad, _ reach: TriggerReach, _ timeScale: Double
  ) -> Entry {
    let windows = reach.windows[trigger]
    let test = AttributionTest(load, windows, within: Stretches([load.extent])) { reach.mayBe(trigger, $0) }
    let mark = FailureMark(
      load.kept.filter { windows.contains($0.due) && reach.mayBe(trigger, $0) }, timeScale: timeScale)
    return Entry(trigger: trigger, pValue: test.pValue) { adjusted in
      func made(_ contradiction: TriggerContradiction?) -> Attribution.Row {
        Attribution.Row(
          trigger: trigger, subject: nil, moments: reach.windows.moments[trigger] ?? [], failed: test.inside,
          share: test.share, pValue: test.pValue, adjusted: adjusted, fraction: test.fraction, outcomes: mark.outcomes,
          median: mark.median, contradiction: contradiction)
      }
      let row = made(nil)
      guard row.isCandidate(for: load.failed) else { return row }
      return TriggerContradiction(trigger, load, reach).map(made) ?? row
    }
  }

  private static func entry(
    of version: VersionContrast, _ load: AttributedLoad, _ reach: TriggerReach, _ timeScale: Double
  ) -> Entry {
    let mark = FailureMark(load.kept.filter { version.hasAnswered($0, reach.pods) }, timeScale: timeScale)
    return Entry(trigger: .version, pValue: version.pValue) { adjusted in
      Attribution.Row(
        trigger: .version, subject: version.answerer.text, moments: [version.since], failed: version.failed,
        share: version.share, pValue: version.pValue, adjusted: adjusted, fraction: version.test.fraction,
        outcomes: mark.outcomes, median: mark.median, contradiction: nil)
    }
  }
}
