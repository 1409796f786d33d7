import KubernetesObjects
import Profiles
import RunTimeline
import Units

extension Expectation.PodStartup: JudgedKind {
  /// Every pod and each stage by itself, by the times that the pod bears. A pod that was asked to go before a bound was over
  /// is not judged by it.
  func opinion(on run: RunView) -> Opinion {
    switch run.stretch(during) {
    case .missing(let reason): return .inconclusive(reason)
    case .known(let stretch):
      guard let cluster = run.timeline.cluster else { return .inconclusive("no cluster was watched") }
      let pieces = WindowPieces(stretch)
      let pods = cluster.pods.filter {
        $0.created.latest >= stretch.start.earliest && $0.created.earliest <= stretch.end.latest
      }
      let stages = pods.flatMap { pod in
        let isCertain = pieces.mustHold(pod.created.earliest, pod.created.latest + .nanoseconds(1))
        return bounds.map { StartupStage($0.stage, of: pod, limit: $0.limit, isCertain: isCertain, in: cluster) }
      }
      return opinion(on: run, in: stretch, stages, pods: pods.count, cluster)
    }
  }

  private var bounds: [(stage: StartupStage.Stage, limit: Duration)] {
    [(.whole, within), (.scheduling, scheduled), (.starting, started), (.becomingReady, ready)].compactMap {
      stage, limit in limit.map { (stage, $0) }
    }
  }

  private func opinion(
    on run: RunView, in stretch: RunView.Stretch, _ stages: [StartupStage], pods: Int, _ cluster: ClusterHistory
  ) -> Opinion {
    let window = stretch.hull
    let gap = run.gaps(in: Pod.resource.plural, from: window.earliest, to: window.latest).first
    let isWhole = gap == nil && stretch.unfinished == nil
    let late = stages.filter { $0.verdict == .fail && $0.isCertain }
    let open = stages.filter { $0.verdict == .inconclusive || $0.verdict == .fail && !$0.isCertain }
    let evidence =
      (late + open).prefix(8).map { Evidence(at: $0.pod.created, $0.sentence) }
      + CountEvidence.gaps(run, resource: Pod.resource.plural, in: window)
    let measured = bounds.compactMap { bound in measurement(bound.stage, bound.limit, stages, isWhole: isWhole) }
    if let worst = late.max(by: { $0.shortest - $0.limit < $1.shortest - $1.limit }) {
      let names = Set(late.map(\.pod.uid)).count
      let more = names > 1 ? "; \(names) of \(pods.of("pod")) were late" : ""
      return .fail(
        "\(worst.sentence)\(worst.blame)\(more)", window: window, evidence: evidence + worst.advice
      ).measuring(measured)
    }
    if let unfinished = stretch.unfinished {
      return .inconclusive(unfinished, window: window, evidence: evidence).measuring(measured)
    }
    if let gap {
      return .unknown(
        gap.stretch.earliest, gap.stretch.latest, run, resource: Pod.resource.plural, window: window, evidence: evidence
      ).measuring(measured)
    }
    if let first = open.first {
      return .inconclusive(first.sentence, window: window, evidence: evidence).measuring(measured)
    }
    let judged = stages.filter { $0.verdict == .pass }
    guard let slowest = judged.max(by: { $0.longest ?? .zero < $1.longest ?? .zero }) else {
      let reason =
        pods == 0 ? "no pod was made in \(during)" : "all pods that were made in \(during) were asked to go before"
      return .inconclusive(reason, window: window, evidence: evidence)
    }
    guard judged.contains(where: \.isCertain) else {
      return .inconclusive(
        "\(pods.of("pod")) may have been made in \(during), and none certainly was", window: window, evidence: evidence
      ).measuring(measured.unjudged)
    }
    return .pass(
      "\(Set(judged.map(\.pod.uid)).count.of("pod")) in time; the slowest: \(slowest.sentence)", window: window,
      evidence: evidence
    ).measuring(measured)
  }

  /// What the slowest pod took for a stage.
  private func measurement(
    _ stage: StartupStage.Stage, _ limit: Duration, _ all: [StartupStage], isWhole: Bool
  ) -> Judgement.Measurement? {
    let judged = all.filter { $0.stage == stage && $0.verdict != nil }
    if judged.isEmpty { return nil }
    let longest = judged.map(\.longest)
    let isKnown = isWhole && longest.allSatisfy { $0 != nil }
    return .time(
      "podStartup.\(stage.rawValue)", judged.filter(\.isCertain).map(\.shortest).max() ?? .zero,
      isKnown ? longest.compactMap { $0 }.max() : nil, limit: .atMost(limit))
  }

  /// Whether it can pass depends on the cluster, which no plan tells of.
  func remarks(on profile: Profile) -> [PlanRemark] { [] }

  var focus: Judgement.Focus { .firstEvidence }
}

/// A stage of the start of a pod, and whether it was over in time.
private struct StartupStage {
  enum Stage: String {
    case whole = "readyAfter"
    case scheduling = "scheduledAfter"
    case starting = "startedAfter"
    case becomingReady = "readyAfterStart"
  }

