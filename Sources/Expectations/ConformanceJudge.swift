import AutoscalerModel
import RunTimeline
import Units

/// What is found of one rescale, or of one sync that left the count as it was.
struct ConformanceRuling: Equatable {
  var at: InstantBounds
  var verdict: Verdict
  var text: String
}

/// Holds what a recording shows of an autoscaler against what its spec allows.
struct ConformanceJudge {
  let record: ScalingRecord

  /// What is found of every change, and of every sync to which there is something to object.
  var rulings: [ConformanceRuling] {
    record.changes.indices.map(rule(onChange:)) + record.syncs.indices.compactMap(rule(onSync:))
  }

  /// Judges one change of the wanted replicas.
  func rule(onChange index: Int) -> ConformanceRuling {
    let change = record.changes[index]
    let step = "\(change.from) to \(change.to)"
    func ruling(_ verdict: Verdict, _ text: String) -> ConformanceRuling {
      ConformanceRuling(at: change.at, verdict: verdict, text: "\(step): \(text)")
    }
    switch change.author {
    case .other(let name): return ruling(.pass, "made by \(name), not by the autoscaler, and not judged")
    case .unknown:
      return ruling(.inconclusive, "nothing tells who made it: no status of the autoscaler, and no managed fields")
    case .autoscaler: break
    }
    // The status bears the count that the sync found, also where changes before it went unseen.
    if let own = change.sync, record.syncs[own].desired == change.to, record.syncs[own].current != change.from {
      let from = record.syncs[own].current
      let (verdict, text) = rule(from, change.to, at: change.at, sync: own)
      return ConformanceRuling(at: change.at, verdict: verdict, text: "\(from) to \(change.to): \(text)")
    }
    if record.isBlind(from: change.at.earliest, to: change.at.latest) { return unwatched(change, ruling) }
    if let spacing = spacing(of: index) { return ruling(.fail, spacing) }
    if let said = change.sync.map({ record.syncs[$0].desired }), said != change.to {
      let decided = rule(change.from, said, at: change.at, sync: change.sync)
      if decided.verdict != .pass {
        let text = "\(change.from) to \(said), as the autoscaler's status has it: \(decided.text)"
        return ConformanceRuling(at: change.at, verdict: decided.verdict, text: text)
      }
    }
    let (verdict, text) = rule(change.from, change.to, at: change.at, sync: change.sync)
    return ruling(verdict, text)
  }

  /// A change that was found after nobody had watched may be the sum of several.
  private func unwatched(
    _ change: ObservedChange, _ ruling: (Verdict, String) -> ConformanceRuling
  ) -> ConformanceRuling {
    let (verdict, text) = rule(change.from, change.to, at: change.at, sync: change.sync)
    guard verdict != .pass else { return ruling(.pass, text) }
    return ruling(.inconclusive, "nobody watched in between, and it may have been more than one change")
  }

  /// The first stretch in which the autoscaler left a count that it had to change, though it wrote no status of it.
  func idleness(in corridor: ReplicaCorridor) -> ConformanceRuling? {
    let wanted = record.history.wantedReplicas
    let evidence = CorridorEvidence(corridor: corridor, record: record)
    let pieces = CorridorPiece.pieces(of: wanted, corridor: corridor, from: .zero, to: wanted.end)
    let idle = pieces.first { piece in
      // At zero replicas, as without a workload, nothing is scaled.
      guard piece.isOutside, let count = piece.wanted, count.upperBound > 0 else { return false }
      // What a status says of the count shows where the workload was not seen as it was.
      let isDenied = record.syncs.contains { sync in
        !sync.couldNotRead && sync.at.latest > piece.from && sync.at.earliest < piece.to && !count.contains(sync.start)
      }
      // A new leader takes up a count later.
      let allowance =
        record.mayHaveRestarted(from: piece.from, to: piece.to) ? CorridorBuilder.leaderChange : .zero
      return !isDenied && evidence.author(of: count, at: piece.from).map { piece.to > $0.due + allowance } ?? true
    }
    return idle.map { piece in
      // A controller that is there writes down the count that somebody else set. Where no sync was seen since, nothing
      // tells whether there was one.
      let wasThere = record.syncs.contains { $0.at.latest > piece.from }
      if !wasThere, let author = piece.wanted.flatMap({ evidence.author(of: $0, at: piece.from) }) {
        return ConformanceRuling(
          at: InstantBounds(piece.from, piece.to), verdict: .inconclusive,
          text:
            "no sync was seen after \(author.name) had set the count to \(piece.wanted.map(CountEvidence.text) ?? "")")
      }
      return ConformanceRuling(
        at: InstantBounds(piece.from, piece.to), verdict: .fail, text: evidence.objection(to: piece))
    }
  }

