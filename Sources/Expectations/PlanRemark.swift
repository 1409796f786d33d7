import Profiles
import Units

/// What the plan of a profile tells of one of its expectations.
struct PlanRemark: Equatable {
  /// The key that it is about.
  var field: String
  var message: String
  var hint: String?
  /// Whether it can never pass, so that the profile is refused.
  var isImpossible = false
}

extension PlanRemark {
  /// That the run ends before a bound; `nil` where it does not, or nobody can know.
  static func runTooShort(for within: Duration, after: Moment, in profile: Profile) -> PlanRemark? {
    guard let start = profile.planned(after) else { return nil }
    let rest = profile.load.duration - start
    guard within > rest else { return nil }
    return PlanRemark(
      field: "within",
      message: "the run ends \(max(rest, .zero).plain) after \(after), before the bound of \(within.text)",
      hint: "what is not reached by then is inconclusive; make the last phase longer to let it fail")
  }
}

extension Profile {
  /// When a moment is planned; `nil` where that depends on the cluster.
  fileprivate func planned(_ moment: Moment) -> Duration? {
    let phases = load.plannedPhases
    func bounds(_ name: String) -> Range<Duration>? {
      phases.first { $0.name == name }.map { $0.start..<$0.end }
    }
    switch moment.anchor {
    case .runStart: return moment.offset
    case .phaseStart(let name): return bounds(name).map { $0.lowerBound + moment.offset }
    case .phaseEnd(let name): return bounds(name).map { $0.upperBound + moment.offset }
    case .actionStart(let name):
      return actions.first { $0.name == name }.flatMap { planned($0.at) }.map { $0 + moment.offset }
    case .actionEnd: return nil
    }
  }

  /// Requests that are planned for a window; `nil` where that depends on the cluster or on users.
  func requests(in window: Window, _ route: String?) -> Int? {
    plannedRequests(in: window, route: route).map { Int($0.rounded()) }
  }
}