  let stage: Stage
  let pod: PodLifeline
  let limit: Duration
  /// Whether the pod certainly came to be in the window.
  let isCertain: Bool
  /// `nil` for a pod that was asked to go before.
  private(set) var verdict: Verdict?
  private(set) var shortest = Duration.zero
  /// `nil` where it was not over as far as was seen.
  private(set) var longest: Duration?

  init(_ stage: Stage, of pod: PodLifeline, limit: Duration, isCertain: Bool, in cluster: ClusterHistory) {
    (self.stage, self.pod, self.limit, self.isCertain) = (stage, pod, limit, isCertain)
    let (from, to) = Self.ends(stage, of: pod)
    let going = pod.deleteRequested ?? pod.removed
    guard let from else {
      verdict = going == nil ? .inconclusive : nil
      return
    }
    if let to {
      let took = to.elapsed(since: from)
      (shortest, longest) = (max(took.shortest, .zero), max(took.longest, .zero))
      verdict = took.longest <= limit ? .pass : took.shortest > limit ? .fail : .inconclusive
      return
    }
    let gaps = (cluster.gaps[Pod.resource.plural] ?? []).filter { $0.latest > from.earliest }.map(\.earliest)
    let watched = ([going?.earliest, cluster.readyReplicas.end].compactMap { $0 } + gaps).min() ?? from.latest
    shortest = max(watched - from.latest, .zero)
    if shortest > limit {
      verdict = .fail
    } else if let going, going.latest - from.earliest <= limit {
      verdict = nil
    } else {
      verdict = .inconclusive
    }
  }

  private static func ends(_ stage: Stage, of pod: PodLifeline) -> (from: InstantBounds?, to: InstantBounds?) {
    switch stage {
    case .whole: (pod.created, pod.ready.first?.from)
    case .scheduling: (pod.created, pod.scheduled)
    case .starting: (pod.scheduled, pod.started)
    case .becomingReady: (pod.started, pod.ready.first?.from)
    }
  }

  private var words: String {
    switch stage {
    case .whole: "ready"
    case .scheduling: "given a node"
    case .starting: "started"
    case .becomingReady: "ready after its start"
    }
  }

  var sentence: String {
    if let longest {
      return "pod \(pod.name) was \(words) in \(InstantBounds(shortest, longest).plain), with a bound of \(limit.text)"
    }
    return
      "pod \(pod.name) was not \(words) in the \(shortest.plain) that it was watched, with a bound of \(limit.text)"
  }

  /// The parts of the start, each with the longest that it can have taken.
  private var parts: [(stage: Stage, text: String, length: Duration)] {
    [Stage.scheduling, .starting, .becomingReady].compactMap { part in
      let (from, to) = Self.ends(part, of: pod)
      guard let from, let to else { return nil }
      let took = to.elapsed(since: from)
      let name = part == .scheduling ? "a node" : part == .starting ? "starting" : "becoming ready"
      let length = InstantBounds(max(took.shortest, .zero), max(took.longest, .zero))
      return (part, "\(name) took \(length.plain)", length.latest)
    }
  }

  /// The stage that took the most of the whole, or in which the pod hung.
  private var slowest: Stage {
    guard stage == .whole else { return stage }
    if pod.scheduled == nil { return .scheduling }
    if pod.started == nil { return .starting }
    if pod.ready.isEmpty { return .becomingReady }
    return parts.max { $0.length < $1.length }?.stage ?? .becomingReady
  }

  /// `; becoming ready took 41s`; empty where only one stage was asked for.
  var blame: String {
    guard stage == .whole else { return "" }
    let blamed = slowest
    if let part = parts.first(where: { $0.stage == blamed }) { return "; \(part.text)" }
    return blamed == .scheduling
      ? "; it got no node" : blamed == .starting ? "; no container ran" : "; its probe did not succeed"
  }

  /// The one field to change.
  var advice: [Evidence] {
    let container = pod.spec.containers?.first
    switch slowest {
    case .scheduling:
      return [
        Evidence("no node had room at once: lower resources.requests of the pod template, or keep nodes in reserve")
      ]
    case .starting:
      let why = pod.waitingReason.map { " (\($0))" } ?? ""
      return [
        Evidence(
          "pulling the image and init containers come before the start\(why): use a smaller image, or pull it beforehand"
        )
      ]
    case .whole, .becomingReady:
      let delay = container?.readinessProbe?.initialDelaySeconds ?? 0
      if Duration.seconds(delay) * 2 > limit {
        return [
          Evidence(
            "readinessProbe.initialDelaySeconds is \(delay): lower it, and let a startupProbe wait for the program")
        ]
      }
      let period = container?.readinessProbe?.period ?? 10
      return [
        Evidence(
          "the program took so long to pass its readinessProbe, which asks every \(period)s: have it start faster")
      ]
    }
  }
}
