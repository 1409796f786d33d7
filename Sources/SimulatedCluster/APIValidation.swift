import AutoscalerModel
import KubernetesObjects

extension ClusterObject {
  /// What the API server, or the simulation, cannot accept in an object.
  func problems() -> [FieldProblem] {
    var problems: [FieldProblem] = []
    switch content {
    case .deployment(let object): problems += Self.problems(object)
    case .replicaSet(let object):
      problems += Self.problems(
        template: object.spec.template, selector: object.spec.selector, replicas: object.spec.replicas)
    case .autoscaler(let object): problems += Self.problems(object)
    case .service(let object):
      for (index, port) in object.spec.ports?.enumerated() ?? [].enumerated() where !(1...65_535).contains(port.port) {
        problems.append(
          .invalid("spec.ports[\(index)].port", port.port, "must be between 1 and 65535, inclusive"))
      }
    case .ingress(let object): problems += Self.problems(object)
    case .pod, .endpointSlice, .event, .plain: break
    }
    return problems
  }

  private static func problems(_ object: Deployment) -> [FieldProblem] {
    var problems = problems(
      template: object.spec.template, selector: object.spec.selector, replicas: object.spec.replicas)
    if let bounds = object.spec.strategy?.rollingUpdate, let surge = bounds.maxSurge,
      let unavailable = bounds.maxUnavailable
    {
      let none: [IntOrPercent] = [.count(0), .percent(0)]
      if none.contains(surge), none.contains(unavailable) {
        problems.append(
          .invalid("spec.strategy.rollingUpdate.maxUnavailable", unavailable, "may not be 0 when `maxSurge` is 0"))
      }
    }
    let type = object.spec.strategy?.type ?? "RollingUpdate"
    if type != "RollingUpdate", type != "Recreate" {
      problems.append(
        .unsupported("spec.strategy.type", type, "supported values: \"Recreate\", \"RollingUpdate\""))
    }
    if let deadline = object.spec.progressDeadlineSeconds, deadline <= object.spec.minReadySeconds ?? 0 {
      problems.append(.invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds"))
    }
    return problems
  }

  private static func problems(
    template: PodTemplate?, selector: LabelSelector?, replicas: Int?
  ) -> [FieldProblem] {
    var problems: [FieldProblem] = []
    if let replicas, replicas < 0 {
      problems.append(.invalid("spec.replicas", replicas, "must be greater than or equal to 0"))
    }
    if let selector, selector.matchLabels?.isEmpty == false || selector.matchExpressions?.isEmpty == false {
      if !selector.matches(template?.metadata?.labels) {
        problems.append(
          .invalid(
            "spec.template.metadata.labels", template?.metadata?.labels?.description ?? "{}",
            "`selector` does not match template `labels`"))
      }
    } else {
      problems.append(.required("spec.selector"))
    }
    let containers = template?.spec.containers ?? []
    if containers.isEmpty { problems.append(.required("spec.template.spec.containers")) }
    if template?.spec.initContainers?.isEmpty == false {
      problems.append(
        .unsupported("spec.template.spec.initContainers", "", "the simulated cluster does not run init containers"))
    }
    for (index, container) in containers.enumerated() {
      let field = "spec.template.spec.containers[\(index)]"
      if container.name.isEmpty { problems.append(.required("\(field).name")) }
      if container.image?.isEmpty ?? true { problems.append(.required("\(field).image")) }
      for (name, request) in (container.resources?.requests ?? [:]).sorted(by: { $0.key < $1.key }) {
        guard let limit = container.resources?.limits?[name], limit.quantity < request.quantity else { continue }
        problems.append(
          .invalid(
            "\(field).resources.requests", "\"\(request.quantity)\"",
            "must be less than or equal to \(name) limit of \(limit.quantity)"))
      }
    }
    return problems
  }

  /// What is wrong with an HPA, by the model's own rules.
  private static func problems(_ object: HorizontalPodAutoscaler) -> [FieldProblem] {
    AutoscalerValidation.problems(in: object.spec).map { problem in
      let reasons = [
        ("Required", "FieldValueRequired"), ("Unsupported", "FieldValueNotSupported"),
        ("Forbidden", "FieldValueForbidden"),
      ]
      let reason = reasons.first { problem.detail.hasPrefix($0.0) }?.1 ?? "FieldValueInvalid"
      return FieldProblem(field: problem.field, reason: reason, message: problem.detail)
    }
  }

  private static func problems(_ object: Ingress) -> [FieldProblem] {
    if object.spec.rules?.isEmpty ?? true, object.spec.defaultBackend == nil {
      return [.required("spec", "either `defaultBackend` or `rules` must be specified")]
    }
    var problems: [FieldProblem] = []
    for (ruleIndex, rule) in (object.spec.rules ?? []).enumerated() {
      for (pathIndex, path) in (rule.http?.paths ?? []).enumerated() {
        let field = "spec.rules[\(ruleIndex)].http.paths[\(pathIndex)]"
        if path.backend.service == nil {
          problems.append(.required("\(field).backend.service", "the simulated Ingress sends to services only"))
        }
        if let type = path.pathType, !["Exact", "Prefix", "ImplementationSpecific"].contains(type) {
          problems.append(
            .unsupported(
              "\(field).pathType", type, "supported values: \"Exact\", \"ImplementationSpecific\", \"Prefix\""))
        }
      }
    }
    return problems
  }

  /// A field that may not change once the object exists.
  func immutableFieldProblem(comparedTo before: ClusterObject) -> FieldProblem? {
    guard kind == .deployment || kind == .replicaSet,
      written["spec"]?["selector"] != before.written["spec"]?["selector"]
    else { return nil }
    return .invalid("spec.selector", "", "field is immutable")
  }
}