  /// Judges a sync whose decision no change of the Deployment shows; `nil` when there is nothing to object.
  ///
  /// One that left the count has to be asked for by every history, as a rescale has. What it read may be settled by what
  /// it says of itself (``StepRuling/isExplained``), since for a while after each rescale nothing else tells which young
  /// pods counted. Where nothing that was seen explains what it says, it is not decided.
  func rule(onSync index: Int) -> ConformanceRuling? {
    let sync = record.syncs[index]
    guard !sync.couldNotRead, !sync.couldNotWrite, sync.change == nil, sync.current > 0, index > 0,
      !mayHaveMadeChange(sync)
    else { return nil }
    // A count out of bounds is corrected whatever the metrics say.
    guard sync.isOutOfBounds || !sync.failed || sync.specIsInDoubt else { return nil }
    let isStay = sync.outcome == sync.current
    let what = isStay ? "stays at \(sync.current)" : "\(sync.current) to \(sync.outcome)"
    func ruling(_ verdict: Verdict, _ text: String) -> ConformanceRuling {
      ConformanceRuling(at: sync.at, verdict: verdict, text: "\(what): \(text)")
    }
    if sync.specIsInDoubt { return ruling(.inconclusive, Self.editedUnwatched) }
    guard sync.isOutOfBounds || sync.raw != nil || sync.desired != sync.current else {
      return ruling(.inconclusive, "nothing tells what its metrics asked for")
    }
    let step = StepRuling(
      from: sync.current, to: sync.outcome, at: sync.at, plan: sync.plan, sync: index, record: record)
    if step.verdict == .fail { return ruling(.fail, step.text) }
    if isStay, sync.isUnexplained {
      return ruling(.inconclusive, "what its conditions say fits nothing that was seen (\(sync.reading))")
    }
    return step.verdict == .pass || (isStay && step.isExplained) ? nil : ruling(.inconclusive, step.text)
  }

  /// Judges a step by every spec that may have been in force: it fails when all of them object, and passes only when
  /// none does. A status that was written bears the spec of its sync, since an edit in between makes the write fail.
  private func rule(_ from: Int, _ to: Int, at: InstantBounds, sync: Int?) -> (verdict: Verdict, text: String) {
    if let sync, record.syncs[sync].specIsInDoubt { return (.inconclusive, Self.editedUnwatched) }
    let plans = sync.map { [record.syncs[$0].plan] } ?? record.plans(at: at)
    let rulings = plans.map { plan in
      StepRuling(from: from, to: to, at: at, plan: plan, sync: sync, record: record)
    }
    guard let first = rulings.first else { return (.inconclusive, "no spec of the autoscaler was seen") }
    if rulings.allSatisfy({ $0.verdict == first.verdict }) { return (first.verdict, first.text) }
    let doubt = rulings.first { $0.verdict == .inconclusive }?.text
    return (.inconclusive, doubt ?? "its spec was edited about then, and not every version of it allows that")
  }

  private static let editedUnwatched = "its spec was edited while nobody watched, and may have been another one"

  /// Whether a change near a sync may be its work, though its status does not tell of that; the change is judged then.
  private func mayHaveMadeChange(_ sync: ObservedSync) -> Bool {
    record.changes.contains { change in
      if case .other = change.author { return false }
      return change.sync == nil && change.at.latest >= sync.at.earliest - .seconds(1)
        && change.at.earliest <= sync.at.latest + .seconds(1)
    }
  }

  /// Why a change comes too soon after the one before; `nil` when it does not.
  private func spacing(of index: Int) -> String? {
    let change = record.changes[index]
    guard let before = record.changes[..<index].last(where: { $0.author == .autoscaler }) else { return nil }
    let length = change.at.elapsed(since: before.at).longest
    guard length < record.settings.syncPeriod - .seconds(1) else { return nil }
    return "at most \(length.plain) after the rescale before, and syncs are \(record.settings.syncPeriod.text) apart"
  }
}
