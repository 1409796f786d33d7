/// A part of the run that is judged.
package enum Window: Sendable, Equatable {
  case run
  case phase(String)
  /// An action with all that it started.
  case action(String)
  /// From one moment to another.
  case span(from: Moment, to: Moment)
  /// From the first rescale upwards until the pods that the last one before a rescale downwards asked for are ready.
  case scaleUp
  /// From the first rescale downwards until the pods are gone that the last one before a rescale upwards took away.
  case scaleDown
  /// Whenever a pod goes: from when that is asked for until nothing is sent to it any more.
  case terminations
  /// The first so long of each pod's readiness.
  case readiness(Duration)
  /// All of the run but that.
  indirect case outside(Window)

  /// Whether it goes from one moment to another without a break.
  package var isOnePiece: Bool {
    switch self {
    case .run, .phase, .action, .span, .scaleUp, .scaleDown: true
    case .terminations, .readiness, .outside: false
    }
  }

  /// Whether it is of one workload, so that it has to be said of which where there are several.
  package var isOfOneWorkload: Bool {
    switch self {
    case .scaleUp, .scaleDown: true
    case .run, .phase, .action, .span, .terminations, .readiness: false
    case .outside(let window): window.isOfOneWorkload
    }
  }

  /// Whether the cluster decides when it is, and not the plan or an action.
  package var dependsOnPods: Bool {
    switch self {
    case .run, .phase, .action, .span: false
    case .scaleUp, .scaleDown, .terminations, .readiness: true
    case .outside(let window): window.dependsOnPods
    }
  }
}
