import Profiles

/// A kind of expectation with the way in which it is judged: one file in `Kinds` each.
protocol JudgedKind: ExpectationKind {
  /// What it has to say about a run.
  func opinion(on run: RunView) -> Opinion

  /// What its user should know of it before a run, from what the profile plans; empty where the plan tells nothing.
  func remarks(on profile: Profile) -> [PlanRemark]

  /// What its user should know of it before a run whose cluster begins with known objects; empty where those tell nothing.
  func remarks(on planned: PlannedWorkload) -> [PlanRemark]

  /// Whether what it says goes on where the workload or its autoscaler is not there, see ``AbsenceRule``.
  var judgesAbsences: Bool { get }

  /// Whether what others change in the middle of a run leaves open what it says of the time after, see ``GuardRule``.
  var isDisturbable: Bool { get }

  /// Where a reader of what did not pass looks first.
  var focus: Judgement.Focus { get }
}

// What most kinds do: whether they can pass depends on the cluster or the target, which no plan tells of.
extension JudgedKind {
  func remarks(on profile: Profile) -> [PlanRemark] { [] }
  func remarks(on planned: PlannedWorkload) -> [PlanRemark] { [] }
  var focus: Judgement.Focus { .firstEvidence }
  var judgesAbsences: Bool { false }
  /// What clients got is so whoever changed the workload, and an autoscaler is held to the spec that it has.
  var isDisturbable: Bool { subject == .scaling || subject == .workload }
}

extension Expectation.Kind {
  /// The one place of this module that names every kind.
  var judged: any JudgedKind {
    switch self {
    case .scaleUp(let wanted): wanted
    case .scaleDown(let wanted): wanted
    case .steadyReplicas(let wanted): wanted
    case .latency(let wanted): wanted
    case .errorBudget(let wanted): wanted
    case .availabilityFloor(let wanted): wanted
    case .rolloutCompletes(let wanted): wanted
    case .throughput(let wanted): wanted
    case .hpaConformance(let wanted): wanted
    case .withinCorridor(let wanted): wanted
    case .podsStayHealthy(let wanted): wanted
    case .scheduledWithin(let wanted): wanted
    case .replicasSurvive(let wanted): wanted
    case .oneRollout(let wanted): wanted
    case .surgeCeiling(let wanted): wanted
    case .podsAdmitted(let wanted): wanted
    case .endpointsFloor(let wanted): wanted
    case .notWorse(let wanted): wanted
    case .burnRate(let wanted): wanted
    case .budgetShare(let wanted): wanted
    case .goodSlices(let wanted): wanted
    case .podStartup(let wanted): wanted
    case .gracefulExit(let wanted): wanted
    case .flapping(let wanted): wanted
    case .undisturbed(let wanted): wanted
    case .configRolled(let wanted): wanted
    }
  }
}
