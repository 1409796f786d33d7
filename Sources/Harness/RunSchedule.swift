import Arrivals
import Profiles
import RunTimeline
import Units

/// When everything of a run is planned to happen, in run time.
struct RunSchedule {
  let phases: [PhaseSpan]
  let actions: [(action: PlannedAction, at: Duration)]
  /// End of the last phase.
  let loadEnd: Duration

  init(profile: Profile) {
    let schedule = ArrivalSchedule(phases: profile.load.phases, process: .uniform)
    let phases = profile.load.phases.enumerated().map { index, phase in
      let bounds = schedule.bounds(ofPhase: index)
      return PhaseSpan(
        name: phase.name, plannedStart: bounds.lowerBound, plannedEnd: bounds.upperBound,
        startRate: phase.startRate.perSecond, endRate: phase.endRate.perSecond)
    }
    self.phases = phases
    loadEnd = schedule.duration
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
