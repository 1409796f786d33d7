import KubernetesObjects
import Profiles
import RunTimeline
import Units

extension Expectation.ConfigRolled: JudgedKind {
  /// After each change there is an instant, `within` later, at which every ready pod has to be one that was created after it:
  /// variables are read when a container starts, and a file that is mounted is refreshed by the kubelet after up to two
  /// minutes, but read again only by a program that does so by itself, which no object tells.
  func opinion(on run: RunView) -> Opinion {
    run.judging(during, watching: \.readyReplicas) { judged in
      guard let history = judged.cluster.configs[config], history.knownFrom != nil else {
        let cause = judged.cluster.configs[config]?.gaps.lazy.compactMap(\.cause).first
        return .inconclusive("\(config) was not observed" + (cause.map { ": \($0)" } ?? ""))
      }
      guard !isUnused(in: judged.cluster) else {
        return .inconclusive(
          "no container of the workload uses \(config): its pod template names it neither for variables nor for volumes, so "
            + "that no pod has to be newer", window: judged.window)
      }
      let changes = CountedMoments(
        history.changes.map { ConfigRuling($0, within, in: judged.cluster) }, in: judged.stretch, at: \.change.at)
      let sight = judged.sight(of: config.resource, unknown: history.unknown(in: judged.watched))
      let isKnown = sight.isWhole && !changes.all.isEmpty && changes.all.allSatisfy(\.isShown)
      let measured = Judgement.Measurement.count(
        "pods.withOldConfig", changes.certain.filter(\.isOfContent).compactMap { $0.old?.lowerBound }.max() ?? 0,
        isKnown ? changes.all.compactMap { $0.old?.upperBound }.max() ?? 0 : nil, limit: .noneAllowed)
      let evidence = changes.all.prefix(12).map {
        Evidence(at: $0.change.at, $0.sentence(of: config, within) + $0.caveat(among: changes.all))
      }
      return decided(changes, history, sight).about(
        judged.window, evidence: evidence + sight.gaps, measuring: [measured])
    }
  }

  /// Whether no version of the pod template that was seen names the object.
  private func isUnused(in cluster: ClusterHistory) -> Bool {
    let named = cluster.workload.filter { !$0.deleted }.map(\.object.template.configs)
    return !named.isEmpty && named.allSatisfy { $0.map { !$0.contains(config) } ?? false }
  }

  private func decided(
    _ changes: CountedMoments<ConfigRuling>, _ history: ConfigHistory, _ sight: JudgedCluster.Sight
  ) -> Opinion {
    if let failed = changes.certain.first(where: { $0.isOfContent && $0.verdict == .fail }) {
      let advice =
        "have the pod template change with it, by an annotation with its checksum or a new name, or restart the workload; "
        + "a program that rereads a mounted file by itself needs no new pods, and no such expectation"
      return .fail(failed.sentence(of: config, within), evidence: [Evidence(at: failed.change.at, advice)])
    }
    if let doubt = changes.certain.first(where: { $0.verdict != .pass }) {
      return .inconclusive(doubt.doubt(of: config, within))
    }
    if let doubt = changes.doubtful.first(where: { $0.verdict != .pass }) {
      return .inconclusive("\(doubt.sentence(of: config, within)), which may lie outside of \(during)")
    }
    if let objection = sight.objection() { return objection }
    guard let first = changes.all.first else {
      return .inconclusive(
        history.versions.isEmpty
          ? "there was no \(config)"
          : history.versions.contains(where: \.deleted)
            ? "\(config) was deleted" : "\(config) did not change during \(during)")
    }
    let count = changes.all.count
    return .pass(
      count == 1 ? first.sentence(of: config, within) : "all ready pods were newer after each of \(count) changes")
  }

  func remarks(on profile: Profile) -> [PlanRemark] {
    let start: Duration? =
      switch during {
      case .run: .zero
      case .phase(let name): profile.planned(Moment(.phaseStart(name)))
      case .span(let from, _): profile.planned(from)
      default: nil
      }
    return [start.flatMap { tooLate($0, "the start of \(during)", in: profile) }].compactMap { $0 }
  }

  /// That a change may be looked at only when the run is over; `nil` where it is not.
  private func tooLate(_ change: Duration, _ what: String, in profile: Profile) -> PlanRemark? {
    let rest = max(profile.load.duration - change, .zero)
    guard within > rest else { return nil }
    // What is under way when the load ends is waited for.
    return PlanRemark(
      field: "within", message: "the run ends \(rest.text) after \(what), before the bound of \(within.text)",
      hint: "write less, or make the last phase longer: after a change it is looked at once, when the bound is over",
      isImpossible: within > rest + profile.target.requestTimeout)
  }

