import AutoscalerModel
import KubernetesObjects
import Profiles
import RunTimeline

/// A run as expectations look at it: moments and windows with their bounds, and why they have none.
struct RunView {
  /// What is made of the run, which all expectations share.
  let analysis: RunAnalysis
  let timeline: Timeline
  /// What the machine that the load came from may have taken of the time of requests.
  let machineDelay: MachineDelay

  init(_ analysis: RunAnalysis) {
    self.analysis = analysis
    timeline = analysis.timeline
    machineDelay = analysis.machineDelay
  }

  /// What the controller was started with, as far as the profile tells.
  var settings: ControllerSettings { analysis.settings }

  /// The run up to when an object went.
  func before(_ absence: Absence) -> RunView { RunView(analysis.before(absence.deleted, because: absence.sentence)) }

  /// A moment of the run, or why it never came.
  enum Instant: Equatable {
    case known(InstantBounds)
    case missing(String)
  }

  /// A stretch of the run whose ends may be uncertain.
  struct Stretch: Equatable {
    var start: InstantBounds
    var end: InstantBounds
    /// Why the stretch had not ended when the recording did. It may then fail but not pass.
    var unfinished: String?
    /// Whether load that belongs to it was never sent, since the run was cut short.
    var cut = false
    /// When a window that was cut was planned to end; `nil` where the cluster decides that.
    var plannedEnd: Duration?
    /// For the window of a rollout: when it was complete. Whatever came before is certainly inside.
    var completed: InstantBounds?

    /// From the earliest start to the latest end.
    var hull: InstantBounds { InstantBounds(start.earliest, max(end.latest, start.earliest)) }
  }

  enum Resolved: Equatable {
    case known(Stretch)
    case missing(String)
  }

  /// How the run ended, for the reasons of an inconclusive verdict.
  var ending: String {
    if let cutReason = analysis.cutReason { return cutReason }
    return switch timeline.run.endReason {
    case .completed: "the run ended at \(timeline.lastInstant.plain)"
    case .interrupted where timeline.neverBegan: "the run was interrupted before its load began"
    case .interrupted: "the run was interrupted at \(timeline.lastInstant.plain)"
    case .failed: "the run broke off at \(timeline.lastInstant.plain)"
    case .aborted: "a stop rule ended the run at \(timeline.lastInstant.plain)"
    case nil: "the run was killed; its recording ends at \(timeline.lastInstant.plain)"
    }
  }

  var wasCut: Bool { timeline.run.endReason != .completed || timeline.run.endedAt == nil }

  /// When the run began: where a watch log was imported, with the lists at its head.
  var beginning: Duration {
    timeline.run.isImported ? timeline.phases.map(\.plannedStart).min() ?? .zero : .zero
  }

  func instant(_ moment: Moment) -> Instant {
    let anchor: Instant =
      switch moment.anchor {
      case .runStart: .known(InstantBounds(exactly: beginning))
      case .phaseStart(let name): phaseStart(name)
      case .phaseEnd(let name): phaseEnd(name)
      case .actionStart(let name): actionStart(name)
      case .actionEnd(let name): actionEnd(name)
      }
    guard case .known(let bounds) = anchor else { return anchor }
    return .known(bounds + moment.offset)
  }

  func stretch(_ window: Window) -> Resolved {
    switch window {
    case .run:
      let end = timeline.run.endedAt ?? timeline.lastInstant
      return .known(
        Stretch(
          start: InstantBounds(exactly: beginning), end: InstantBounds(exactly: max(end, beginning)),
          unfinished: wasCut ? ending : nil, cut: wasCut, plannedEnd: timeline.phases.map(\.plannedEnd).max()))
    case .phase(let name):
      let resolved = stretch(from: phaseStart(name), to: phaseEnd(name))
      guard case .known(var stretch) = resolved, stretch.cut, let phase = timeline.phase(name) else { return resolved }
      // What came after the cut is no part of the phase, although it was watched.
      if let end = phase.end { stretch.end = InstantBounds(exactly: end) }
      stretch.plannedEnd = phase.plannedEnd
      return .known(stretch)
    case .action(let name):
      if let action = timeline.action(name), action.sent != nil, action.problem == nil, action.dependsOnTemplate,
        rollout(of: name) == nil
      {
        return .missing("action \(name) replaced no pods, so that it was over at once")
      }
      let resolved = stretch(from: actionStart(name), to: actionEnd(name))
      guard case .known(var stretch) = resolved else { return resolved }
      // It begins as the first request leaves, so that what that changes belongs to it.
      stretch.start = InstantBounds(exactly: stretch.start.earliest)
      let cluster = timeline.action(name).flatMap(timeline.cluster(of:))
      if let cluster { stretch = stretch.lastingAsFar(as: cluster) }
      stretch.completed = rollout(of: name)?.completed ?? overtaking(of: name)?.completed
      return .known(stretch)
    case .span(let from, let to):
      guard case .known(var stretch) = span(from: instant(from), to: instant(to)), stretch.unfinished != nil,
        case .actionEnd = to.anchor, case .missing = instant(to)
      else { return span(from: instant(from), to: instant(to)) }
      // When it ended nobody saw, or it did not.
      stretch.end = InstantBounds(stretch.start.latest, stretch.end.latest)
      return .known(stretch)
    case .scaleUp: return climb(.up)
    case .scaleDown: return climb(.down)
    case .terminations, .readiness, .outside: return hull(of: pieces(of: window))
    }
  }

