import Profiles
import RunTimeline

/// What a guard among the expectations takes from the verdicts of others where it fails.
///
/// What became of a workload that somebody else changed in the middle of the run is not the release's doing. So only what was
/// certain before that stands, and the rest is open, with the change as the reason.
struct GuardRule {
  private struct Disturbance {
    let expectation: String
    let workload: String?
    let change: ForeignChange
  }

  private let disturbances: [Disturbance]
  private let run: RunAnalysis

  init(_ expectations: [Expectation], on run: RunAnalysis) {
    self.run = run
    disturbances = expectations.compactMap { expectation in
      guard case .undisturbed(let guardian) = expectation.kind else { return nil }
      let view = RunView(expectation.workload.map(run.of) ?? run)
      return guardian.disturbance(of: view).map {
        Disturbance(expectation: expectation.name, workload: expectation.workload, change: $0)
      }
    }.sorted { $0.change.at.earliest < $1.change.at.earliest }
  }

  func applied(to judgements: [Judgement], of expectations: [Expectation]) -> [Judgement] {
    disturbances.isEmpty ? judgements : zip(judgements, expectations).map(applied)
  }

  private func applied(to judgement: Judgement, of expectation: Expectation) -> Judgement {
    guard expectation.kind.judged.isDisturbable, judgement.verdict != .inconclusive,
      let first = disturbances.first(where: { $0.workload == expectation.workload }),
      judgement.window.map({ $0.latest > first.change.at.earliest }) ?? true
    else { return judgement }
    let reason = "\(first.change.sentence) \(first.change.at.plain)"
    let before = Judge.judge(expectation, in: run.before(first.change.at, because: reason))
    if before.verdict == judgement.verdict {
      guard judgement.verdict == .fail else { return judgement }
      // What it is told by came before as well.
      var certain = before
      certain.window = judgement.window
      return certain
    }
    var open = judgement
    open.verdict = .inconclusive
    open.reason = "\(reason), and what came of it is not the release's doing (\(first.expectation))"
    open.furtherReason = open.reason
    open.measurements = judgement.measurements.unjudged
    open.inference = nil
    open.evidence.insert(Evidence(at: first.change.at, reason), at: 0)
    return open
  }
}
