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
  /// That nothing in the run can be seen to take longer than a bound; `nil` where something can.
  static func neverExceeded(_ bound: Duration, _ field: String, in profile: Profile) -> PlanRemark? {
    let length = profile.load.duration
    guard bound >= length else { return nil }
    return PlanRemark(
      field: field,
      message: "nothing takes longer than \(bound.text) in a run of \(length.text), so that this "
        + "cannot fail",
      hint: "write less, or make the last phase longer")
  }

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
  /// Requests that are planned for a window; `nil` where that depends on the cluster or on users.
  func requests(in window: Window, _ route: String?) -> Int? {
    plannedRequests(in: window, route: route).map { Int($0.rounded()) }
  }
}
