import KubernetesObjects
import Profiles
import RunTimeline
import Units

extension Expectation.ScaleDown: JudgedKind {
  /// Both halves must pass where both are asked for; one that fails fails the whole.
  func opinion(on run: RunView) -> Opinion {
    var opinions: [Opinion] = []
    if let notBefore { opinions.append(tooEarly(notBefore, run)) }
    if let to, let within {
      opinions.append(
        Reaching(count: of, condition: to, after: after, within: within, direction: .down)
          .opinion(on: run))
    }
    guard let first = opinions.first else { return .inconclusive("nothing is expected") }
    return opinions.dropFirst().reduce(first) { $0.joined(with: $1) }
  }

  func remarks(on profile: Profile) -> [PlanRemark] {
    [within.flatMap { PlanRemark.runTooShort(for: $0, after: after, in: profile) }].compactMap { $0 }
  }

  func remarks(on planned: PlannedWorkload) -> [PlanRemark] {
    [to.flatMap { planned.unreachable($0, of: of, "to") }].compactMap { $0 }
  }

  var focus: Judgement.Focus { within == nil ? .firstEvidence : .deadline }

  /// No decrease may lie between `after` and `notBefore` later.
  ///
  /// Fails when one certainly does. Passes when in no history that the observations allow one does: neither of those that
  /// were seen, whatever lies about them, nor one that may have been. A deletion of the workload is no decrease, and
  /// neither is what follows it.
  private func tooEarly(_ notBefore: Duration, _ run: RunView) -> Opinion {
    guard case .known(let start) = run.instant(after) else {
      if case .missing(let reason) = run.instant(after) { return .inconclusive(reason) }
      return .inconclusive("\(after) never came")
    }
    let (envelope, reason) = run.envelope(of)
    guard let envelope, let cluster = run.timeline.cluster else { return .inconclusive(reason) }
    let window = InstantBounds(start.earliest, start.latest + notBefore)
    let falls = CountChange.falls(of: envelope).filter { $0.at.latest >= start.earliest }
    // Who deletes the workload takes its pods away; that is no scaling, and nothing after it is.
    let deletion = cluster.absences.first {
      $0.isOfWorkload && $0.deleted.latest >= start.earliest
    }
    let drops = Self.drops(falls, before: deletion)
    let evidence =
      falls.prefix(5).map {
        Evidence(at: $0.at, "\(of.rawValue) replicas \($0.text(of: envelope, in: cluster))")
      } + CountEvidence.byOthers(run, in: window)
      + CountEvidence.gaps(run, resource: run.resource(of: of), in: window)
    let early = drops.first {
      $0.isCertain && $0.at.earliest >= start.latest && $0.at.latest - start.earliest < notBefore
    }
    // What came after a fall that decides does not matter; what the autoscaler remembered from before it does.
    let load = DeliveredLoad(run, .down, from: start.earliest, decided: early?.at.latest ?? window.latest)
    let measured = [waiting(of: envelope, from: start, until: notBefore, drops)]
    if let opinion = load.objection(window: window, evidence: evidence) { return opinion.measuring(measured.unjudged) }
    return judge(envelope, run, from: start, notBefore, drops, early, deletion, evidence: evidence).measuring(measured)
  }

  private func judge(
    _ envelope: CountEnvelope, _ run: RunView, from start: InstantBounds, _ notBefore: Duration, _ drops: [CountChange],
    _ early: CountChange?, _ deletion: Absence?, evidence: [Evidence]
  ) -> Opinion {
    let window = InstantBounds(start.earliest, start.latest + notBefore)
    if let early {
      let after = InstantBounds(early.at.earliest - start.latest, early.at.latest - start.earliest)
      let margin = notBefore - after.latest
      return .fail(
        "fell from \(early.from) to \(early.to) \(after.plain) after \(self.after), \(margin.plain) too early",
        window: window, evidence: evidence)
    }
    if let doubtful = drops.first(where: { $0.at.earliest - start.latest < notBefore }) {
      return .inconclusive(doubt(about: doubtful, start, notBefore), window: window, evidence: evidence)
    }
    if let unknown = envelope.pieces(from: start.earliest, to: window.latest).first(where: { $0.range == nil }) {
      return .unknown(
        unknown.from, unknown.to, run, resource: run.resource(of: of), window: window, evidence: evidence)
    }
    guard let first = drops.first else {
      if let deletion {
        return .pass(
          "never fell before \(deletion.kind) \(deletion.name) was \(deletion.fact)", window: window, evidence: evidence
        )
      }
      return .pass("never fell in the \((envelope.end - start.latest).plain) that were watched", window: window)
    }
    let waited = InstantBounds(first.at.earliest - start.latest, first.at.latest - start.earliest)
    return .pass(
      "first fell (\(first.from) to \(first.to)) \(waited.plain) after \(after), "
        + "\((waited.earliest - notBefore).plain) after the bound", window: window, evidence: evidence)
  }

  /// How long the count did not fall: to the first fall that there may have been, or the first moment at which there may
  /// have been one unseen; and at the most to the first that there certainly was.
  private func waiting(
    of envelope: CountEnvelope, from start: InstantBounds, until notBefore: Duration, _ drops: [CountChange]
  ) -> Judgement.Measurement {
    let certain = drops.filter { $0.isCertain && $0.at.earliest >= start.latest }.map { $0.at.latest - start.earliest }
    let first = drops.map { $0.at.earliest - start.latest }.min()
    let end = max(envelope.end, start.latest + notBefore)
    let unseen = envelope.pieces(from: start.earliest, to: end).first { $0.range == nil }.map { $0.from - start.latest }
    let shortest = [first, unseen].compactMap { $0 }.min() ?? end - start.latest
    return .time(
      "\(of.rawValue)Replicas.fellAfter", max(.zero, shortest), certain.min(), limit: .atLeast(notBefore))
  }

  /// The falls that may have come before the workload was deleted. Values that were seen one after another tell which did;
  /// of a sum only the times tell.
  private static func drops(_ falls: [CountChange], before deletion: Absence?) -> [CountChange] {
    guard let deletion else { return falls.filter { !$0.isAbsence } }
    let end = falls.firstIndex { $0.isAbsence && $0.at.latest >= deletion.deleted.earliest }
    if let end { return falls[..<end].filter { !$0.isAbsence } }
    return falls.filter { !$0.isAbsence && $0.at.earliest < deletion.deleted.latest }.map { fall in
      var fall = fall
      fall.isCertain = fall.isCertain && fall.at.latest < deletion.deleted.earliest
      return fall
    }
  }

  private func doubt(about fall: CountChange, _ start: InstantBounds, _ notBefore: Duration) -> String {
    let edge =
      fall.at.latest - start.earliest >= notBefore
      ? "around the bound" : fall.at.earliest < start.latest ? "around \(after)" : "in the window"
    let what = fall.isCertain ? "a fall from \(fall.from) to \(fall.to) lies" : "the count may have fallen"
    return "\(what) \(fall.at.plain) of the run, \(edge)"
  }
}
