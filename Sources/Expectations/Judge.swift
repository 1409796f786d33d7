import KubernetesObjects
package import Profiles
package import RunTimeline

/// Judges what was recorded by what was expected.
///
/// A verdict is a pure function of expectation and timeline. It is `pass` when every history that the
/// observations allow meets the expectation, `fail` when none does, and else `inconclusive` with the reason.
package enum Judge {
  package static func judge(_ expectations: [Expectation], on run: RunAnalysis) -> [Judgement] {
    GuardRule(expectations, on: run).applied(to: expectations.map { judge($0, in: run) }, of: expectations)
  }

  package static func judge(_ expectations: [Expectation], on timeline: Timeline) -> [Judgement] {
    judge(expectations, on: RunAnalysis(timeline, of: expectations))
  }

  package static func judge(_ expectation: Expectation, on timeline: Timeline) -> Judgement {
    judge(expectation, in: RunAnalysis(timeline, of: [expectation]))
  }

  static func judge(_ expectation: Expectation, in run: RunAnalysis) -> Judgement {
    let kind = expectation.kind.judged
    let run = RunView(expectation.workload.map(run.of) ?? run)
    let doubt = expectation.doubtfulWorkload(in: run.timeline)
    var opinion = doubt.map { .inconclusive($0) } ?? AbsenceRule.opinion(of: kind, on: run)
    if case .window(.action(let action)) = kind.scope, let overtaking = run.overtaking(of: action) {
      opinion.evidence.append(Evidence(at: overtaking.completed, "the rollout of \(action) was \(overtaking.sentence)"))
    }
    return Judgement(
      name: expectation.name, kind: kind.name.rawValue, expected: expectation.sentence,
      verdict: opinion.verdict, finding: opinion.finding, reason: opinion.reason,
      furtherReason: opinion.furtherReason, window: opinion.window, isUntrusted: opinion.isUntrusted,
      focus: kind.focus, evidence: opinion.evidence,
      measurements: opinion.measurements + [opinion.inference?.measurement].compactMap { $0 },
      inference: opinion.inference)
  }
}

extension Expectation {
  /// Why nothing tells which workload of a run is meant, as where the run had another profile; `nil` where that is told.
  fileprivate func doubtfulWorkload(in timeline: Timeline) -> String? {
    guard kind.wanted.isOfOneWorkload, let watched = timeline.run.cluster?.workloads else { return nil }
    let names = watched.all.compactMap(\.name)
    guard let workload else {
      return names.count > 1
        ? "the run watched several workloads (\(names.joined(separator: ", "))), and the expectation names none" : nil
    }
    if names.contains(workload) { return nil }
    return names.isEmpty
      ? "the run watched \(watched.first.reference.text), which its profile did not call \(workload)"
      : "the run watched no workload named \(workload), but \(names.joined(separator: ", "))"
  }
}
