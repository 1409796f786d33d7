import KubernetesObjects
import Profiles
import RunTimeline
import Units

extension Expectation.ScheduledWithin: JudgedKind {
  /// From the creation of each pod of the window to when the scheduler gave it a node.
  ///
  /// Of a pod that was taken away before it had one, only that it had waited for too long can be told.
  func opinion(on run: RunView) -> Opinion {
    guard let cluster = run.timeline.cluster else { return .inconclusive("no cluster was watched") }
    switch run.stretch(during, watching: cluster.readyReplicas) {
    case .missing(let reason): return .inconclusive(reason)
    case .known(let stretch):
      let window = stretch.hull
      let waits = cluster.pods.compactMap { PodWait($0, watchedUntil: cluster.readyReplicas.end, within: within) }
      let created = CountedMoments(waits, in: stretch, at: \.pod.created)
      let unknown = PodCoverage(cluster: cluster).unknown(from: window.earliest, to: window.latest)
      let isWhole = stretch.unfinished == nil && unknown == nil
      let measured = [measurement(of: created, isWhole: isWhole)]
      let evidence =
        created.all.filter { $0.longest.map { $0 > within } ?? true }.prefix(12).map(\.row)
        + CountEvidence.gaps(run, resource: Pod.resource.plural, in: window)
      if let worst = created.certain.filter({ $0.shortest > within }).max(by: { $0.shortest < $1.shortest }) {
        return .fail(
          "\(worst.sentence), \((worst.shortest - within).plain) more than \(within.text)", window: window,
          evidence: Self.advice(cluster, in: window) + evidence
        ).measuring(measured)
      }
      if let doubt = created.doubtful.first(where: { $0.longest.map { $0 > within } ?? true }) {
        return .inconclusive(
          "\(doubt.sentence), and it may have been created outside of \(during)", window: window, evidence: evidence
        ).measuring(measured)
      }
      if let open = created.certain.first(where: { $0.longest.map { $0 > within } ?? true }) {
        let reason = open.longest == nil ? "\(open.sentence) when \(run.ending)" : "\(open.sentence), around the bound"
        return .inconclusive(reason, window: window, evidence: evidence).measuring(measured)
      }
      if let unfinished = stretch.unfinished {
        return .inconclusive(unfinished, window: window, evidence: evidence).measuring(measured)
      }
      if let unknown {
        return .unknown(
          unknown.earliest, unknown.latest, run, resource: Pod.resource.plural, window: window, evidence: evidence
        ).measuring(measured)
      }
      guard let slowest = created.all.max(by: { ($0.longest ?? .zero) < ($1.longest ?? .zero) }) else {
        return .inconclusive("no pod of the workload was created during \(during)", window: window)
      }
      guard !created.certain.isEmpty else {
        return .inconclusive(
          "\(created.doubtful.count.of("pod")) may have been created during \(during), and none certainly was",
          window: window, evidence: evidence
        ).measuring(measured.unjudged)
      }
      return .pass(
        "\(created.all.count.of("new pod")); the slowest, \(slowest.sentence)", window: window, evidence: evidence
      ).measuring(measured)
    }
  }

  /// Whether it can pass depends on the cluster, which no plan tells of.
  func remarks(on profile: Profile) -> [PlanRemark] { [] }

  var focus: Judgement.Focus { .firstEvidence }

  private func measurement(of created: CountedMoments<PodWait>, isWhole: Bool) -> Judgement.Measurement {
    let longest = created.all.map(\.longest)
    let isKnown = isWhole && !created.all.isEmpty && longest.allSatisfy { $0 != nil }
    return .time(
      "pods.scheduledAfter", created.certain.map(\.shortest).max(), isKnown ? longest.compactMap { $0 }.max() : nil,
      limit: .atMost(within))
  }

  /// What to change, by what the scheduler says of the pods that it found no place for.
  private static func advice(_ cluster: ClusterHistory, in window: InstantBounds) -> [Evidence] {
    let refusals = cluster.ownEvents.filter {
      $0.event.reason == "FailedScheduling" && $0.at.latest >= window.earliest && $0.at.earliest <= window.latest
    }
    guard let refusal = refusals.last, let message = refusal.event.message else {
      return [Evidence("give the cluster more nodes, or ask for less in resources.requests of the pod template")]
    }
    let resource = ["cpu", "memory"].first { message.contains("Insufficient \($0)") }
    let field = resource.map { "resources.requests.\($0)" } ?? "nodeSelector, affinity and tolerations"
    return [Evidence(at: refusal.at, "change \(field) of the pod template, or add nodes that fit: \(message)")]
  }
}

/// How long a pod waited for its node.
struct PodWait {
  let pod: PodLifeline
  let shortest: Duration
  /// `nil` where it may have had to wait on.
  let longest: Duration?
  private let isScheduled: Bool

  /// `nil` for a pod that was taken away before it had waited for long enough to tell anything.
  init?(_ pod: PodLifeline, watchedUntil end: Duration, within: Duration) {
    self.pod = pod
    if let scheduled = pod.scheduled {
      let waited = scheduled.elapsed(since: pod.created)
      (shortest, longest, isScheduled) = (max(waited.shortest, .zero), max(waited.longest, .zero), true)
      return
    }
    let gone = [pod.deleteRequested, pod.failed, pod.removed].compactMap { $0 }.min { $0.earliest < $1.earliest }
    shortest = max((gone?.earliest ?? end) - pod.created.latest, .zero)
    (longest, isScheduled) = (nil, false)
    if let gone, gone.latest - pod.created.earliest <= within { return nil }
  }

  var sentence: String {
    if isScheduled, let longest {
      return "pod \(pod.name) had its node \(InstantBounds(shortest, longest).length) after it was created"
    }
    return "pod \(pod.name) had no node \(shortest.plain) after it was created"
  }

  var row: Evidence { Evidence(at: pod.created, sentence) }
}

extension InstantBounds {
  /// `1.2s`, or `1.2s to 2.3s`, of bounds of a length of time.
  var length: String { earliest.plain == latest.plain ? latest.plain : "\(earliest.plain) to \(latest.plain)" }
}
