import Profiles

extension Profiles.Expectation.KindName {
  /// The world in which this kind is held to the truth; the compiler asks for one of each.
  var world: LabelledWorld {
    switch self {
    case .scaleUp: .scaleUp
    case .scaleDown: .scaleDown
    case .steadyReplicas: .steadyReplicas
    case .latency: .latency
    case .errorBudget: .errorBudget
    case .availabilityFloor: .availabilityFloor
    case .rolloutCompletes: .rolloutCompletes
    case .throughput: .throughput
    case .hpaConformance: .hpaConformance
    case .withinCorridor: .withinCorridor
    case .podsStayHealthy: .podsStayHealthy
    case .scheduledWithin: .scheduledWithin
    case .replicasSurvive: .replicasSurvive
    case .oneRollout: .oneRollout
    case .surgeCeiling: .surgeCeiling
    case .podsAdmitted: .podsAdmitted
    case .endpointsFloor: .endpointsFloor
    case .notWorse: .notWorse
    case .burnRate: .burnRate
    case .budgetShare: .budgetShare
    case .goodSlices: .goodSlices
    case .podStartup: .podStartup
    case .gracefulExit: .gracefulExit
    case .flapping: .flapping
    case .undisturbed: .undisturbed
    case .configRolled: .configRolled
    }
  }
}
