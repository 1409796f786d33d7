package import Expectations
package import RunTimeline
import Units

/// What a run came to as a whole, in one word and one sentence.
package struct Headline: Sendable, Equatable {
  /// Fail when any expectation failed, else inconclusive when any is, else pass; `nil` when nothing was judged.
  package let verdict: Verdict?
  /// Why, in one sentence.
  package let sentence: String
  /// Why the run is not a whole one: it was killed, interrupted, or failed. `nil` for a complete run.
  package let incomplete: String?
  /// For a run in virtual time.
  package let simulation: String?
  /// For a run whose time passed faster or slower than the wall's.
  package let timeScale: String?
  /// That the workload or its autoscaler was deleted, one sentence each: the first thing that a reader needs.
  package let absences: [String]
  /// Which of several fails may be chance; `nil` where fewer than two expectations infer, or none of them failed.
  package let severalInferences: String?
  /// What else a reader must know before believing the figures, one sentence each: what was deleted, a generator that did
  /// not keep up, a closed model, a certificate that is about to expire.
  package let notes: [String]

  package init(_ timeline: Timeline, _ judgements: [Judgement], by profile: JudgedProfile = JudgedProfile()) {
    let failed = judgements.filter { $0.verdict == .fail }
    let open = judgements.filter { $0.verdict == .inconclusive }
    let all = judgements.count
    if let first = failed.first {
      verdict = .fail
      let count =
        failed.count == 1 ? "1 of \(all) expectations failed" : "\(failed.count) of \(all) expectations failed"
      sentence = "\(count): “\(first.name)”\(failed.count > 1 ? " first" : ""): \(first.finding.withFullStop)"
    } else if let first = open.first {
      verdict = .inconclusive
      sentence =
        "No expectation failed, but \(open.count) of \(all) could not be decided: “\(first.name)”: "
        + (first.reason ?? first.finding).withFullStop
    } else if all > 0 {
      verdict = .pass
      sentence = all == 1 ? "The one expectation held." : "All \(all) expectations held."
    } else {
      verdict = nil
      sentence = "Nothing was judged: the run has no expectations."
    }
    incomplete = Self.incomplete(timeline)
    absences = timeline.clusters.flatMap(\.absenceSentences).map(\.withFullStop)
    let health = GeneratorHealth(timeline)
    simulation =
      timeline.run.isVirtual ? "Simulated in virtual time: no request was sent, and no cluster was watched." : nil
    severalInferences = SeveralInferences(judgements)?.sentence
    notes =
      absences
      + [
        simulation,
        profile.source.map { "Judged by \($0), not by the profile that was recorded." },
        profile.phaseDifferences,
        health.targetNote, health.warnings.first.map { "The load generator did not keep up: \($0)" },
        ClosedModel(timeline)?.sentence, CertificateNotice(timeline.run)?.warning, severalInferences,
      ].compactMap { $0 }
    let scale = timeline.run.timeScale
    timeScale =
      scale == 1
      ? nil
      : "Run time passed \(scale.coordinate) times as fast as the wall clock: phases, waits and times of day are run time, "
        + "rates and latencies wall time."
  }

  /// The notes, and what the failed requests have to do with where the run failed.
  func notes(of run: RunAnalysis) -> [String] {
    notes + (verdict == .fail ? [run.attribution?.sentence].compactMap { $0 } : [])
  }

  private static func incomplete(_ timeline: Timeline) -> String? {
    let run = timeline.run
    let planned = timeline.phases.map(\.plannedEnd).max()
    let remaining = planned.map { " of the \($0.clock) that were planned" } ?? ""
    guard let endedAt = run.endedAt else {
      return "This run has no end: it was killed, or is still going on. The recording goes up to "
        + "\(timeline.lastInstant.preciseClock)\(remaining); everything here is judged on that part alone."
    }
    switch run.endReason {
    case .interrupted where timeline.neverBegan: return "This run was interrupted before its load began."
    case .interrupted: return "This run was interrupted at \(endedAt.preciseClock)\(remaining)."
    case .failed:
      return
        "This run failed at \(endedAt.preciseClock)\(remaining): the load generator or the observer could not go on."
    case .aborted:
      let rule = run.endDetail.map { ": \($0.withFullStop)" } ?? "."
      return "A stop rule ended this run at \(endedAt.preciseClock)\(remaining)\(rule)"
    case .completed, nil: return nil
    }
  }
}

extension Verdict {
  /// The word for tables: `pass`, `FAIL`, `inconclusive`; the one that asks for action stands out without colour.
  package var word: String {
    switch self {
    case .pass: "pass"
    case .fail: "FAIL"
    case .inconclusive: "inconclusive"
    }
  }
}

extension Judgement {
  /// The finding, and for an undecided expectation what was missing.
  var findingWithReason: String {
    guard let reason = furtherReason else { return finding }
    return finding.isEmpty ? reason : "\(finding) (\(reason))"
  }
}

extension String {
  var withFullStop: String {
    guard let last else { return self }
    return ".!?".contains(last) ? self : self + "."
  }
}
