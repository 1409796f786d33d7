package import KubernetesObjects
import Units

/// The HorizontalPodAutoscaler controller: the model and its memory, stepped by the caller's clock
/// (Kubernetes 1.36, pkg/controller/podautoscaler/horizontal.go, `reconcileAutoscaler`).
///
/// One value stands for one running controller process, for all HPAs that it syncs. A restart or a change of leader is a
/// new value: all memory is gone. Times are instants of the cluster's clock, with whatever epoch the caller uses.
package struct HPAController: Sendable {
  package let settings: ControllerSettings
  package let version: KubernetesVersion
  private let calculator: ReplicaCalculator
  private let usesPodLevelResources: Bool
  private let usesScaleToZero: Bool
  private let downscaleWindow: Int64
  private var memories: [Memory] = []
  private var positions: [Key: Int] = [:]

  private struct Key: Sendable, Hashable {
    let namespace: String
    let name: String
  }

  private struct Memory: Sendable {
    let key: Key
    var plan: ScalingPlan
    var history = ScalingHistory()
    var selectorText = ""
    var selector: LabelSelector?
  }

  package init(settings: ControllerSettings = .defaults, version: KubernetesVersion = .v1_36) {
    self.settings = settings
    self.version = version
    calculator = ReplicaCalculator(settings: settings, version: version)
    usesPodLevelResources = settings.podLevelResources ?? version.podLevelResourcesByDefault
    usesScaleToZero = settings.scaleToZero ?? version.scaleToZeroByDefault
    downscaleWindow = settings.downscaleStabilization.microseconds
  }

  /// One sync of one HPA.
  ///
  /// When the decision has a ``Decision/rescale``, the caller writes it to the target's scale, and then calls
  /// ``recordRescale(_:at:)``, or sets ``Decision/rescaleError`` if the write failed. Afterwards
  /// ``Decision/status(updating:)`` is the status to store and ``Decision/events`` what the controller reports.
  ///
  /// - Parameters:
  ///   - pods: the pods of the HPA's namespace that the target's selector matches.
  ///   - metrics: one reading for each metric of the spec, in its order
  ///     (see ``KubernetesObjects/HorizontalPodAutoscaler/Spec/metricsOrDefault``).
  package mutating func sync(
    at now: KubernetesTime, autoscaler: HorizontalPodAutoscaler, target: ScaleTarget, pods: [ScaledPod],
    metrics: [MetricReading]
  ) -> Decision {
    let position = position(of: autoscaler)
    let plan = memories[position].plan
    let current = target.specReplicas
    memories[position].history.recordInitialRecommendation(current, at: now)

    var decision = Decision(
      time: now, plan: plan, version: version, path: .computed, currentReplicas: current, desiredReplicas: current)
    if current == 0, !mayLeaveZero(plan, status: autoscaler.status) {
      decision.path = .disabled
      if version.remembersScalingToZero, !usesScaleToZero { decision.scaledToZero = .remove }
      return decision
    }
    if current > plan.maxReplicas {
      decision.path = .aboveMaxReplicas
      decision.desiredReplicas = plan.maxReplicas
    } else if current < plan.minReplicas, current > 0 {
      decision.path = .belowMinReplicas
      decision.desiredReplicas = plan.minReplicas
    } else {
      compute(&decision, position: position, target: target, pods: pods, metrics: metrics)
    }
    markScalingToZero(in: &decision)
    return decision
  }

  /// One sync whose metrics ask for a count, whatever they read: from the recommendation on as any other.
  package mutating func sync(
    at now: KubernetesTime, autoscaler: HorizontalPodAutoscaler, currentReplicas current: Int, asking raw: Int
  ) -> Decision {
    let position = position(of: autoscaler)
    let plan = memories[position].plan
    memories[position].history.recordInitialRecommendation(current, at: now)
    var decision = Decision(
      time: now, plan: plan, version: version, path: .computed, currentReplicas: current, desiredReplicas: current)
    if current > plan.maxReplicas {
      (decision.path, decision.desiredReplicas) = (.aboveMaxReplicas, plan.maxReplicas)
    } else if current < plan.minReplicas {
      (decision.path, decision.desiredReplicas) = (.belowMinReplicas, plan.minReplicas)
    } else {
      settle(raw, in: &decision, position: position)
    }
    return decision
  }

  /// One sync whose target or scale could not be read.
  package mutating func sync(
    at now: KubernetesTime, autoscaler: HorizontalPodAutoscaler, targetError: String
  ) -> Decision {
    let plan = memories[position(of: autoscaler)].plan
    return Decision(
      time: now, plan: plan, version: version, path: .scaleUnreadable(targetError), currentReplicas: 0,
      desiredReplicas: 0)
  }

  /// Remembers the rescale of a decision after it was written.
  ///
  /// - Parameter now: when the write had succeeded.
  package mutating func recordRescale(
    _ decision: Decision, of autoscaler: HorizontalPodAutoscaler, at now: KubernetesTime
  ) {
    guard let new = decision.rescale else { return }
    recordRescale(of: autoscaler, from: decision.currentReplicas, to: new, at: now)
  }

  /// Remembers a change of the count made by this controller: an event for the policies, kept only with `spec.behavior`.
  package mutating func recordRescale(
    of autoscaler: HorizontalPodAutoscaler, from old: Int, to new: Int, at now: KubernetesTime
  ) {
    let position = position(of: autoscaler)
    guard let behavior = memories[position].plan.behavior else { return }
    memories[position].history.recordScaleEvent(
      from: old, to: new, rules: new > old ? behavior.scaleUp : behavior.scaleDown, at: now)
  }

  /// Drops the memory of an HPA: what a sync does that finds the object gone.
  package mutating func forget(namespace: String, name: String) {
    guard let position = positions[Key(namespace: namespace, name: name)] else { return }
    memories.remove(at: position)
    positions = Dictionary(uniqueKeysWithValues: memories.indices.map { (memories[$0].key, $0) })
  }

  /// What is remembered of an HPA; `nil` before its first sync. Setting it puts a controller into a known state.
  package subscript(history autoscaler: HorizontalPodAutoscaler) -> ScalingHistory? {
    get { positions[Self.key(of: autoscaler)].map { memories[$0].history } }
    set { memories[position(of: autoscaler)].history = newValue ?? ScalingHistory() }
  }

  /// Makes the pods that an HPA selects known without a sync of it, as an HPA that was synced before.
  package mutating func register(selector: LabelSelector, of autoscaler: HorizontalPodAutoscaler) {
    memories[position(of: autoscaler)].selector = selector
  }
}

