import AutoscalerModel
import RunTimeline
import Units

/// One step of the count held against all histories that the observation allows: impossible under all of them, asked for
/// by all of them, or neither.
struct StepRuling {
  let verdict: Verdict
  let text: String
  /// Whether a reading of the metrics that fits what the autoscaler says of itself, and the way that metrics usually take
  /// (``UsualSampling``), asks for this count under every history, so that only which young pods counted is open. Where it
  /// is not known when the sync took place, or its pods were not watched, all readings that fit have to. A break in the
  /// rhythm of the writes is taken for a restart.
  let isExplained: Bool

  init(from: Int, to: Int, at: InstantBounds, plan: ScalingPlan, sync: Int?, record: ScalingRecord) {
    let step = JudgedStep(from: from, to: to, at: at, plan: plan, sync: sync, record: record)
    if let objection = step.objection {
      (verdict, text, isExplained) = (.fail, objection, false)
    } else if let doubt = step.doubt {
      (verdict, text, isExplained) = (.inconclusive, doubt, step.isExplained)
    } else {
      (verdict, text, isExplained) = (.pass, step.approval, true)
    }
  }
}

/// The arithmetic of one step under every history.
private struct JudgedStep {
  let to: Int
  let sync: ObservedSync?
  let position: Int?
  let record: ScalingRecord
  /// With every doubt; what is outside of this is impossible.
  private let all: SyncPast
  /// With ages reckoned in sync periods, without and with restarts.
  private let plain: SyncPast
  private let timed: SyncPast
  private let past: (HistoryDoubts) -> SyncPast

  init(from: Int, to: Int, at: InstantBounds, plan: ScalingPlan, sync: Int?, record: ScalingRecord) {
    self.to = to
    self.sync = sync.map { record.syncs[$0] }
    position = sync
    self.record = record
    func past(_ doubts: HistoryDoubts) -> SyncPast {
      SyncPast(current: from, at: at, plan: plan, own: sync, record: record, doubts: doubts)
    }
    self.past = past
    all = past(.all)
    plain = past(.plain)
    timed = past(.timed)
  }

  private var isHeld: Bool { sync?.isHeld ?? false }

  /// What the metrics may have asked for, each count alone; `nil` for anything.
  private var asked: [Int?] {
    guard let sync, !sync.proposals.isEmpty else { return [nil] }
    return Set(sync.proposals.map(\.raw)).sorted()
  }

  private func outcome(_ past: SyncPast, _ raw: Int?) -> PossibleOutcome { outcome(past, raw.map { CountSet($0) }) }

  private func outcome(_ past: SyncPast, _ raw: CountSet?) -> PossibleOutcome {
    PossibleOutcome(past, raw: raw, isHeld: isHeld)
  }

  /// Why no history allows the count; `nil` when one does.
  var objection: String? {
    let outcomes = asked.map { outcome(all, $0) }
    if outcomes.contains(where: { $0.allows(to) }) { return nil }
    let whole = outcome(all, sync?.raw)
    if whole.allows(to) {
      // Not every input was tried.
      if let sync, !sync.proposalsAreAll { return nil }
      // Between what different inputs lead to.
      return "the metrics allow \(outcomes.map(\.counts).union.text), and nothing between"
    }
    return whole.objection(to: to, record: record)
  }

  /// What the metrics may have asked for by what the autoscaler says of itself; all of it where that fits nothing.
  private var claimed: (asked: [Int?], claims: SyncClaims) {
    guard let sync, !sync.proposals.isEmpty else { return (asked, .none) }
    // What was not remembered for certain is a last resort to explain what the autoscaler says.
    for (past, knownOnly) in [(timed, true), (timed, false), (all, false)] {
      let fitting = asked.filter { raw in
        guard let raw else { return true }
        return sync.claims.allows(raw: raw, from: plain.current)
          && !PossibleOutcome(past, raw: CountSet(raw), isHeld: isHeld, knownOnly: knownOnly).counts(sync.claims)
            .isEmpty
      }
      if !fitting.isEmpty { return (fitting, sync.claims) }
    }
    return (asked, .none)
  }

