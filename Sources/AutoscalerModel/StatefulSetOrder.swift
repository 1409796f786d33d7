package import KubernetesObjects

/// In which order the StatefulSet controller touches its pods
/// (Kubernetes 1.36, pkg/controller/statefulset/stateful_set_control.go, `updateStatefulSet`).
package enum StatefulSetOrder {
  /// A pod of a StatefulSet, as its controller sees it.
  package struct OrdinalPod: Sendable, Equatable {
    package var ordinal: Int
    /// The name of the ControllerRevision whose template it has.
    package var revision: String
    /// Running and ready; a pod that terminates may still be.
    package var isReady: Bool
    /// Ready for `minReadySeconds`.
    package var isAvailable: Bool
    package var isTerminating: Bool
    /// `Failed` or `Succeeded`: nothing in it starts again.
    package var hasEnded: Bool

    package init(
      ordinal: Int, revision: String, isReady: Bool = true, isAvailable: Bool? = nil, isTerminating: Bool = false,
      hasEnded: Bool = false
    ) {
      self.ordinal = ordinal
      self.revision = revision
      self.isReady = isReady
      self.isAvailable = isAvailable ?? isReady
      self.isTerminating = isTerminating
      self.hasEnded = hasEnded
    }

    var isUnavailable: Bool { !isAvailable || isTerminating }
  }

  /// What the spec of a StatefulSet and its revisions ask for.
  package struct Rules: Sendable, Equatable {
    /// From `spec.ordinals.start`, as many as `spec.replicas`.
    package var ordinals: Range<Int>
    /// `podManagementPolicy: Parallel`; otherwise `OrderedReady`.
    package var isParallel: Bool
    package var replacement: PodReplacement
    /// The names of the ControllerRevisions before the update and after it.
    package var currentRevision: String
    package var updateRevision: String

    package init(
      ordinals: Range<Int>, isParallel: Bool = false, replacement: PodReplacement, currentRevision: String,
      updateRevision: String
    ) {
      self.ordinals = ordinals
      self.isParallel = isParallel
      self.replacement = replacement
      self.currentRevision = currentRevision
      self.updateRevision = updateRevision
    }

    /// The revision of a pod that is made now: below the partition that before the update
    /// (stateful_set_utils.go, `newVersionedStatefulSetPod`).
    package func revision(ofNew ordinal: Int) -> String {
      guard case .ordered(let partition, _) = replacement, ordinal < ordinals.lowerBound + partition else {
        return updateRevision
      }
      return currentRevision
    }
  }

  package enum Action: Sendable, Equatable {
    case create(ordinal: Int)
    /// Deletes a pod that is one too many, or that has ended.
    case remove(ordinal: Int)
    /// Deletes a pod, so that one of the new revision takes its place.
    case replace(ordinal: Int)
  }

  /// What one sync does.
  package struct Plan: Sendable, Equatable {
    package var actions: [Action]
    /// The pod for which everything else waits.
    package var waitsFor: Int?

    package init(_ actions: [Action] = [], waitsFor: Int? = nil) {
      self.actions = actions
      self.waitsFor = waitsFor
    }
  }

  /// What one sync does: fills gaps, removes what is too much, and then replaces what has an old revision.
  ///
  /// `OrderedReady` goes through the ordinals upwards, and waits at each pod until it is available; removes from the highest
  /// down, one at a time; and replaces when all are available. So a pod that does not become available stops everything,
  /// even when it has an old revision that nobody wants: after a rollback it has to be deleted by hand
  /// (kubernetes/kubernetes#67250). `Parallel` fills gaps and removes at once, and waits only to replace.
  package static func plan(pods: [OrdinalPod], rules: Rules) -> Plan {
    let known = Dictionary(pods.map { ($0.ordinal, $0) }) { $1 }
    let surplus = pods.filter { $0.ordinal >= 0 && !rules.ordinals.contains($0.ordinal) }
      .sorted { $0.ordinal > $1.ordinal }
    guard rules.isParallel else {
      return filling(known, rules) ?? removal(of: surplus) ?? replacements(known, rules)
    }
    var plan = Plan()
    for ordinal in rules.ordinals {
      guard let pod = known[ordinal] else {
        plan.actions.append(.create(ordinal: ordinal))
        continue
      }
      if pod.hasEnded, !pod.isTerminating { plan.actions.append(.remove(ordinal: ordinal)) }
    }
    plan.actions += surplus.filter { !$0.isTerminating }.map { .remove(ordinal: $0.ordinal) }
    let rest = replacements(known, rules)
    plan.actions += rest.actions.filter { action in
      if case .replace(let ordinal) = action { known[ordinal]?.hasEnded == false } else { true }
    }
    plan.waitsFor = rest.waitsFor
    return plan
  }

  /// The next step towards a pod at each ordinal, upwards; `nil` when all are there and available.
  private static func filling(_ known: [Int: OrdinalPod], _ rules: Rules) -> Plan? {
    for ordinal in rules.ordinals {
      guard let pod = known[ordinal] else { return Plan([.create(ordinal: ordinal)]) }
      if pod.hasEnded { return Plan(pod.isTerminating ? [] : [.remove(ordinal: ordinal)], waitsFor: ordinal) }
      if pod.isUnavailable { return Plan(waitsFor: ordinal) }
    }
    return nil
  }

  /// The next removal of a pod that is too much, the highest first; one that is not available goes only when no lower one
  /// is in the same state (`processCondemned`).
  private static func removal(of surplus: [OrdinalPod]) -> Plan? {
    guard let highest = surplus.first else { return nil }
    let lowestUnavailable = surplus.last(where: \.isUnavailable)?.ordinal
    if highest.isTerminating { return Plan(waitsFor: highest.ordinal) }
    if !highest.isAvailable, highest.ordinal != lowestUnavailable { return Plan(waitsFor: lowestUnavailable) }
    return Plan([.remove(ordinal: highest.ordinal)])
  }

  /// The replacement of pods of an old revision, from the highest ordinal down to the partition.
  private static func replacements(_ known: [Int: OrdinalPod], _ rules: Rules) -> Plan {
    guard case .ordered(let partition, let maxUnavailable) = rules.replacement else { return Plan() }
    let ordinals = rules.ordinals.dropFirst(max(partition, 0)).reversed()
    func isOutdated(_ pod: OrdinalPod) -> Bool { pod.revision != rules.updateRevision && !pod.isTerminating }
    guard let maxUnavailable else {
      for ordinal in ordinals {
        guard let pod = known[ordinal] else { return Plan(waitsFor: ordinal) }
        if isOutdated(pod) { return Plan([.replace(ordinal: ordinal)]) }
        if pod.isUnavailable { return Plan(waitsFor: pod.ordinal) }
      }
      return Plan()
    }
    return replacements(
      ordinals.compactMap { known[$0] }.filter(isOutdated), known, rules,
      allowed: max(maxUnavailable.scaled(to: rules.ordinals.count, roundingUp: false), 1))
  }

  /// Several at a time, where the gate `MaxUnavailableStatefulSet` is on: only there has a spec `maxUnavailable`, and the
  /// API server fills in 1. Pods that are not available count against it; but `Parallel` replaces those of an old
  /// revision in any case (Kubernetes 1.37, kubernetes/kubernetes#137666).
  private static func replacements(
    _ outdated: [OrdinalPod], _ known: [Int: OrdinalPod], _ rules: Rules, allowed: Int
  ) -> Plan {
    let unavailable = rules.ordinals.filter { known[$0]?.isUnavailable ?? true }
    let budget = max(allowed - unavailable.count, 0)
    var chosen = outdated.prefix(budget)
    if rules.isParallel {
      chosen = outdated.filter { !$0.isAvailable } + outdated.filter(\.isAvailable).prefix(budget)
    }
    let waitsFor = chosen.isEmpty && !outdated.isEmpty ? unavailable.last : nil
    return Plan(chosen.map { .replace(ordinal: $0.ordinal) }, waitsFor: waitsFor)
  }

  /// The status that a sync writes: it counts the pods that it found, and what it replaces no longer as of the old revision
  /// (`computeReplicaStatus`; stateful_set_utils.go, `completeRollingUpdate`).
  package static func status(
    of pods: [OrdinalPod], rules: Rules, plan: Plan, generation: Int64?, collisionCount: Int
  ) -> StatefulSet.Status {
    func count(_ isCounted: (OrdinalPod) -> Bool) -> Int { pods.filter(isCounted).count }
    let replaced = plan.actions.filter { if case .replace = $0 { true } else { false } }.count
    let wanted = rules.ordinals.count
    var status = StatefulSet.Status()
    status.observedGeneration = generation
    status.replicas = pods.count
    status.readyReplicas = count(\.isReady)
    status.availableReplicas = count(\.isAvailable)
    let current = count { $0.revision == rules.currentRevision && !$0.isTerminating } - replaced
    let updated = count { $0.revision == rules.updateRevision && !$0.isTerminating }
    status.currentReplicas = current
    status.updatedReplicas = updated
    status.currentRevision = rules.currentRevision
    status.updateRevision = rules.updateRevision
    status.collisionCount = collisionCount
    if case .ordered = rules.replacement, updated == wanted, status.readyReplicas == wanted, pods.count == wanted {
      status.currentReplicas = updated
      status.currentRevision = rules.updateRevision
    }
    return status
  }
}
