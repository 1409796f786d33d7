import KubernetesObjects
import Profiles
import RunTimeline

/// What is judged of a window in which the workload, or its autoscaler, was not there: only what lay before.
///
/// Whoever deletes a workload ends what can be asked of its autoscaler and its rollouts. What was certain before is judged
/// as if the run had ended there; what was still open stays open, with the deletion as the reason, and is nobody's fault.
enum AbsenceRule {
  static func opinion(of kind: Expectation.Kind, on run: RunView) -> Opinion {
    let whole = kind.opinion(on: run)
    guard let cluster = run.timeline.cluster, let window = whole.window,
      let absence = cluster.absences.first(where: { concerns(kind, $0) && overlaps($0, window) })
    else { return whole }
    if window.earliest >= absence.deleted.earliest { return absent(absence, in: window, whole, of: kind) }
    var opinion = kind.opinion(on: run.before(absence, because: absence.sentence))
    if opinion.verdict == .pass, kind.judgesAutoscalerThroughout {
      opinion = .inconclusive(
        absence.sentence, finding: "\(opinion.finding), as long as it was there", window: window,
        evidence: opinion.evidence)
    }
    opinion.isUntrusted = opinion.isUntrusted && whole.isUntrusted
    opinion.evidence.insert(Evidence(at: absence.deleted, absence.sentence), at: 0)
    return opinion
  }

  /// The window began while the object was not there, or may have: nothing can be asked of what is not there.
  private static func absent(
    _ absence: Absence, in window: InstantBounds, _ whole: Opinion, of kind: Expectation.Kind
  ) -> Opinion {
    let isCertain = window.earliest >= absence.deleted.latest
    let start = "it \(isCertain ? "was not there" : "may not have been there any more") when the window began"
    var opinion = Opinion.inconclusive(
      "\(absence.sentence): \(start), \(window.earliest.plain) into the run", window: window,
      evidence: [Evidence(at: absence.deleted, absence.sentence)] + whole.evidence)
    opinion.isUntrusted = false
    return opinion
  }

  private static func concerns(_ kind: Expectation.Kind, _ absence: Absence) -> Bool {
    absence.isOfWorkload || kind.dependsOnAutoscaler
  }

  private static func overlaps(_ absence: Absence, _ window: InstantBounds) -> Bool {
    absence.deleted.earliest < window.latest
      && absence.recreated.map { $0.latest > window.earliest } ?? true
  }
}

extension Expectation.Kind {
  func opinion(on run: RunView) -> Opinion {
    switch self {
    case .scaleUp(let wanted): wanted.opinion(on: run)
    case .scaleDown(let wanted): wanted.opinion(on: run)
    case .steadyReplicas(let wanted): wanted.opinion(on: run)
    case .latency(let wanted): wanted.opinion(on: run)
    case .errorBudget(let wanted): wanted.opinion(on: run)
    case .availabilityFloor(let wanted): wanted.opinion(on: run)
    case .rolloutCompletes(let wanted): wanted.opinion(on: run)
    case .throughput(let wanted): wanted.opinion(on: run)
    case .hpaConformance(let wanted): wanted.opinion(on: run)
    case .withinCorridor(let wanted): wanted.opinion(on: run)
    }
  }

  /// Whether it asks for something that only an autoscaler does.
  fileprivate var dependsOnAutoscaler: Bool {
    switch self {
    case .scaleUp, .scaleDown: true
    default: judgesAutoscalerThroughout
    }
  }

  /// Whether it judges all that the autoscaler does, so that it is open where that was not there.
  fileprivate var judgesAutoscalerThroughout: Bool {
    switch self {
    case .hpaConformance, .withinCorridor: true
    default: false
    }
  }

  /// The action whose window is judged; `nil` where it is another window.
  var action: String? {
    let window: Window? =
      switch self {
      case .steadyReplicas(let wanted): wanted.during
      case .latency(let wanted): wanted.during
      case .errorBudget(let wanted): wanted.during
      case .availabilityFloor(let wanted): wanted.during
      case .throughput(let wanted): wanted.during
      case .withinCorridor(let wanted): wanted.during
      case .scaleUp, .scaleDown, .rolloutCompletes, .hpaConformance: nil
      }
    if case .action(let name) = window { return name }
    return nil
  }
}
