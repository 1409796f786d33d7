import KubernetesObjects
import Profiles
import RunTimeline

/// What is judged of a window in which the workload, or its autoscaler, was not there: only what lay before.
///
/// Whoever deletes a workload ends what can be asked of its autoscaler and its rollouts. What was certain before is judged
/// as if the run had ended there; what was still open stays open, with the deletion as the reason, and is nobody's fault.
enum AbsenceRule {
  static func opinion(of kind: any JudgedKind, on run: RunView) -> Opinion {
    let whole = kind.opinion(on: run)
    // Which workload was to answer requests, nothing tells.
    let clusters = kind.subject == .requests ? run.timeline.clusters : Array(run.timeline.clusters.prefix(1))
    guard !kind.judgesAbsences, let window = whole.window,
      let absence = clusters.flatMap(\.absences).first(where: { concerns(kind, $0) && overlaps($0, window) })
    else { return whole }
    if window.earliest >= absence.deleted.earliest { return absent(absence, in: window, whole, of: kind) }
    var opinion = kind.opinion(on: run.before(absence))
    if opinion.verdict == .pass, kind.subject == .autoscaler {
      opinion = .inconclusive(
        absence.sentence, finding: "\(opinion.finding), as long as it was there", window: window,
        evidence: opinion.evidence
      ).measuring(opinion.measurements.unjudged)
    }
    opinion.isUntrusted = opinion.isUntrusted && whole.isUntrusted
    opinion.evidence.insert(Evidence(at: absence.deleted, absence.sentence), at: 0)
    return opinion
  }

  /// The window began while the object was not there, or may have: nothing can be asked of what is not there.
  private static func absent(
    _ absence: Absence, in window: InstantBounds, _ whole: Opinion, of kind: any JudgedKind
  ) -> Opinion {
    let isCertain = window.earliest >= absence.deleted.latest
    let start = "it \(isCertain ? "was not there" : "may not have been there any more") when the window began"
    return .inconclusive(
      "\(absence.sentence): \(start), \(window.earliest.plain) into the run", window: window,
      evidence: [Evidence(at: absence.deleted, absence.sentence)] + whole.evidence)
  }

  private static func concerns(_ kind: any JudgedKind, _ absence: Absence) -> Bool {
    absence.isOfWorkload || kind.subject == .scaling || kind.subject == .autoscaler
  }

  private static func overlaps(_ absence: Absence, _ window: InstantBounds) -> Bool {
    absence.deleted.earliest < window.latest
      && absence.recreated.map { $0.latest > window.earliest } ?? true
  }
}