  /// From one moment to another. What lies behind the end of the run was never seen.
  private func span(from start: Instant, to end: Instant) -> Resolved {
    guard case .known(var stretch) = stretch(from: start, to: end) else { return stretch(from: start, to: end) }
    let last = timeline.run.endedAt ?? timeline.lastInstant
    guard stretch.unfinished == nil, stretch.end.latest > last else { return .known(stretch) }
    stretch.unfinished = ending
    stretch.cut = wasCut
    stretch.plannedEnd = stretch.end.latest
    stretch.end = InstantBounds(min(stretch.end.earliest, last), last)
    return .known(stretch)
  }

  /// What of the whole run is judged by a count that was watched: from the first list to the last word, unless that came so
  /// long before the end that the watch cannot have been alive.
  func watchedPart(of window: InstantBounds, by envelope: CountEnvelope) -> InstantBounds {
    guard let first = envelope.segments.first?.start, first < envelope.end else { return window }
    let isAlive = window.latest - envelope.end <= WatchLag.longestSilence
    return window.intersection(InstantBounds(first, isAlive ? envelope.end : window.latest)) ?? window
  }

  /// A window as far as a count was watched: the run lasts on after its load while the last answers and the last look at the
  /// cluster come in, and what follows that look belongs to nothing.
  func stretch(_ window: Window, watching envelope: CountEnvelope) -> Resolved {
    guard window == .run, case .known(var stretch) = stretch(window), !stretch.cut,
      let planned = timeline.phases.map(\.plannedEnd).max()
    else { return stretch(window) }
    let end = max(envelope.end, planned, stretch.start.latest)
    if end < stretch.end.earliest { stretch.end = InstantBounds(exactly: end) }
    return .known(stretch)
  }

  func stretch(from start: Instant, to end: Instant) -> Resolved {
    switch (start, end) {
    case (.missing(let reason), _): return .missing(reason)
    case (.known(let start), .known(let end)): return .known(Stretch(start: start, end: end))
    case (.known(let start), .missing(let reason)):
      let last = InstantBounds(exactly: max(timeline.lastInstant, start.latest))
      return .known(Stretch(start: start, end: last, unfinished: reason, cut: wasCut))
    }
  }

  private func phaseStart(_ name: String) -> Instant {
    guard let phase = timeline.phase(name) else { return .missing("the recording has no phase \"\(name)\"") }
    guard let start = phase.start else { return .missing("phase \(name) never began: \(ending)") }
    return .known(InstantBounds(exactly: start))
  }

  private func phaseEnd(_ name: String) -> Instant {
    guard let phase = timeline.phase(name) else { return .missing("the recording has no phase \"\(name)\"") }
    guard phase.start != nil else { return .missing("phase \(name) never began: \(ending)") }
    guard let end = phase.end else { return .missing("phase \(name) did not end: \(ending)") }
    // A run that ends early ends its phase as well, but not as it was planned.
    if wasCut, end < phase.plannedEnd {
      return .missing("phase \(name) was cut short: \(ending)")
    }
    return .known(InstantBounds(exactly: end))
  }

  private func actionStart(_ name: String) -> Instant {
    guard let action = timeline.action(name) else { return .missing("the recording has no action \"\(name)\"") }
    guard let sent = action.sent else { return .missing("action \(name) was never started: \(ending)") }
    if let problem = action.problem { return .missing("action \(name) failed: \(problem)") }
    return .known(action.begun ?? InstantBounds(sent, timeline.lastInstant))
  }

