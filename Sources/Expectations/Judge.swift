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
      verdict: opinion.verdict, finding: opinion.finding, reason: opinion.reason, window: opinion.window,
      isUntrusted: opinion.isUntrusted, evidence: opinion.evidence)
  }
}

/// What one kind of expectation has to say about a run.
struct Opinion: Equatable {
  var verdict: Verdict
  var finding: String
  var reason: String?
  var window: InstantBounds?
  var evidence: [Evidence] = []
  /// Whether it is the generator or the observer that failed, so that the run says nothing about the cluster.
  var isUntrusted = false

  static func pass(_ finding: String, window: InstantBounds? = nil, evidence: [Evidence] = []) -> Opinion {
    Opinion(verdict: .pass, finding: finding, window: window, evidence: evidence)
  }

  static func fail(_ finding: String, window: InstantBounds? = nil, evidence: [Evidence] = []) -> Opinion {
    Opinion(verdict: .fail, finding: finding, window: window, evidence: evidence)
  }

  static func inconclusive(
    _ reason: String, finding: String? = nil, window: InstantBounds? = nil, evidence: [Evidence] = []
  ) -> Opinion {
    Opinion(
      verdict: .inconclusive, finding: finding ?? "undecided: \(reason)", reason: reason, window: window,
      evidence: evidence)
  }

  /// Inconclusive, since the generator did not do what was asked of it.
  static func untrusted(
    _ reason: String, finding: String? = nil, window: InstantBounds? = nil, evidence: [Evidence] = []
  ) -> Opinion {
    var opinion = inconclusive(reason, finding: finding, window: window, evidence: evidence)
    opinion.isUntrusted = true
    return opinion
  }

  /// Inconclusive, since nothing is known over a part of the window; untrusted where the observer had lost the cluster.
  static func unknown(
    _ from: Duration, _ to: Duration, _ run: RunView, resource: String, window: InstantBounds, evidence: [Evidence]
  ) -> Opinion {
    var causes = run.causes(in: resource, from: from, to: to)
    if causes.isEmpty, to > run.timeline.lastInstant { causes = ": \(run.ending)" }
    var opinion = inconclusive(
      "nothing is known from \(from.plain) to \(to.plain) of the run\(causes)", window: window, evidence: evidence)
    opinion.isUntrusted = run.wasUnwatched(resource, from: from, to: to)
    return opinion
  }
}
