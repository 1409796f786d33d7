/// What the harness needs to know of a workload at one moment, of whatever kind it is.
package struct Workload: Sendable, Equatable, ObjectWithMetadata {
  package var kind: WorkloadKind
  package var metadata: ObjectMetadata
  /// `spec.replicas`: what is wanted; missing in a manifest means 1, as the API server fills in.
  package var wanted: Int
  /// By which the pods are found that the autoscaler counts.
  package var selector: LabelSelector?
  package var template: PodTemplate
  /// How its pods are replaced by those of a new template.
  package var replacement: PodReplacement
  /// `nil` before its controller has first written.
  package var status: Status?

  /// What the workload's controller counts.
  package struct Status: Sendable, Equatable {
    package var observedGeneration: Int64
    /// Pods that exist; of a Deployment, those that are not terminating.
    package var current: Int
    /// Those of the newest template.
    package var updated: Int
    package var ready: Int
    /// Those that have been ready for `minReadySeconds`.
    package var available: Int
    package var conditions: [Condition]

    package func condition(_ type: String) -> Condition? { conditions.first { $0.type == type } }
  }

  /// What its controller calls the newest template, by which an undo is told; `nil` while it has not said so.
  package var revision: String?
  /// Whether every pod that is to be replaced was, as the controller says beside its counts.
  package var isRevisionCurrent: Bool
}

/// How a workload replaces its pods by those of a new template.
package enum PodReplacement: Sendable, Equatable {
  /// New ones beside the old ones, within two fences (Deployment, `RollingUpdate`); `nil` is Kubernetes' default of 25 %.
  case surging(maxSurge: IntOrPercent?, maxUnavailable: IntOrPercent?)
  /// All old ones go before new ones come (Deployment, `Recreate`).
  case recreating
  /// One after another from the highest ordinal down to the partition, each in the place of the old one (StatefulSet,
  /// `RollingUpdate`); `maxUnavailable` may allow several at a time, `nil` is one.
  case ordered(partition: Int, maxUnavailable: IntOrPercent?)
  /// When somebody deletes them (StatefulSet, `OnDelete`).
  case byHand

  /// How many of so many pods stay as they are.
  package func kept(of wanted: Int) -> Int {
    if case .ordered(let partition, _) = self { min(partition, wanted) } else { 0 }
  }
}

extension Workload {
  /// Whether its controller has taken up the newest spec.
  package var isObserved: Bool { hasObserved(generation: metadata.generation ?? 0) }

  package func hasObserved(generation: Int64) -> Bool { status.map { $0.observedGeneration >= generation } ?? false }

  /// Whether the rollout of the template that a generation of the spec brought is complete: every pod that it replaces is
  /// of it, all that are wanted are available, and no other one is left.
  package func isComplete(generation: Int64) -> Bool {
    guard kind.type.rollsOut, let status, hasObserved(generation: generation), isRevisionCurrent else { return false }
    let replaced = wanted - replacement.kept(of: wanted)
    return status.updated >= replaced && status.current == wanted && status.available == wanted
  }

  /// Whether pods of another template than the newest are still to be replaced, as far as its controller has said.
  package var isRollingOut: Bool {
    guard kind.type.rollsOut, let status else { return false }
    return status.updated < status.current - replacement.kept(of: wanted)
  }

  /// Whether nothing is left for its controller to do.
  package var isSteady: Bool {
    if kind.type.rollsOut { return isComplete(generation: metadata.generation ?? 0) }
    guard isObserved, let status else { return false }
    return status.current == wanted && status.available == wanted
  }

  /// The image of the first container.
  package var image: String? { template.spec.containers?.first?.image }
}
