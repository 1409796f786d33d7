import LoadFacts
import Profiles
import RunTimeline
import Units

/// Watches the load of a run for the conditions on it that actions and faults wait for, in both worlds alike.
struct ErrorConditionWatch: Sendable {
  /// What begins when its condition is met.
  enum Waiting: Sendable, Hashable {
    /// By its number in ``RunSchedule/actions``.
    case action(Int)
    /// By its number among the faults that the cluster was told.
    case fault(Int)
  }

  private struct Awaited: Sendable {
    let waiting: Waiting
    /// Run time from which it is waited for.
    let from: Duration
    var watch: StopRuleWatch
  }

  private var awaited: [Awaited] = []

  init(profile: Profile, schedule: RunSchedule, timeScale: Double = 1) {
    func add(_ waiting: Waiting, _ condition: StartCondition?, from: Duration) {
      guard case .errors(let errors)? = condition else { return }
      awaited.append(
        Awaited(waiting: waiting, from: from, watch: StopRuleWatch(rules: [errors.rule], timeScale: timeScale)))
    }
    for (index, planned) in schedule.actions.enumerated() {
      add(.action(index), planned.action.when, from: planned.at)
    }
    for (index, fault) in SimulatedWorld.begunFaults(of: profile).enumerated() {
      add(.fault(index), fault.planned.when, from: fault.begins)
    }
  }

  /// Those that are waited for still.
  var waiting: [Waiting] { awaited.map(\.waiting) }

  /// Takes what was counted since the last call.
  ///
  /// - Parameter now: run time up to which everything that happened has been counted.
  /// - Returns: what begins now.
  mutating func add(_ load: [LoadInterval], _ samples: [GeneratorSample] = [], now: Duration) -> [Waiting] {
    var met: [Waiting] = []
    for index in awaited.indices {
      let breach = awaited[index].watch.add(load, samples, now: now)
      if breach != nil, now >= awaited[index].from { met.append(awaited[index].waiting) }
    }
    awaited.removeAll { met.contains($0.waiting) }
    return met
  }
}