  private func actionEnd(_ name: String) -> Instant {
    let start = actionStart(name)
    guard case .known(let begin) = start else { return start }
    guard let action = timeline.action(name), let cluster = timeline.cluster(of: action) else {
      return .missing("no cluster was watched")
    }
    guard action.mayRollOut, action.effect == .rollout || rollout(of: name) != nil else {
      return ActionEnding(action: action, start: begin, cluster: cluster).settled(ending: ending)
    }
    guard let rollout = rollout(of: name) else {
      return .missing("no rollout was seen after action \(name)")
    }
    let overtaking = overtaking(of: name)
    guard let completed = rollout.completed ?? overtaking?.completed else {
      let fate = overtaking.map { "was \($0.sentence), when \(ending)" } ?? "had not completed when \(ending)"
      return .missing("the rollout of \(name) \(fate)")
    }
    let over = PodTerminations(in: cluster, from: rollout.started, to: completed).last(ending: ending)
    guard case .known(let bounds) = over, let answered = action.answered else { return over }
    // A program may go on when the pods are replaced.
    return .known(InstantBounds(max(bounds.earliest, answered), max(bounds.latest, answered)))
  }

  /// The rollout that an action started.
  func rollout(of action: String) -> Rollout? {
    guard let action = timeline.action(action), action.mayRollOut, let sent = action.sent,
      let cluster = timeline.cluster(of: action)
    else {
      return nil
    }
    switch action.effect {
    case .change: return cluster.rollouts.first { $0.generation == action.generation }
    case .changes(let before):
      guard let last = action.generation else { return nil }
      // Of several that it started, the last one is what it was to come to.
      return cluster.rollouts.last { $0.generation > before && $0.generation <= last }
    default: break
    }
    return cluster.rollouts.first { rollout in
      rollout.started.latest >= sent && (action.generation.map { rollout.generation >= $0 } ?? true)
    }
  }

  /// What overtook the rollout that an action started; `nil` where nothing did, or no rollout was seen.
  func overtaking(of action: String) -> Overtaking? {
    guard let rollout = rollout(of: action), let action = timeline.action(action) else { return nil }
    return Overtaking(rollout, among: timeline.cluster(of: action)?.rollouts ?? [])
  }

  /// The envelope of a count of replicas, or why there is none.
  func envelope(_ count: Expectation.ReplicaCount) -> (envelope: CountEnvelope?, reason: String) {
    guard let cluster = timeline.cluster else { return (nil, "no cluster was watched") }
    let envelope =
      switch count {
      case .wanted: cluster.wantedReplicas
      case .current: cluster.currentReplicas
      case .ready: cluster.readyReplicas
      case .available: cluster.availableReplicas
      }
    let resource = resource(of: count)
    let causes = causes(in: resource, from: .zero, to: timeline.lastInstant)
    let reason = "nothing was seen of \(timeline.run.cluster?.workload.title ?? "the workload")\(causes)"
    return (envelope.segments.contains { $0.range != nil } ? envelope : nil, reason)
  }

  /// Of what kind the workload is that was watched.
  var workloadKind: WorkloadKind { timeline.cluster?.kind ?? .deployment }

  /// The plural of the resource that a count is taken from.
  func resource(of count: Expectation.ReplicaCount) -> String {
    count == .ready ? Pod.resource.plural : workloadKind.resource.plural
  }

  /// The gaps of a resource that overlap a stretch of time.
  func gaps(in resource: String, from start: Duration, to end: Duration) -> [ObservationGap] {
    (timeline.cluster?.observationGaps[resource] ?? []).filter {
      $0.stretch.earliest < end && $0.stretch.latest > start
    }
  }

  /// `: 401: token expired`: why something was missed of a resource in a stretch of time; empty where nothing tells.
  func causes(in resource: String, from start: Duration, to end: Duration) -> String {
    CauseList(gaps(in: resource, from: start, to: end)).text
  }

  /// Whether the observer had lost sight of a resource in a part of a stretch, before the run ended.
  func wasUnwatched(_ resource: String, from start: Duration, to end: Duration) -> Bool {
    let ending = timeline.run.endedAt ?? timeline.lastInstant
    return gaps(in: resource, from: start, to: min(end, ending)).contains {
      $0.stretch.earliest < min(end, ending)
    }
  }
}
