package import KubernetesObjects
import Units

extension Decision {
  /// The status after this sync: what was there before, with the fields that this way through the sync sets.
  ///
  /// Conditions that this way does not mention stay as they were and may be stale. Nothing needs to be written when the
  /// result equals the stored status.
  package func status(updating previous: HorizontalPodAutoscaler.Status?) -> HorizontalPodAutoscaler.Status {
    var status = previous ?? .init()
    for condition in conditionChanges { status.set(condition, at: time) }
    switch path {
    case .scaleUnreadable:
      break
    case .selectorUnusable, .metricsFailed:
      status.currentReplicas = currentReplicas
      if version.showsPartialMetricsAfterFailure { status.currentMetrics = metricStatuses }
    case .disabled, .aboveMaxReplicas, .belowMinReplicas, .computed:
      status.currentReplicas = currentReplicas
      status.currentMetrics = metricStatuses
      if rescaleError == nil {
        status.desiredReplicas = desiredReplicas
        if rescale != nil { status.lastScaleTime = time.wholeSeconds }
      }
    }
    if status.desiredReplicas == nil { status.desiredReplicas = 0 }
    if rescale == nil || rescaleError == nil { apply(scaledToZero, to: &status) }
    return status
  }

  private func apply(_ change: ScaledToZeroChange, to status: inout HorizontalPodAutoscaler.Status) {
    switch change {
    case .keep: break
    case .remove: status.conditions?.removeAll { $0.type == "ScaledToZero" }
    case .set(let isAtZero):
      status.set(
        Condition(
          type: "ScaledToZero", status: isAtZero ? "True" : "False",
          reason: isAtZero ? "ScaledToZero" : "NotScaledToZero",
          message: isAtZero
            ? "the HPA controller scaled the target to zero" : "the HPA controller did not scale the target to zero"),
        at: time)
    }
  }

  /// The conditions that this sync sets, in the order in which the controller sets them.
  private var conditionChanges: [Condition] {
    var changes: [Condition] = []
    if case .scaleUnreadable(let text) = path {
      let message = "the HPA controller was unable to get the target's current scale: \(text)"
      return [Condition(type: "AbleToScale", status: "False", reason: "FailedGetScale", message: message)]
    }
    changes.append(ableToScale)
    if let condition = scalingActive { changes.append(condition) }
    if let limit {
      let isLimited = limit != .desiredWithinRange
      changes.append(
        Condition(
          type: "ScalingLimited", status: isLimited ? "True" : "False", reason: limit.rawValue, message: limit.message))
    }
    return changes
  }

  private var ableToScale: Condition {
    func able(_ reason: String, _ message: String) -> Condition {
      Condition(type: "AbleToScale", status: "True", reason: reason, message: message)
    }
    if let rescale {
      if let rescaleError {
        return Condition(
          type: "AbleToScale", status: "False", reason: "FailedUpdateScale",
          message: "the HPA controller was unable to update the target scale: \(rescaleError)")
      }
      return able("SucceededRescale", "the HPA controller was able to update the target scale to \(rescale)")
    }
    guard path == .computed else {
      return able("SucceededGetScale", "the HPA controller was able to get the target's current scale")
    }
    if stabilizedRecommendation == rawRecommendation {
      return able("ReadyForNewScale", "recommended size matches current size")
    }
    return stabilizationDirection == .scaleUp
      ? able(
        "ScaleUpStabilized",
        "recent recommendations were lower than current one, applying the lowest recent recommendation")
      : able(
        "ScaleDownStabilized",
        "recent recommendations were higher than current one, applying the highest recent recommendation")
  }

  private var scalingActive: Condition? {
    func inactive(_ reason: String, _ message: String) -> Condition {
      Condition(type: "ScalingActive", status: "False", reason: reason, message: message)
    }
    switch path {
    case .scaleUnreadable, .aboveMaxReplicas, .belowMinReplicas:
      return nil
    case .disabled:
      return inactive("ScalingDisabled", "scaling is disabled since the replica count of the target is zero")
    case .selectorUnusable(let problem):
      return inactive(problem.conditionReason, problem.conditionMessage)
    case .metricsFailed:
      guard let failure = failures.first else { return nil }
      return inactive(failure.reason, "the HPA was unable to compute the replica count: \(failure.message)")
    case .computed:
      let name = leadingMetric.map { plan.metrics[$0].text } ?? ""
      return Condition(
        type: "ScalingActive", status: "True", reason: "ValidMetricFound",
        message: "the HPA was able to successfully calculate a replica count from \(name)")
    }
  }

  /// One entry for each metric of the spec; one that failed leaves an empty entry in its place.
  private var metricStatuses: [MetricStatus]? {
    metrics.isEmpty
      ? nil
      : metrics.indices.map { index in
        guard let proposal = metrics[index].proposal else { return MetricStatus(type: "") }
        return plan.metrics[index].status(of: proposal.usage, version: version)
      }
  }
}

extension PlannedMetric {
  /// What the status says about this metric after it was read.
  package func status(of usage: MetricUsage, version: KubernetesVersion) -> MetricStatus {
    var status = MetricStatus(type: spec.type)
    let quantity = ResourceQuantity(Quantity(milli: usage.milli), format: format(version: version))
    switch source {
    case .resource(let name, let container, _):
      let entry = MetricStatus.Resource(
        name: name.description, container: container,
        current: .init(averageValue: quantity, averageUtilization: usage.utilization))
      if container == nil { status.resource = entry } else { status.containerResource = entry }
    case .pods:
      status.pods = spec.pods.map { .init(metric: $0.metric, current: .init(averageValue: quantity)) }
    case .object(let goal):
      status.object = spec.object.map {
        .init(metric: $0.metric, current: goal.current(quantity), describedObject: $0.describedObject)
      }
    case .external(let goal):
      status.external = spec.external.map { .init(metric: $0.metric, current: goal.current(quantity)) }
    case .invalid:
      status.type = ""
    }
    return status
  }
}

extension PlannedMetric {
  /// Averages of memory are written with binary suffixes since 1.34
  /// (Kubernetes 1.36, pkg/controller/podautoscaler/horizontal.go, `buildQuantity`).
  private func format(version: KubernetesVersion) -> ResourceQuantity.Format {
    if case .resource(.memory, _, _) = source, version.writesMemoryWithBinarySuffixes { return .binary }
    return .decimal
  }
}

extension PlannedMetric.TotalTarget {
  fileprivate func current(_ quantity: ResourceQuantity) -> MetricStatus.Current {
    switch self {
    case .value: .init(value: quantity)
    case .average: .init(averageValue: quantity)
    }
  }
}

extension HorizontalPodAutoscaler.Status {
  /// Sets a condition; its `lastTransitionTime` moves only when its status does, whatever becomes of the reason.
  mutating func set(_ condition: Condition, at now: KubernetesTime) {
    var condition = condition
    condition.lastTransitionTime = now.wholeSeconds
    var all = conditions ?? []
    if let index = all.firstIndex(where: { $0.type == condition.type }) {
      if all[index].status == condition.status { condition.lastTransitionTime = all[index].lastTransitionTime }
      all[index] = condition
    } else {
      all.append(condition)
    }
    conditions = all
  }
}

extension KubernetesTime {
  /// The instant cut to whole seconds, as `metav1.Time` is stored.
  var wholeSeconds: KubernetesTime {
    let seconds = microseconds / 1_000_000
    return KubernetesTime(seconds: microseconds < seconds * 1_000_000 ? seconds - 1 : seconds)
  }
}
