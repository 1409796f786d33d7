package import Profiles
package import RunTimeline

/// Judges what was recorded by what was expected.
///
/// A verdict is a pure function of expectation and timeline. It is `pass` when every history that the
/// observations allow meets the expectation, `fail` when none does, and else `inconclusive` with the reason.
package enum Judge {
  package static func judge(_ expectations: [Expectation], on run: RunAnalysis) -> [Judgement] {
    let view = RunView(run)
    return expectations.map { judge($0, in: view) }
  }

  package static func judge(_ expectations: [Expectation], on timeline: Timeline) -> [Judgement] {
    judge(expectations, on: RunAnalysis(timeline, of: expectations))
  }

  package static func judge(_ expectation: Expectation, on timeline: Timeline) -> Judgement {
    judge(expectation, in: RunView(RunAnalysis(timeline, of: [expectation])))
  }

  private static func judge(_ expectation: Expectation, in run: RunView) -> Judgement {
    let kind = expectation.kind.judged
    var opinion = AbsenceRule.opinion(of: kind, on: run)
    if case .window(.action(let action)) = kind.scope, let overtaking = run.overtaking(of: action) {
      opinion.evidence.append(Evidence(at: overtaking.completed, "the rollout of \(action) was \(overtaking.sentence)"))
    }
    return Judgement(
      name: expectation.name, kind: kind.name.rawValue, expected: kind.sentence,
      verdict: opinion.verdict, finding: opinion.finding, reason: opinion.reason,
      furtherReason: opinion.furtherReason, window: opinion.window, isUntrusted: opinion.isUntrusted,
      focus: kind.focus, evidence: opinion.evidence, measurements: opinion.measurements)
  }
}