  func remarks(on planned: PlannedWorkload) -> [PlanRemark] {
    let (kind, fields) = (config.kind.rawValue, planned.fields)
    func impossible(_ message: String, _ hint: String) -> [PlanRemark] {
      [PlanRemark(field: "config", message: message, hint: hint, isImpossible: true)]
    }
    let names = fields.objects(kind).map(\.objectName)
    guard fields.mayExist(kind, config.name) else {
      return impossible(
        "no manifest has \(config), and nothing in the run makes it",
        Spelling.nearest(to: config.name, among: names).map { "did you mean \(kind)/\($0)?" }
          ?? (names.isEmpty ? "add it to the manifests" : "there are: \(names.sorted().joined(separator: ", "))"))
    }
    if let used = planned.fixedTemplate?.configs, !used.contains(config) {
      return impossible(
        "no container of \(planned.reference.text) uses \(config): its pod template names it neither for variables nor for "
          + "volumes, so that no pod has to be newer",
        used.isEmpty
          ? "have the pod template use it" : "it uses: \(used.map(\.description).sorted().joined(separator: ", "))")
    }
    guard !fields.runsPrograms else { return [] }
    let changes = fields.changes(of: kind, config.name)
    guard !changes.isEmpty else {
      return impossible(
        "nobody changes \(config) in this run, so that there is nothing to judge",
        "change it by an action (patch, apply) or a fault (write)")
    }
    let times = changes.map(\.at)
    guard let first = times.compactMap({ $0 }).min(), !times.contains(nil) else { return [] }
    return [tooLate(first, "the first change of \(config) at \(first.text)", in: planned.profile)].compactMap { $0 }
  }
}

/// Which of the ready pods were older than a change, so much time after it.
private struct ConfigRuling {
  let change: ConfigHistory.Change
  /// When that was looked at.
  let due: InstantBounds
  /// Ready pods that were created before the change, and all; `nil` where they are not known.
  let old: ClosedRange<Int>?
  let ready: ClosedRange<Int>?
  /// How many pods that are older may have read it again, since a container of theirs was started anew.
  let restarted: Int

  init(_ change: ConfigHistory.Change, _ within: Duration, in cluster: ClusterHistory) {
    self.change = change
    due = InstantBounds(change.at.earliest + within, change.at.latest + within)
    var presences: [CountEnvelope.Presence] = []
    var restarted = 0
    for pod in cluster.pods where pod.created.earliest < change.at.latest {
      let isOld = pod.created.latest <= change.at.earliest
      // A container that was still to start has read it then.
      let isAnew =
        pod.health.ends.contains { $0.at.latest >= change.at.earliest }
        || (pod.started?.latest ?? .farFuture) > change.at.earliest
      if isOld, !isAnew {
        presences += pod.ready
      } else {
        presences += pod.ready.map { .possible(over: InstantBounds($0.from.earliest, $0.to?.latest ?? .farFuture)) }
        if isAnew { restarted += 1 }
      }
    }
    self.restarted = restarted
    let known = cluster.readyReplicas
    let envelope = CountEnvelope(
      presences: presences, start: known.segments.first?.start ?? .zero,
      gaps: cluster.gaps[Pod.resource.plural] ?? [], end: known.end)
    ready = Self.hull(known, due)
    old = Self.hull(envelope, due)
  }

  /// Whether it is certainly a change of what is in the object.
  var isOfContent: Bool { change.doubt == nil }

  /// That pods may have what is in the object now, though they are older than the change.
  func caveat(among all: [ConfigRuling]) -> String {
    let isOvertaken =
      verdict != .pass && all.contains { $0.change.at.latest > change.at.latest && $0.change.at.earliest < due.latest }
    return isOvertaken ? "; it changed again before that, and nothing tells whether that put it back" : ""
  }

  /// Whether pods were there that show which value they have.
  var isShown: Bool { old != nil && ready?.lowerBound ?? 0 > 0 }

  /// The least and the most at any instant of some bounds; `nil` where it is not known at one of them.
  private static func hull(_ envelope: CountEnvelope, _ bounds: InstantBounds) -> ClosedRange<Int>? {
    let pieces = envelope.pieces(from: bounds.earliest, to: bounds.latest)
    guard bounds.latest <= envelope.end, let least = pieces.compactMap(\.range?.lowerBound).min(),
      let most = pieces.compactMap(\.range?.upperBound).max(), !pieces.contains(where: { $0.range == nil })
    else { return nil }
    return least...most
  }

  var verdict: Verdict {
    guard let old, let ready else { return .inconclusive }
    if old.lowerBound > 0 { return .fail }
    return old.upperBound == 0 && ready.lowerBound > 0 ? .pass : .inconclusive
  }

  /// `configmap/settings changed at 1m10s, and 5m later no ready pod was newer: 3 of 3 were older`
  func sentence(of config: ConfigReference, _ within: Duration) -> String {
    let begin = "\(config) changed \(change.at.plain), and \(within.text) later"
    guard let old, let ready else { return "\(begin) the pods are not known" }
    switch verdict {
    case .pass: return "\(begin) all ready pods were newer"
    case .inconclusive where ready.upperBound == 0: return "\(begin) no pod was ready, so that none shows the new value"
    case .inconclusive: return "\(begin) up to \(old.upperBound) ready pods may have been older"
    case .fail:
      let isNone = old.lowerBound >= ready.upperBound
      return
        "\(begin) \(isNone ? "no ready pod was newer: " : "")\(old.lowerBound) of \(ready.upperBound) "
        + "\(isNone ? "" : "ready pods ")\(ready.upperBound == 1 ? "was" : "were") older"
    }
  }

  /// Why it is not decided.
  func doubt(of config: ConfigReference, _ within: Duration) -> String {
    let found = sentence(of: config, within)
    if verdict == .fail, let doubt = change.doubt { return "\(found), but \(doubt)" }
    return found + (restarted > 0 ? ", since containers of \(restarted) of them were started after it" : "")
  }
}
