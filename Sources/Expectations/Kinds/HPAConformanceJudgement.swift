import AutoscalerModel
import Profiles
import RunTimeline
import Units

extension Expectation.HPAConformance: JudgedKind {
  /// Passes when every rescale that the autoscaler made is the one that its spec asks for under every history that the
  /// observation allows; fails when one is impossible under all of them.
  ///
  /// What some histories allow and others do not is inconclusive, and it is said what was too coarse to tell. Changes by
  /// anybody else are named and not judged.
  func opinion(on run: RunView) -> Opinion {
    run.judgingScaling(under: controller) { analysis, record in
      var rulings = analysis.rulings.sorted { $0.at.latest < $1.at.latest }
      if !rulings.contains(where: { $0.verdict == .fail }),
        let corridor = analysis.corridor, let idle = ConformanceJudge(record: record).idleness(in: corridor)
      {
        rulings.append(idle)
      }
      return opinion(rulings, record: record)
    }
  }

  private func opinion(_ rulings: [ConformanceRuling], record: ScalingRecord) -> Opinion {
    var evidence = rulings.map { Evidence(at: $0.at, "\($0.verdict.rawValue): \($0.text)") }
    evidence += record.edits.map { Evidence(at: $0.at, $0.text) }
    let version =
      record.versionIsKnown ? "Kubernetes \(record.version)" : "unknown version, judged as \(record.version)"
    evidence.append(Evidence("\(version); \(record.syncs.count.of("status write")) of the autoscaler seen"))
    let window = InstantBounds(record.syncs.first?.at.earliest ?? .zero, record.timeline.lastInstant)
    let failed = rulings.filter { $0.verdict == .fail }
    let measured = measurements(rulings, record)
    if let first = failed.first {
      let more = failed.count > 1 ? " (and \((failed.count - 1).of("further violation")))" : ""
      return .fail("\(first.text), \(first.at.plain)\(more)", window: window, evidence: evidence).measuring(measured)
    }
    if let doubt = rulings.first(where: { $0.verdict == .inconclusive }) {
      return .inconclusive("\(doubt.text), \(doubt.at.plain)", window: window, evidence: evidence).measuring(measured)
    }
    if let unwatched = record.unwatchedSyncs {
      return .inconclusive(
        "nobody watched the autoscaler from \(unwatched.earliest.plain) to \(unwatched.latest.plain) of the run, "
          + "so that syncs in between were not seen", window: window, evidence: evidence
      ).measuring(measured)
    }
    let (seen, told) = rescales(record)
    let judged = seen + told
    let others = record.changes.count - seen
    let rest =
      (told > 0 ? "; \(told) of them only its status tells of" : "")
      + (others > 0 ? "; \(others.of("change")) by others" : "")
    return .pass(
      judged == 0
        ? "the autoscaler did not scale, as its spec allows\(rest)"
        : "\(judged.of("rescale")), each as the spec allows\(rest)", window: window, evidence: evidence
    ).measuring(measured)
  }

  /// Rescales of the autoscaler: those that were seen, and those that only its status tells of.
  private func rescales(_ record: ScalingRecord) -> (seen: Int, told: Int) {
    (
      record.changes.count { $0.author == .autoscaler },
      record.syncs.count { $0.scaled && $0.change == nil && $0.desired != $0.current }
    )
  }

  /// How many rescales and stays the spec does not allow, beside how many rescales there were.
  private func measurements(_ rulings: [ConformanceRuling], _ record: ScalingRecord) -> [Judgement.Measurement] {
    let violations = rulings.count { $0.verdict == .fail }
    let doubtful = rulings.count { $0.verdict == .inconclusive }
    let (seen, told) = rescales(record)
    let isWhole = record.unwatchedSyncs == nil
    return [
      .count(
        "autoscaler.violations", violations, isWhole ? violations + doubtful : nil,
        limit: .noneAllowed),
      .count("autoscaler.rescales", seen + told, isWhole ? seen + told : nil),
    ]
  }
}