extension HPAController {
  private static func key(of autoscaler: HorizontalPodAutoscaler) -> Key {
    Key(namespace: autoscaler.metadata.namespace ?? "", name: autoscaler.metadata.name ?? "")
  }

  /// The place of an HPA's memory; where there is but one, found without a table.
  private func knownPosition(of autoscaler: HorizontalPodAutoscaler) -> Int? {
    if let key = memories.first?.key, memories.count == 1 {
      return key.name == autoscaler.metadata.name ?? "" && key.namespace == autoscaler.metadata.namespace ?? ""
        ? 0 : nil
    }
    return positions[Self.key(of: autoscaler)]
  }

  /// The place of an HPA's memory, made if need be, with the plan of its present spec.
  private mutating func position(of autoscaler: HorizontalPodAutoscaler) -> Int {
    if let position = knownPosition(of: autoscaler) {
      if memories[position].plan.spec != autoscaler.spec {
        memories[position].plan = ScalingPlan(autoscaler.spec, settings: settings, version: version)
      }
      return position
    }
    let key = Self.key(of: autoscaler)
    memories.append(Memory(key: key, plan: ScalingPlan(autoscaler.spec, settings: settings, version: version)))
    positions[key] = memories.count - 1
    return memories.count - 1
  }

  /// Whether a target at zero replicas is looked at
  /// (Kubernetes 1.36, pkg/controller/podautoscaler/horizontal.go; before: `minReplicas: 0` alone decided).
  private func mayLeaveZero(_ plan: ScalingPlan, status: HorizontalPodAutoscaler.Status?) -> Bool {
    guard version.remembersScalingToZero else { return plan.minReplicas == 0 }
    guard usesScaleToZero, status?.condition("ScaledToZero")?.isTrue == true else { return false }
    return plan.minReplicas != 0 || plan.hasObjectOrExternalMetric
  }

  private func markScalingToZero(in decision: inout Decision) {
    guard version.remembersScalingToZero, let new = decision.rescale else { return }
    guard usesScaleToZero else {
      decision.scaledToZero = .remove
      return
    }
    decision.scaledToZero = .set(
      decision.currentReplicas > 0 && new == 0 && decision.plan.minReplicas == 0
        && decision.plan.hasObjectOrExternalMetric)
  }

