package import KubernetesObjects

/// What a recommendation is cut to in one step: the reason of the condition `ScalingLimited`.
package enum ScalingLimit: String, Sendable, Equatable, CaseIterable {
  case desiredWithinRange = "DesiredWithinRange"
  case tooManyReplicas = "TooManyReplicas"
  case tooFewReplicas = "TooFewReplicas"
  case scaleUpLimit = "ScaleUpLimit"
  case scaleDownLimit = "ScaleDownLimit"

  /// The message of the condition, in the words of the controller.
  package var message: String {
    switch self {
    case .desiredWithinRange: "the desired count is within the acceptable range"
    case .tooManyReplicas: "the desired replica count is more than the maximum replica count"
    case .tooFewReplicas: "the desired replica count is less than the minimum replica count"
    case .scaleUpLimit: "the desired replica count is increasing faster than the maximum scale rate"
    case .scaleDownLimit: "the desired replica count is decreasing faster than the maximum scale rate"
    }
  }
}

/// Limits on one step, and between `minReplicas` and `maxReplicas`
/// (Kubernetes 1.36, pkg/controller/podautoscaler/horizontal.go, `convertDesiredReplicasWithRules` and
/// `convertDesiredReplicasWithBehaviorRate`).
package enum StepLimit {
  /// Without `spec.behavior`: up to `max(factor × current, minimum)`, and no limit on the way down.
  package static func withoutBehavior(
    current: Int, desired: Int, minReplicas: Int, maxReplicas: Int, factor: Double, minimum: Double
  ) -> (replicas: Int, limit: ScalingLimit) {
    let stepLimit = Int(clampingReplicas: max(factor * Double(current), minimum))
    if desired < minReplicas { return (minReplicas, .tooFewReplicas) }
    if maxReplicas > stepLimit {
      if desired > stepLimit { return (stepLimit, .scaleUpLimit) }
    } else if desired > maxReplicas {
      return (maxReplicas, .tooManyReplicas)
    }
    return (desired, .desiredWithinRange)
  }

  /// With `spec.behavior`: what the policies of the direction allow; without a direction nothing is checked.
  package static func withBehavior(
    current: Int, desired: Int, minReplicas: Int, maxReplicas: Int, scaleUp: ScalingRules, scaleDown: ScalingRules,
    scaleUpEvents: [ScaleEvent], scaleDownEvents: [ScaleEvent], at now: KubernetesTime,
    version: KubernetesVersion = .v1_36
  ) -> (replicas: Int, limit: ScalingLimit) {
    if desired > current {
      let allowed = max(
        current,
        policyLimit(
          scalingUp: true, current: current, rules: scaleUp, scaleUpEvents: scaleUpEvents,
          scaleDownEvents: scaleDownEvents, at: now, version: version))
      if maxReplicas > allowed {
        if desired > allowed { return (allowed, .scaleUpLimit) }
      } else if desired > maxReplicas {
        return (maxReplicas, .tooManyReplicas)
      }
    } else if desired < current {
      let allowed = min(
        current,
        policyLimit(
          scalingUp: false, current: current, rules: scaleDown, scaleUpEvents: scaleUpEvents,
          scaleDownEvents: scaleDownEvents, at: now, version: version))
      if minReplicas < allowed {
        if desired < allowed { return (allowed, .scaleDownLimit) }
      } else if desired < minReplicas {
        return (minReplicas, .tooFewReplicas)
      }
    }
    return (desired, .desiredWithinRange)
  }

  /// The count that the policies of one direction allow, before it is held against the current count.
  ///
  /// For scaling down, `Max` (the largest change) picks the lowest count and `Min` the highest. Percentages are computed
  /// in doubles in exactly this order: 90 pods + 10 % are 99.00000000000001, which allows 100.
  package static func policyLimit(
    scalingUp: Bool, current: Int, rules: ScalingRules, scaleUpEvents: [ScaleEvent], scaleDownEvents: [ScaleEvent],
    at now: KubernetesTime, version: KubernetesVersion = .v1_36
  ) -> Int {
    if rules.selectPolicy == .disabled { return current }
    let picksHighest = scalingUp == (rules.selectPolicy == .max)
    var result = picksHighest ? Int(Int32.min) : Int(Int32.max)
    for policy in rules.policies {
      var start = current
      if scalingUp || version.periodStartCountsBothDirections {
        start -= scaleUpEvents.change(within: policy.periodSeconds, before: now)
      }
      if !scalingUp || version.periodStartCountsBothDirections {
        start += scaleDownEvents.change(within: policy.periodSeconds, before: now)
      }
      let proposed = proposal(of: policy, scalingUp: scalingUp, start: start)
      result = picksHighest ? max(result, proposed) : min(result, proposed)
    }
    return result
  }

  private static func proposal(of policy: ScalingRules.Policy, scalingUp: Bool, start: Int) -> Int {
    switch (policy.type, scalingUp) {
    case (.pods, true): start + policy.value
    case (.pods, false): start - policy.value
    case (.percent, true): Int(clampingReplicas: (Double(start) * (1 + Double(policy.value) / 100)).rounded(.up))
    case (.percent, false): Int(clampingReplicas: Double(start) * (1 - Double(policy.value) / 100))
    }
  }
}

extension Int {
  /// A number rounded towards zero and held within the 32 bits of a replica count.
  init(clampingReplicas value: Double) {
    self = Int(Swift.min(Swift.max(value, Double(Int32.min)), Double(Int32.max)))
  }
}
