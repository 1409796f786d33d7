import AutoscalerModel
import RunTimeline
import Units

/// One step of the count held against all histories that the observation allows: impossible under all of them, asked for
/// by all of them, or neither.
struct StepRuling {
  let verdict: Verdict
  let text: String

  init(from: Int, to: Int, at: InstantBounds, plan: ScalingPlan, sync: Int?, record: ScalingRecord) {
    let step = JudgedStep(from: from, to: to, at: at, plan: plan, sync: sync, record: record)
    if let objection = step.objection {
      (verdict, text) = (.fail, objection)
    } else if let doubt = step.doubt {
      (verdict, text) = (.inconclusive, doubt)
    } else {
      (verdict, text) = (.pass, step.approval)
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

  init(from: Int, to: Int, at: InstantBounds, plan: ScalingPlan, sync: Int?, record: ScalingRecord) {
    self.to = to
    self.sync = sync.map { record.syncs[$0] }
    position = sync
    self.record = record
    func past(_ doubts: HistoryDoubts) -> SyncPast {
      SyncPast(current: from, at: at, plan: plan, own: sync, record: record, doubts: doubts)
    }
    all = past(.all)
    plain = past(.plain)
    timed = past(.timed)
  }

  private var isHeld: Bool { sync?.isHeld ?? false }

  /// What the metrics may have asked for: one range for each set of inputs, or anything.
  private var asked: [ClosedRange<Int>?] {
    guard let sync, !sync.proposals.isEmpty else { return [nil] }
    return Set(sync.proposals.map(\.raw)).sorted().map { $0...$0 }
  }

  private func outcome(_ past: SyncPast, _ raw: ClosedRange<Int>?) -> PossibleOutcome {
    PossibleOutcome(past, raw: raw, isHeld: isHeld)
  }

  /// Why no history allows the count; `nil` when one does.
  var objection: String? {
    let outcomes = asked.map { outcome(all, $0) }
    if outcomes.contains(where: { $0.allows(to) }) { return nil }
    let whole = outcome(all, sync?.raw)
    if whole.allows(to) {
      // Between what different inputs lead to.
      return "the metrics ask for \(Self.list(outcomes.map(\.range))), and for nothing between"
    }
    return whole.objection(to: to, record: record)
  }

  /// What the metrics may have asked for by what the autoscaler says of itself; all of it where that fits nothing.
  private var claimed: (asked: [ClosedRange<Int>?], claims: SyncClaims) {
    guard let sync, !sync.proposals.isEmpty else { return (asked, .none) }
    // What was not remembered for certain is a last resort to explain what the autoscaler says.
    for (past, knownOnly) in [(timed, true), (timed, false), (all, false)] {
      let fitting = asked.filter { raw in
        guard let raw else { return true }
        return sync.claims.allows(raw: raw.lowerBound, from: plain.current)
          && !PossibleOutcome(past, raw: raw, isHeld: isHeld, knownOnly: knownOnly).counts(sync.claims).isEmpty
      }
      if !fitting.isEmpty { return (fitting, sync.claims) }
    }
    return (asked, .none)
  }

  /// The counts that some history asks for, with the reason for which there may be several.
  private var demanded: (counts: [ClosedRange<Int>], isRestartDoubt: Bool, isMemoryDoubt: Bool) {
    let (asked, claims) = claimed
    var counts: [ClosedRange<Int>] = []
    var (isRestartDoubt, isMemoryDoubt) = (false, false)
    for raw in asked {
      let firm = outcome(plain, raw)
      let loose = outcome(timed, raw)
      // What the autoscaler says of itself settles which pods counted and an age at the edge of a period, and no doubt
      // about what it knew from before.
      let settled = firm.dependsOnUnseenMemory ? [] : firm.counts(claims)
      counts += settled.isEmpty ? [firm.range] : settled
      if loose.range != firm.range {
        counts.append(loose.range)
        isRestartDoubt = true
      }
      if firm.dependsOnUnseenMemory { isMemoryDoubt = true }
    }
    return (counts, isRestartDoubt, isMemoryDoubt)
  }

  /// Why the count, which some history allows, is not what all of them ask for; `nil` when it is.
  var doubt: String? {
    let demanded = demanded
    if demanded.counts.hull == to...to { return nil }
    let firm = claimed.asked.map { outcome(plain, $0) }
    if demanded.isRestartDoubt, !firm.contains(where: { $0.allows(to) }) {
      let objection = outcome(plain, claimed.asked.compactMap { $0 }.hull).objection(to: to, record: record)
      return "\(objection), unless the controller was restarted or the autoscaler scaled while nobody watched"
    }
    let counts = Self.list(demanded.counts)
    return
      "allowed are \(counts), which is too coarse to tell: \(coarseness(demanded.isRestartDoubt, demanded.isMemoryDoubt))"
  }

  private func coarseness(_ isRestartDoubt: Bool, _ isMemoryDoubt: Bool) -> String {
    guard let sync else {
      return "its own status of it was not seen, so that nothing tells what its metrics asked for"
    }
    if sync.proposals.isEmpty { return "nothing tells what its metrics asked for (\(sync.reading))" }
    if isMemoryDoubt { return "what it remembered from before the recording, or from a gap, is not known" }
    if isRestartDoubt { return "the controller may have been restarted, or have scaled while nobody watched" }
    if plain.at.width > record.settings.syncPeriod {
      return "the clock is known to ±\((plain.at.width / 2).plain) only (\(sync.reading))"
    }
    let raws = Set(claimed.asked.compactMap { $0?.lowerBound }).sorted()
    if raws.count > 1 {
      return
        "the metrics ask for \(Self.list(raws.map { $0...$0 })), depending on which young pods counted (\(sync.reading))"
    }
    let width = max(plain.at.width, ScalingRecord.slack)
    return "the clock is known to ±\((width / 2).plain) only, and a window or period ended about then"
  }

  /// `5, 7 to 9`.
  private static func list(_ ranges: [ClosedRange<Int>]) -> String {
    let sorted = Set(ranges).sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
    var texts: [String] = []
    for range in sorted {
      let high = range.upperBound >= Int(Int32.max) ? "any more" : "\(range.upperBound)"
      texts.append(range.lowerBound == range.upperBound ? "\(range.lowerBound)" : "\(range.lowerBound) to \(high)")
    }
    return texts.count > 1 ? texts.dropLast().joined(separator: ", ") + " or " + texts[texts.count - 1] : texts.joined()
  }

  var approval: String {
    guard let sync else { return "allowed" }
    let contradiction = sync.desired == to ? "" : "; its status says \(sync.desired)"
    return "allowed (\(sync.reading))\(contradiction)"
  }
}
