import Profiles
import RunTimeline
import Units

extension Expectation.SteadyReplicas: JudgedKind {
  /// Passes when the count satisfied the condition at every instant that may belong to the window; fails when it
  /// certainly did not at one that certainly does.
  func opinion(on run: RunView) -> Opinion {
    let (known, reason) = run.envelope(of)
    switch run.stretch(during, watching: known ?? .unknown) {
    case .missing(let reason): return .inconclusive(reason)
    case .known(let stretch):
      guard let envelope = known else { return .inconclusive(reason) }
      let window = InstantBounds(
        stretch.start.earliest + settle, max(stretch.end.latest, stretch.start.earliest + settle))
      let measured = ExtremeCounts(
        envelope, possible: window, certain: (stretch.start.latest + settle, stretch.end.earliest),
        isWhole: stretch.unfinished == nil
      ).measurements(of: "\(of.rawValue)Replicas", count)
      let breach = breach(
        envelope.always(count, from: stretch.start.latest + settle, to: stretch.end.earliest), start: stretch.start)
      var evidence = CountEvidence.changes(of: of, envelope, run, in: window) + CountEvidence.byOthers(run, in: window)
      evidence += CountEvidence.gaps(run, resource: run.resource(of: of), in: window)
      if breach == nil, let unfinished = stretch.unfinished {
        return .inconclusive(unfinished, window: window, evidence: evidence).measuring(measured)
      }
      // What came after the moment that decides does not matter.
      let load = DeliveredLoad(run, .both, from: stretch.start.earliest, decided: breach?.decided ?? window.latest)
      if let opinion = load.objection(window: window, evidence: evidence) {
        return opinion.measuring(measured.unjudged)
      }
      if let breach {
        return .fail(
          "\(breach.text), where \(count) was expected", window: window,
          evidence: evidence + ScalingClues.clues(run, in: window)
        ).measuring(measured)
      }
      guard stretch.end.earliest > stretch.start.latest + settle else {
        return .inconclusive("nothing is left of \(during) after \(settle.text)", window: window)
      }
      return judge(envelope, run, in: window, evidence).measuring(measured)
    }
  }

  /// What is said of all that may belong to the window, when nothing that certainly does breaks the condition.
  private func judge(
    _ envelope: CountEnvelope, _ run: RunView, in window: InstantBounds, _ evidence: [Evidence]
  ) -> Opinion {
    switch envelope.always(count, from: window.earliest, to: window.latest) {
    case .yes:
      let extent = envelope.extent(from: window.earliest, to: window.latest).map(CountEvidence.text) ?? "\(count)"
      return .pass("\(extent) \(of.rawValue) throughout \(window.width.plain)", window: window, evidence: evidence)
    case .no(let from, let to, let range):
      return .inconclusive(
        "\(CountEvidence.text(range)) from \(from.plain) to \(to.plain), which may lie outside of \(during)",
        window: window, evidence: evidence)
    case .seen(let value, let at):
      return .inconclusive(
        "\(value) \(at.plain), which may lie outside of \(during)", window: window, evidence: evidence)
    case .perhaps(let from, let to, nil):
      return .unknown(from, to, run, resource: run.resource(of: of), window: window, evidence: evidence)
    case .perhaps(let from, let to, let range?):
      return .inconclusive(
        "between \(range.lowerBound) and \(range.upperBound) from \(from.plain) to \(to.plain): too coarse to tell",
        window: window, evidence: evidence)
    }
  }

  /// What certainly broke the condition, and the moment that decides.
  private func breach(_ always: CountEnvelope.Always, start: InstantBounds) -> (text: String, decided: Duration)? {
    switch always {
    case .no(let from, let to, let range) where from < to:
      let after = (from - start.earliest).plain
      let stretch = "from \(from.plain) to \(to.plain) of the run (\(after) after the start of \(during))"
      return ("\(CountEvidence.text(range)) \(of.rawValue) \(stretch)", from)
    case .seen(let value, let at):
      let after = InstantBounds(at.earliest - start.latest, at.latest - start.earliest).plain
      return ("\(value) \(of.rawValue) \(at.plain) of the run (\(after) after the start of \(during))", at.latest)
    default: return nil
    }
  }

  func remarks(on planned: PlannedWorkload) -> [PlanRemark] {
    [planned.unreachable(count, of: of, "count") ?? planned.unmissable(count, of: of, "count")].compactMap { $0 }
  }
}