  private mutating func compute(
    _ decision: inout Decision, position: Int, target: ScaleTarget, pods: [ScaledPod], metrics: [MetricReading]
  ) {
    if let problem = selectorProblem(target: target, position: position, pods: pods) {
      decision.path = .selectorUnusable(problem)
      return
    }
    let plan = decision.plan
    decision.metrics.reserveCapacity(plan.metrics.count)
    var raw = 0
    var failures = 0
    for index in plan.metrics.indices {
      let outcome = calculator.outcome(
        of: plan.metrics[index].source, reading: index < metrics.count ? metrics[index] : nil, target: target,
        pods: pods,
        tolerance: plan.tolerance, podLevelResources: usesPodLevelResources, at: decision.time)
      if let proposal = outcome.proposal {
        // The first of equal proposals names the reason; a proposal of zero never keeps a later one out.
        if raw == 0 || proposal.replicas > raw {
          raw = proposal.replicas
          decision.leadingMetric = index
        }
      } else {
        failures += 1
      }
      decision.metrics.append(outcome)
    }
    if failures == plan.metrics.count || (failures > 0 && raw < decision.currentReplicas) {
      decision.path = .metricsFailed
      return
    }
    settle(max(raw, 0), in: &decision, position: position)
  }

  /// From the raw recommendation to the count that is written: windows first, then limits.
  private mutating func settle(_ raw: Int, in decision: inout Decision, position: Int) {
    let plan = decision.plan
    let current = decision.currentReplicas
    decision.rawRecommendation = raw
    var recommendations = memories[position].history.recommendations.take() ?? []
    let stabilized: Int
    let result: (replicas: Int, limit: ScalingLimit)
    if let behavior = plan.behavior {
      let (replicas, direction) = Stabilization.withBehavior(
        raw: raw, current: current, scaleUpWindowSeconds: behavior.scaleUp.stabilizationWindowSeconds,
        scaleDownWindowSeconds: behavior.scaleDown.stabilizationWindowSeconds, at: decision.time,
        recommendations: &recommendations)
      stabilized = replicas
      decision.stabilizationDirection = direction
      result = StepLimit.withBehavior(
        current: current, desired: replicas, minReplicas: plan.minReplicas, maxReplicas: plan.maxReplicas,
        scaleUp: behavior.scaleUp, scaleDown: behavior.scaleDown,
        scaleUpEvents: memories[position].history.scaleUpEvents,
        scaleDownEvents: memories[position].history.scaleDownEvents, at: decision.time, version: version)
    } else {
      stabilized = Stabilization.withoutBehavior(
        raw: raw, window: downscaleWindow, at: decision.time, recommendations: &recommendations)
      decision.stabilizationDirection = .scaleDown
      result = StepLimit.withoutBehavior(
        current: current, desired: stabilized, minReplicas: plan.minReplicas, maxReplicas: plan.maxReplicas,
        factor: settings.scaleUpLimitFactor, minimum: settings.scaleUpLimitMinimum)
    }
    memories[position].history.recommendations = recommendations
    decision.stabilizedRecommendation = stabilized
    decision.limit = result.limit
    decision.desiredReplicas = result.replicas
    if current == 0, version.remembersScalingToZero {
      decision.desiredReplicas = max(result.replicas, plan.minReplicas)
    }
  }

  private mutating func selectorProblem(target: ScaleTarget, position: Int, pods: [ScaledPod]) -> SelectorProblem? {
    if target.selector.isEmpty { return .missing }
    if memories[position].selectorText != target.selector {
      guard let selector = LabelSelector(text: target.selector) else { return .unreadable(target.selector) }
      memories[position].selectorText = target.selector
      memories[position].selector = selector
    }
    guard version.refusesAmbiguousSelectors, memories.count > 1 else { return nil }
    let key = memories[position].key
    var others: [String] = []
    for index in memories.indices where index != position && memories[index].key.namespace == key.namespace {
      guard let selector = memories[index].selector else { continue }
      if pods.contains(where: { selector.matches($0.labels) }) { others.append(memories[index].key.name) }
    }
    if others.isEmpty { return nil }
    let names = ([key.name] + others).sorted().map { key.namespace.isEmpty ? $0 : "\(key.namespace)/\($0)" }
    return .ambiguous(selector: target.selector, autoscalers: names)
  }
}
