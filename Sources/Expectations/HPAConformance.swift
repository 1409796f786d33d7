import AutoscalerModel
import Profiles
import RunTimeline
import Units

extension Expectation.HPAConformance {
  /// Passes when every rescale that the autoscaler made is what its spec allows under at least one history that the
  /// observation allows; fails when one is impossible under all of them.
  ///
  /// Where a rescale would be allowed only if the controller had been restarted, or had scaled where nobody watched,
  /// it is inconclusive. Changes by anybody else are named and not judged.
  func opinion(on run: RunView) -> Opinion {
    guard run.timeline.cluster != nil else { return .inconclusive("no cluster was watched") }
    guard let record = ScalingRecord(run.timeline, settings: controller.settings) else {
      return .inconclusive("nothing was seen of the autoscaler, or nothing of the Deployment that it scales")
    }
    if record.syncs.isEmpty { return .inconclusive("no sync of the autoscaler was seen: it wrote no status") }
    let judge = ConformanceJudge(record: record)
    let rulings =
      (record.changes.indices.map(judge.rule(onChange:)) + record.syncs.indices.compactMap(judge.rule(onSync:)))
      .sorted { $0.at.latest < $1.at.latest }
    return opinion(rulings, record: record)
  }

  private func opinion(_ rulings: [ConformanceRuling], record: ScalingRecord) -> Opinion {
    var evidence = rulings.map { Evidence(at: $0.at, "\($0.verdict.rawValue): \($0.text)") }
    let version =
      record.versionIsKnown ? "Kubernetes \(record.version)" : "unknown version, judged as \(record.version)"
    evidence.append(Evidence("\(version); \(record.syncs.count.of("status write")) of the autoscaler seen"))
    let window = InstantBounds(record.syncs.first?.at.earliest ?? .zero, record.timeline.lastInstant)
    let failed = rulings.filter { $0.verdict == .fail }
    if let first = failed.first {
      let more = failed.count > 1 ? " (and \((failed.count - 1).of("further violation")))" : ""
      return .fail("\(first.text), \(first.at.plain)\(more)", window: window, evidence: evidence)
    }
    if let doubt = rulings.first(where: { $0.verdict == .inconclusive }) {
      return .inconclusive("\(doubt.text), \(doubt.at.plain)", window: window, evidence: evidence)
    }
    let judged = record.changes.count { $0.author == .autoscaler }
    let others = record.changes.count - judged
    let rest = others > 0 ? "; \(others.of("change")) by others" : ""
    return .pass(
      judged == 0
        ? "the autoscaler did not scale, as its spec allows\(rest)"
        : "\(judged.of("rescale")), each as the spec allows\(rest)", window: window, evidence: evidence)
  }
}

/// What is found of one rescale, or of one sync that left the count as it was.
struct ConformanceRuling: Equatable {
  var at: InstantBounds
  var verdict: Verdict
  var text: String
}

/// Holds what a recording shows of an autoscaler against what its spec allows.
struct ConformanceJudge {
  let record: ScalingRecord

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

  /// Judges a sync whose decision no change of the Deployment shows; `nil` when there is nothing to object.
  func rule(onSync index: Int) -> ConformanceRuling? {
    let sync = record.syncs[index]
    guard !sync.failed, sync.change == nil, sync.current > 0, index > 0, isQuiet(about: sync.at),
      sync.raw != nil || sync.desired != sync.current
    else { return nil }
    let (verdict, text) = rule(sync.current, sync.desired, at: sync.at, sync: index)
    guard verdict == .fail else { return nil }
    let what = sync.desired == sync.current ? "stays at \(sync.current)" : "\(sync.current) to \(sync.desired)"
    return ConformanceRuling(at: sync.at, verdict: .fail, text: "\(what): \(text)")
  }

  /// Judges a step by every spec that may have been in force; the kindest counts.
  private func rule(_ from: Int, _ to: Int, at: InstantBounds, sync: Int?) -> (verdict: Verdict, text: String) {
    let rulings = record.plans(at: at).map { plan in
      rule(from, to, at: at, plan: plan, raw: sync.flatMap { record.syncs[$0].raw }, sync: sync)
    }
    return rulings.first { $0.0 == .pass } ?? rulings.first { $0.0 == .inconclusive } ?? rulings.first
      ?? (.inconclusive, "no spec of the autoscaler was seen")
  }

  /// Whether nobody else changed the count near an instant.
  private func isQuiet(about at: InstantBounds) -> Bool {
    !record.changes.contains { change in
      change.at.latest >= at.earliest - .seconds(1) && change.at.earliest <= at.latest + .seconds(1)
    }
  }

  private func rule(
    _ from: Int, _ to: Int, at: InstantBounds, plan: ScalingPlan, raw: ClosedRange<Int>?, sync: Int?
  ) -> (Verdict, String) {
    let strict = PossibleOutcome(
      current: from, at: at, plan: plan, raw: raw, sync: sync, record: record, leniently: false)
    if strict.allows(to) { return (.pass, approval(to, from: from, sync: sync)) }
    let lenient = PossibleOutcome(
      current: from, at: at, plan: plan, raw: raw, sync: sync, record: record, leniently: true)
    let objection = strict.objection(to: to, record: record)
    if lenient.allows(to) {
      return (
        .inconclusive,
        "\(objection), unless the controller was restarted or the autoscaler scaled while nobody watched"
      )
    }
    return (.fail, objection)
  }

  private func approval(_ to: Int, from: Int, sync: Int?) -> String {
    guard let sync else { return "allowed; the autoscaler's own status of it was not seen" }
    let said = record.syncs[sync].desired
    let contradiction = said == to ? "" : "; its status says \(said)"
    return "allowed (\(record.syncs[sync].reading))\(contradiction)"
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
