import KubernetesObjects
import Units

extension AutoscalerValidation {
  /// The types of metrics that the API server knows
  /// (Kubernetes 1.36, pkg/apis/autoscaling/validation/validation.go, `validateMetricSpec`).
  static let metricTypes = ["Object", "Pods", "Resource", "External", "ContainerResource"]

  static func problems(in metric: MetricSpec, at path: String) -> [FieldProblem] {
    if metric.type.isEmpty { return [.required("\(path).type", "must specify a metric source type")] }
    guard metricTypes.contains(metric.type) else {
      return [.unsupported("\(path).type", metric.type, metricTypes)]
    }
    let present = [
      ("object", metric.object != nil), ("external", metric.external != nil), ("pods", metric.pods != nil),
      ("resource", metric.resource != nil), ("containerResource", metric.containerResource != nil),
    ].filter(\.1).map(\.0)
    let expected = metric.type.prefix(1).lowercased() + metric.type.dropFirst()
    var problems: [FieldProblem] = []
    if !present.contains(expected) {
      problems.append(.required("\(path).\(expected)", "must populate information for the given metric source"))
    }
    problems += present.filter { $0 != expected }.map {
      .forbidden("\(path).\($0)", "must populate the given metric source only")
    }
    if present.contains(expected) { problems += sourceProblems(in: metric, at: "\(path).\(expected)") }
    return problems
  }

  private static func sourceProblems(in metric: MetricSpec, at path: String) -> [FieldProblem] {
    switch metric.type {
    case "Resource":
      return metric.resource.map { resourceProblems(in: $0, at: path) } ?? []
    case "ContainerResource":
      guard let resource = metric.containerResource else { return [] }
      let container: [FieldProblem] =
        (resource.container ?? "").isEmpty ? [.required("\(path).container", "must specify a container")] : []
      return container + resourceProblems(in: resource, at: path)
    case "Pods":
      guard let pods = metric.pods else { return [] }
      var problems = namedProblems(in: pods, at: path)
      if (pods.target.averageValue?.quantity ?? .zero) <= .zero {
        problems.append(.required("\(path).target.averageValue", "must specify a positive target averageValue"))
      }
      return problems
    case "Object":
      guard let object = metric.object else { return [] }
      var problems = namedProblems(in: object, at: path)
      if object.describedObject?.kind.isEmpty != false {
        problems.append(.required("\(path).describedObject.kind", ""))
      }
      if object.describedObject?.name.isEmpty != false {
        problems.append(.required("\(path).describedObject.name", ""))
      }
      if object.target.value == nil, object.target.averageValue == nil {
        problems.append(
          .required("\(path).target.averageValue", "must set either a target value or averageValue"))
      }
      return problems
    default:
      guard let external = metric.external else { return [] }
      var problems = namedProblems(in: external, at: path)
      if external.target.value == nil, external.target.averageValue == nil {
        problems.append(
          .required(
            "\(path).target.averageValue", "must set either a target value for metric or a per-pod target"))
      }
      if external.target.value != nil, external.target.averageValue != nil {
        problems.append(
          .forbidden(
            "\(path).target.value", "may not set both a target value for metric and a per-pod target"))
      }
      return problems
    }
  }

  private static func resourceProblems(in resource: MetricSpec.ResourceMetric, at path: String) -> [FieldProblem] {
    var problems: [FieldProblem] = []
    if resource.name.isEmpty { problems.append(.required("\(path).name", "must specify a resource name")) }
    problems += targetProblems(in: resource.target, at: "\(path).target")
    switch (resource.target.averageUtilization, resource.target.averageValue) {
    case (nil, nil):
      problems.append(
        .required(
          "\(path).target.averageUtilization", "must set either a target raw value or a target utilization"))
    case (.some, .some):
      problems.append(
        .forbidden(
          "\(path).target.averageValue", "may not set both a target raw value and a target utilization"))
    default: break
    }
    return problems
  }

  private static func namedProblems(in metric: MetricSpec.NamedMetric, at path: String) -> [FieldProblem] {
    let name: [FieldProblem] =
      metric.metric.name.isEmpty ? [.required("\(path).metric.name", "must specify a metric name")] : []
    return name + targetProblems(in: metric.target, at: "\(path).target")
  }

  private static func targetProblems(in target: MetricTarget, at path: String) -> [FieldProblem] {
    var problems: [FieldProblem] = []
    if target.type.isEmpty {
      problems.append(.required("\(path).type", "must specify a metric target type"))
    } else if !["Utilization", "Value", "AverageValue"].contains(target.type) {
      problems.append(
        .invalid("\(path).type", "\"\(target.type)\"", "must be either Utilization, Value, or AverageValue"))
    }
    if let percent = target.averageUtilization, percent < 1 {
      problems.append(.invalid("\(path).averageUtilization", percent, "must be greater than 0"))
    }
    for (name, value) in [("value", target.value), ("averageValue", target.averageValue)] {
      if let value, value.quantity <= .zero {
        problems.append(.invalid("\(path).\(name)", "\"\(value.quantity)\"", "must be positive"))
      }
    }
    return problems
  }
}