  /// The counts that some history asks for, with the reason for which there may be several.
  private var demanded: (counts: CountSet, isRestartDoubt: Bool, isMemoryDoubt: Bool) {
    let (asked, claims) = claimed
    var counts = CountSet.none
    var (isRestartDoubt, isMemoryDoubt) = (false, false)
    for raw in asked {
      let firm = outcome(plain, raw)
      let loose = outcome(timed, raw)
      // What the autoscaler says of itself settles which pods counted and an age at the edge of a period, and no doubt
      // about what it knew from before.
      let settled = firm.dependsOnUnseenMemory ? .none : firm.counts(claims)
      counts = counts.union(settled.isEmpty ? firm.counts : settled)
      if loose.counts != firm.counts {
        counts = counts.union(loose.counts)
        isRestartDoubt = true
      }
      if firm.dependsOnUnseenMemory { isMemoryDoubt = true }
    }
    return (counts, isRestartDoubt, isMemoryDoubt)
  }

  /// Whether some reading that fits asks for this count, whatever the history.
  var isExplained: Bool {
    guard let sync else { return false }
    let (asked, claims) = claimed
    let restarted = record.shownRestarts.isEmpty ? nil : past(.restarted)
    let explaining = asked.filter { raw in
      let firm = outcome(plain, raw)
      let settled = firm.dependsOnUnseenMemory ? CountSet.none : firm.counts(claims)
      let counts = (settled.isEmpty ? firm.counts : settled).union(outcome(timed, raw).counts)
      return counts.single == to || restarted.map { outcome($0, raw).counts.single == to } ?? false
    }
    guard record.observesReading(of: sync) else { return explaining.count == asked.count }
    return explaining.contains { raw in raw == nil || sync.proposals.contains { $0.raw == raw && $0.isUsual } }
  }

  /// Why the count, which some history allows, is not what all of them ask for; `nil` when it is.
  var doubt: String? {
    let demanded = demanded
    if demanded.counts.single == to { return nil }
    if demanded.isRestartDoubt, !claimed.asked.contains(where: { outcome(plain, $0).allows(to) }) {
      let asked = claimed.asked.contains(nil) ? nil : CountSet(claimed.asked.compactMap { $0 })
      let objection = outcome(plain, asked).objection(to: to, record: record)
      return "\(objection), unless the controller was restarted or the autoscaler scaled while nobody watched"
    }
    let why = coarseness(demanded.isRestartDoubt, demanded.isMemoryDoubt)
    return "allowed are \(demanded.counts.text), which is too coarse to tell: \(why)"
  }

  private func coarseness(_ isRestartDoubt: Bool, _ isMemoryDoubt: Bool) -> String {
    guard let sync else {
      return "its own status of it was not seen, so that nothing tells what its metrics asked for"
    }
    if record.readsPodsInDoubt(sync.plan, at: sync.at) {
      return "changes of pods were missed, so that nothing tells what its metrics asked for (\(sync.reading))"
    }
    if sync.proposals.isEmpty { return "nothing tells what its metrics asked for (\(sync.reading))" }
    if isMemoryDoubt { return "what it remembered from before the recording, or from a gap, is not known" }
    if isRestartDoubt { return "the controller may have been restarted, or have scaled while nobody watched" }
    if plain.at.width > record.settings.syncPeriod {
      return "the clock is known to ±\((plain.at.width / 2).plain) only (\(sync.reading))"
    }
    let raw = CountSet(claimed.asked.compactMap { $0 })
    if !raw.isEmpty, raw.single == nil {
      return "the metrics ask for \(raw.text), depending on which young pods counted (\(sync.reading))"
    }
    let width = max(plain.at.width, ScalingRecord.slack)
    return "the clock is known to ±\((width / 2).plain) only, and a window or period ended about then"
  }

  var approval: String {
    guard let sync else { return "allowed" }
    let contradiction = sync.desired == to ? "" : "; its status says \(sync.desired)"
    return "allowed (\(sync.reading))\(contradiction)"
  }
}
