import KubernetesObjects
import Profiles
import RunTimeline
import Units

extension Expectation.ScheduledWithin: JudgedKind {
  /// From the creation of each pod of the window to when the scheduler gave it a node.
  ///
  /// Of a pod that was taken away before it had one, only that it had waited for too long can be told.
  func opinion(on run: RunView) -> Opinion {
    run.judging(during, watching: \.readyReplicas) { judged in
      let waits = judged.cluster.pods.compactMap {
        PodWait($0, watchedUntil: judged.cluster.readyReplicas.end, within: within)
      }
      let created = CountedMoments(waits, in: judged.stretch, at: \.pod.created)
      let sight = judged.sightOfPods
      return decided(created, judged, sight).about(
        judged.window, evidence: created.all.filter(mayBeLate).prefix(12).map(\.row) + sight.gaps,
        measuring: created.all.isEmpty ? [] : [measurement(of: created, isWhole: sight.isWhole)])
    }
  }

  func remarks(on profile: Profile) -> [PlanRemark] {
    [PlanRemark.neverExceeded(within, "within", in: profile)].compactMap { $0 }
  }

  private func decided(
    _ created: CountedMoments<PodWait>, _ judged: JudgedCluster, _ sight: JudgedCluster.Sight
  ) -> Opinion {
    if let worst = created.certain.filter({ $0.shortest > within }).max(by: { $0.shortest < $1.shortest }) {
      return .fail(
        "\(worst.sentence), \((worst.shortest - within).plain) more than \(within.text)",
        evidence: Self.advice(judged.cluster, in: judged.window))
    }
    if let doubt = created.doubtful.first(where: mayBeLate) {
      return .inconclusive("\(doubt.sentence), and it may have been created outside of \(during)")
    }
    if let open = created.certain.first(where: mayBeLate) {
      let when = open.longest == nil ? " when \(judged.run.ending)" : ", around the bound"
      return .inconclusive("\(open.sentence)\(when)")
    }
    if let objection = sight.objection() { return objection }
    guard let slowest = created.all.max(by: { ($0.longest ?? .zero) < ($1.longest ?? .zero) }) else {
      return .inconclusive("no pod of the workload was created during \(during)")
    }
    guard !created.certain.isEmpty else {
      return .inconclusive(
        "\(created.doubtful.count.of("pod")) may have been created during \(during), and none certainly was")
    }
    return .pass("\(created.all.count.of("new pod")); the slowest, \(slowest.sentence)")
  }

  private func mayBeLate(_ wait: PodWait) -> Bool { wait.longest.map { $0 > within } ?? true }

  private func measurement(of created: CountedMoments<PodWait>, isWhole: Bool) -> Judgement.Measurement {
    let longest = created.all.map(\.longest)
    let isKnown = isWhole && longest.allSatisfy { $0 != nil }
    return .time(
      "pods.scheduledAfter", created.certain.map(\.shortest).max(), isKnown ? longest.compactMap { $0 }.max() : nil,
      // Of pods that may belong to another window nothing follows.
      limit: created.certain.isEmpty ? nil : .atMost(within))
  }

  /// What to change, by what the scheduler says of the pods that it found no place for.
  private static func advice(_ cluster: ClusterHistory, in window: InstantBounds) -> [Evidence] {
    let refusals = cluster.ownEvents.filter { $0.event.reason == "FailedScheduling" && $0.at.meets(window) }
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
    let gone = [pod.deleteRequested, pod.failed, pod.left].compactMap { $0 }.min { $0.earliest < $1.earliest }
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
