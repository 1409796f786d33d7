import Profiles
import RunTimeline
import Units

/// When everything of a run is planned to happen, in run time.
struct RunSchedule {
  let phases: [PhaseSpan]
  let actions: [(action: PlannedAction, at: Duration)]
  /// End of the stream that lasts longest.
  let loadEnd: Duration

  init(profile: Profile) {
    let phases = profile.load.plannedPhases.map { phase in
      PhaseSpan(
        name: phase.name, plannedStart: phase.start, plannedEnd: phase.end,
        startRate: phase.startRate.perSecond, endRate: phase.endRate.perSecond, stream: phase.stream,
        users: phase.users, think: phase.think)
    }
    self.phases = phases
    loadEnd = profile.load.duration
    actions = profile.actions
      .map { ($0, Self.planned($0.at, phases: phases)) }
      .sorted { $0.1 < $1.1 }
  }

  /// The planned run time of a moment that an action is tied to.
  ///
  /// Actions are tied to phases and the start of the run only; the reader of profiles refuses others.
  private static func planned(_ moment: Moment, phases: [PhaseSpan]) -> Duration {
    let anchor: Duration =
      switch moment.anchor {
      case .phaseStart(let name): phases.first { $0.name == name }?.plannedStart ?? .zero
      case .phaseEnd(let name): phases.first { $0.name == name }?.plannedEnd ?? .zero
      case .runStart, .actionStart, .actionEnd: .zero
      }
    return anchor + moment.offset
  }
}
