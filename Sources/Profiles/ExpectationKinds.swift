// The one place of this module that names every kind. Whoever adds one begins with a case of `KindName`, and the compiler
// asks for the rest.

extension Expectation {
  /// The kinds that can be asked for, in the order in which guides name them.
  package enum KindName: String, Sendable, CaseIterable {
    case scaleUp
    case scaleDown
    case steadyReplicas
    case latency
    case errorBudget
    case availabilityFloor
    case rolloutCompletes
    case throughput
    case hpaConformance
    case withinCorridor
    case podsStayHealthy
    case scheduledWithin
    case replicasSurvive
    case oneRollout
    case surgeCeiling
    case podsAdmitted
    case endpointsFloor
    case notWorse
    case burnRate
    case budgetShare
    case goodSlices
    case podStartup
    case gracefulExit
    case flapping
    case undisturbed
    case configRolled

    package var type: any ExpectationKind.Type {
      switch self {
      case .scaleUp: ScaleUp.self
      case .scaleDown: ScaleDown.self
      case .steadyReplicas: SteadyReplicas.self
      case .latency: Latency.self
      case .errorBudget: ErrorBudget.self
      case .availabilityFloor: AvailabilityFloor.self
      case .rolloutCompletes: RolloutCompletes.self
      case .throughput: Throughput.self
      case .hpaConformance: HPAConformance.self
      case .withinCorridor: WithinCorridor.self
      case .podsStayHealthy: PodsStayHealthy.self
      case .scheduledWithin: ScheduledWithin.self
      case .replicasSurvive: ReplicasSurvive.self
      case .oneRollout: OneRollout.self
      case .surgeCeiling: SurgeCeiling.self
      case .podsAdmitted: PodsAdmitted.self
      case .endpointsFloor: EndpointsFloor.self
      case .notWorse: NotWorse.self
      case .burnRate: BurnRate.self
      case .budgetShare: BudgetShare.self
      case .goodSlices: GoodSlices.self
      case .podStartup: PodStartup.self
      case .gracefulExit: GracefulExit.self
      case .flapping: Flapping.self
      case .undisturbed: Undisturbed.self
      case .configRolled: ConfigRolled.self
      }
    }
  }

  package enum Kind: Sendable, Equatable {
    case scaleUp(ScaleUp)
    case scaleDown(ScaleDown)
    case steadyReplicas(SteadyReplicas)
    case latency(Latency)
    case errorBudget(ErrorBudget)
    case availabilityFloor(AvailabilityFloor)
    case rolloutCompletes(RolloutCompletes)
    case throughput(Throughput)
    case hpaConformance(HPAConformance)
    case withinCorridor(WithinCorridor)
    case podsStayHealthy(PodsStayHealthy)
    case scheduledWithin(ScheduledWithin)
    case replicasSurvive(ReplicasSurvive)
    case oneRollout(OneRollout)
    case surgeCeiling(SurgeCeiling)
    case podsAdmitted(PodsAdmitted)
    case endpointsFloor(EndpointsFloor)
    case notWorse(NotWorse)
    case burnRate(BurnRate)
    case budgetShare(BudgetShare)
    case goodSlices(GoodSlices)
    case podStartup(PodStartup)
    case gracefulExit(GracefulExit)
    case flapping(Flapping)
    case undisturbed(Undisturbed)
    case configRolled(ConfigRolled)

    package var wanted: any ExpectationKind {
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
}
