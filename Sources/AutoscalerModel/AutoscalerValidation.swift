package import KubernetesObjects
import Units

/// What the API server checks of an HPA (Kubernetes 1.36, pkg/apis/autoscaling/validation/validation.go).
package enum AutoscalerValidation {
  /// The longest stabilization window, in seconds.
  package static let longestWindow = 3600
  /// The longest period of a policy, in seconds.
  package static let longestPeriod = 1800

  /// Everything that is wrong with a spec, after the API's defaults were filled in; empty when it is valid.
  ///
  /// - Parameter scaleToZero: whether the gate `HPAScaleToZero` is on.
  package static func problems(
    in spec: HorizontalPodAutoscaler.Spec, scaleToZero: Bool = false
  ) -> [FieldProblem] {
    var problems: [FieldProblem] = []
    let lowest = scaleToZero ? 0 : 1
    let minReplicas = spec.minReplicas ?? 1
    if minReplicas < lowest {
      problems.append(.invalid("spec.minReplicas", minReplicas, "must be greater than or equal to \(lowest)"))
    }
    if spec.maxReplicas < 1 {
      problems.append(.required("spec.maxReplicas", "must be set and greater than 0"))
    }
    if spec.maxReplicas < minReplicas {
      problems.append(
        .invalid("spec.maxReplicas", spec.maxReplicas, "must be greater than or equal to `minReplicas`"))
    }
    if spec.scaleTargetRef.kind.isEmpty { problems.append(.required("spec.scaleTargetRef.kind", "")) }
    if spec.scaleTargetRef.name.isEmpty { problems.append(.required("spec.scaleTargetRef.name", "")) }
    let metrics = spec.metricsOrDefault
    for (index, metric) in metrics.enumerated() {
      problems += self.problems(in: metric, at: "spec.metrics[\(index)]")
    }
    if minReplicas == 0, scaleToZero, !metrics.contains(where: { $0.type == "Object" || $0.type == "External" }) {
      problems.append(
        .forbidden(
          "spec.metrics", "must specify at least one Object or External metric to support scaling to zero replicas"))
    }
    if let behavior = spec.behavior { problems += self.problems(in: behavior.withDefaults()) }
    return problems
  }

  /// Everything that is wrong with a behavior as it stands, without defaults.
  package static func problems(in behavior: HorizontalPodAutoscaler.Behavior) -> [FieldProblem] {
    (behavior.scaleUp.map { problems(in: $0, at: "spec.behavior.scaleUp") } ?? [])
      + (behavior.scaleDown.map { problems(in: $0, at: "spec.behavior.scaleDown") } ?? [])
  }

  private static func problems(
    in rules: HorizontalPodAutoscaler.ScalingRules, at path: String
  ) -> [FieldProblem] {
    var problems: [FieldProblem] = []
    if let window = rules.stabilizationWindowSeconds {
      let field = "\(path).stabilizationWindowSeconds"
      if window < 0 { problems.append(.invalid(field, window, "must be greater than or equal to zero")) }
      if window > longestWindow {
        problems.append(.invalid(field, window, "must be less than or equal to \(longestWindow)"))
      }
    }
    if let policy = rules.selectPolicy, ScalingRules.SelectPolicy(rawValue: policy) == nil {
      problems.append(.unsupported("\(path).selectPolicy", policy, ["Max", "Min", "Disabled"]))
    }
    let policies = rules.policies ?? []
    if policies.isEmpty { problems.append(.required("\(path).policies", "must specify at least one Policy")) }
    for (index, policy) in policies.enumerated() {
      problems += self.problems(in: policy, at: "\(path).policies[\(index)]")
    }
    if let tolerance = rules.tolerance, tolerance.quantity < .zero {
      problems.append(
        .invalid("\(path).tolerance", "\"\(tolerance.quantity)\"", "must be greater than or equal to 0"))
    }
    return problems
  }

  private static func problems(
    in policy: HorizontalPodAutoscaler.ScalingPolicy, at path: String
  ) -> [FieldProblem] {
    var problems: [FieldProblem] = []
    if ScalingRules.Policy.PolicyType(rawValue: policy.type) == nil {
      problems.append(.unsupported("\(path).type", policy.type, ["Pods", "Percent"]))
    }
    if policy.value <= 0 { problems.append(.invalid("\(path).value", policy.value, "must be greater than zero")) }
    let period = "\(path).periodSeconds"
    if policy.periodSeconds <= 0 {
      problems.append(.invalid(period, policy.periodSeconds, "must be greater than zero"))
    }
    if policy.periodSeconds > longestPeriod {
      problems.append(.invalid(period, policy.periodSeconds, "must be less than or equal to \(longestPeriod)"))
    }
    return problems
  }
}
