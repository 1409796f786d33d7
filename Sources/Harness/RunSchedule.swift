import Profiles
import RunTimeline
import Units

/// When everything of a run is planned to happen, in run time.
struct RunSchedule {
  let phases: [PhaseSpan]
  /// With a condition, `at` is from when that is waited for.
  let actions: [(action: PlannedAction, at: Duration)]
  /// End of the stream that lasts longest.
  let loadEnd: Duration

  init(profile: Profile) {
    phases = profile.load.plannedPhases.map { phase in
      PhaseSpan(
        name: phase.name, plannedStart: phase.start, plannedEnd: phase.end,
        startRate: phase.startRate.perSecond, endRate: phase.endRate.perSecond, stream: phase.stream,
        users: phase.users, think: phase.think)
    }
    loadEnd = profile.load.duration
    // Actions are tied to phases and the start of the run only; the reader of profiles refuses others.
    actions = profile.actions
      .map { action in (action, action.at.map { profile.planned($0) ?? $0.offset } ?? .zero) }
      .sorted { $0.1 < $1.1 }
  }
}
