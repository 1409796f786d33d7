import KubernetesObjects
import RunTimeline
import Units

/// A stage of the start of a pod, and whether it was over in time.
struct StartupStage {
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
  /// When pods were not watched.
  private let gaps: [InstantBounds]

  init(_ stage: Stage, of pod: PodLifeline, limit: Duration, isCertain: Bool, in cluster: ClusterHistory) {
    (self.stage, self.pod, self.limit, self.isCertain) = (stage, pod, limit, isCertain)
    gaps = (cluster.gaps[Pod.resource.plural] ?? []).filter { $0.latest > pod.created.earliest }
    let (from, to) = ends(of: stage)
    let going = pod.deleteRequested ?? pod.left
    guard let from else {
      // The stage may have begun, and taken long, where nobody saw it.
      let isSeen = going.map { end in gaps.allSatisfy { $0.earliest >= end.latest } } ?? false
      verdict = isSeen ? nil : .inconclusive
      return
    }
    if let to {
      let took = to.elapsed(since: from)
      (shortest, longest) = (max(took.shortest, .zero), max(took.longest, .zero))
      verdict = took.longest <= limit ? .pass : took.shortest > limit ? .fail : .inconclusive
      return
    }
    let unwatched = gaps.filter { $0.latest > from.earliest }.map(\.earliest)
    let watched = ([going?.earliest, cluster.readyReplicas.end].compactMap { $0 } + unwatched).min() ?? from.latest
    shortest = max(watched - from.latest, .zero)
    if shortest > limit {
      verdict = .fail
    } else if let going, going.latest - from.earliest <= limit {
      verdict = nil
    } else {
      verdict = .inconclusive
    }
  }

  private func ends(of stage: Stage) -> (from: InstantBounds?, to: InstantBounds?) {
    let (started, ready) = (perhapsEarlier(pod.started), perhapsEarlier(pod.ready.first?.from))
    return switch stage {
    case .whole: (pod.created, ready)
    case .scheduling: (pod.created, pod.scheduled)
    case .starting: (pod.scheduled, started)
    case .becomingReady: (started, ready)
    }
  }

  /// What was seen for the first time after a gap may have been in it before: a container that began again, readiness that
  /// was lost.
  private func perhapsEarlier(_ seen: InstantBounds?) -> InstantBounds? {
    guard let seen, let gap = gaps.filter({ $0.earliest < seen.latest }).map(\.earliest).min() else { return seen }
    return InstantBounds(min(seen.earliest, max(gap, pod.created.earliest)), seen.latest)
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
      let (from, to) = ends(of: part)
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
