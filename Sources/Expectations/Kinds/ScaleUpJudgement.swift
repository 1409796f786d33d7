import Profiles

extension Expectation.ScaleUp: JudgedKind {
  /// Passes when the count certainly reached `to` within `within` of the latest possible `after`, or earlier.
  func opinion(on run: RunView) -> Opinion {
    Reaching(count: of, condition: to, after: after, within: within, direction: .up).opinion(on: run)
  }

  func remarks(on profile: Profile) -> [PlanRemark] {
    [PlanRemark.runTooShort(for: within, after: after, in: profile)].compactMap { $0 }
  }

  func remarks(on planned: PlannedWorkload) -> [PlanRemark] {
    [planned.unreachable(to, of: of, "to")].compactMap { $0 }
  }

  var focus: Judgement.Focus { .deadline }
}
