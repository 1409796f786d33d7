import KubernetesObjects

// Workloads and their pods (Kubernetes 1.36, pkg/apis/apps/validation/validation.go, pkg/apis/core/validation/validation.go).
extension ObjectRules {
  static func deployment(_ fields: ObjectFields) -> [FieldProblem] {
    var problems = podsBySelector(fields)
    let least = fields.integer("minReadySeconds") ?? 0
    let deadline = fields.integer("progressDeadlineSeconds") ?? 600
    if deadline >= 0, deadline <= least {
      problems.append(
        .invalid(fields.path("progressDeadlineSeconds"), deadline, "must be greater than minReadySeconds"))
    }
    guard let strategy = fields.object("strategy") else { return problems }
    if strategy.text("type") == "Recreate", strategy["rollingUpdate"] != nil {
      problems.append(
        .forbidden(
          strategy.path("rollingUpdate"), "may not be specified when strategy `type` is 'Recreate'"))
    }
    if let bounds = strategy.object("rollingUpdate") {
      let none: [JSONValue] = [0, "0%", "0"]
      if let surge = bounds["maxSurge"], let unavailable = bounds["maxUnavailable"], none.contains(surge),
        none.contains(unavailable)
      {
        problems.append(
          .invalid(bounds.path("maxUnavailable"), unavailable.inMessage, "may not be 0 when `maxSurge` is 0"))
      }
    }
    return problems
  }

  /// What has a selector and makes pods that always run.
  static func podsBySelector(_ fields: ObjectFields) -> [FieldProblem] {
    var problems = podTemplate(fields)
    guard let selector = fields["selector"], selector.object != nil else { return problems }
    let template = fields.object("template")
    let labels = template?["metadata"]?["labels"]
    if (selector["matchLabels"]?.object ?? [:]).isEmpty, (selector["matchExpressions"]?.array ?? []).isEmpty {
      problems.append(
        .invalid(fields.path("selector"), selector.inMessage, "empty selector is invalid for deployment"))
    } else if template != nil, let decoded: LabelSelector = try? selector.decoded(),
      !decoded.matches(labels?.object?.compactMapValues(\.string) ?? [:])
    {
      problems.append(
        .invalid(
          fields.path("template.metadata.labels"), (labels ?? [:]).inMessage,
          "`selector` does not match template `labels`"))
    }
    return problems
  }

  static func podTemplate(_ fields: ObjectFields) -> [FieldProblem] {
    guard let pod = fields.object("template")?.object("spec") else {
      return fields["template"]?.object == nil ? [] : [.required(fields.path("template.spec.containers"))]
    }
    guard let policy = pod.text("restartPolicy"), ["Never", "OnFailure"].contains(policy) else { return [] }
    return [.unsupported(pod.path("restartPolicy"), policy, ["Always"])]
  }

  static func job(_ fields: ObjectFields) -> [FieldProblem] {
    guard let pod = fields.object("template")?.object("spec") else {
      return fields["template"]?.object == nil ? [] : [.required(fields.path("template.spec.containers"))]
    }
    let policy = pod.text("restartPolicy") ?? "Always"
    guard policy == "Always" else { return [] }
    return [
      pod["restartPolicy"] == nil
        ? .required(pod.path("restartPolicy"), "valid values: \"OnFailure\", \"Never\"")
        : .unsupported(pod.path("restartPolicy"), policy, ["Never", "OnFailure"])
    ]
  }

  static func pod(_ fields: ObjectFields) -> [FieldProblem] {
    var problems: [FieldProblem] = []
    let containers = fields.objects("containers")
    let initial = fields.objects("initContainers")
    if let list = fields["containers"]?.array, list.isEmpty { problems.append(.required(fields.path("containers"))) }
    var names: Set<String> = []
    for container in initial + containers {
      guard let name = container.text("name"), !name.isEmpty else { continue }
      if !names.insert(name).inserted { problems.append(.duplicate(container.path("name"), name)) }
    }
    problems += fields.duplicates(in: "volumes")
    let volumes = Set(fields.objects("volumes").compactMap { $0.text("name") })
    let grace = fields.integer("terminationGracePeriodSeconds") ?? 30
    for container in initial + containers {
      for mount in container.objects("volumeMounts") {
        guard let name = mount.text("name"), !name.isEmpty, !volumes.contains(name) else { continue }
        problems.append(.notFound(mount.path("name"), name))
      }
      if let hook = container.object("lifecycle")?.object("preStop")?.object("sleep"),
        let seconds = hook.integer("seconds"),
        seconds < 0 || seconds > grace
      {
        problems.append(
          .invalid(
            hook.path("seconds"), seconds,
            "must be non-negative and less than terminationGracePeriodSeconds (\(grace))"))
      }
      if container["image"] == nil {
        problems.append(.required(container.path("image")))
      }
    }
    for container in initial {
      if let policy = container["restartPolicy"] {
        if let text = policy.string, text != "Always" {
          problems.append(.unsupported(container.path("restartPolicy"), text, ["Always"]))
        }
        continue
      }
      for handler in ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle"] where container[handler] != nil {
        problems.append(
          .forbidden(container.path(handler), "may not be set for init containers without restartPolicy=Always"))
      }
    }
    return problems
  }

  static func container(_ fields: ObjectFields) -> [FieldProblem] {
    var problems = fields.duplicates(in: "ports")
    if fields.text("image") == "" { problems.append(.required(fields.path("image"))) }
    var paths: Set<String> = []
    for mount in fields.objects("volumeMounts") {
      guard let path = mount.text("mountPath"), !paths.insert(path).inserted else { continue }
      problems.append(.invalid(mount.path("mountPath"), "\"\(path)\"", "must be unique"))
    }
    for name in ["livenessProbe", "startupProbe"] {
      guard let probe = fields.object(name), let successes = probe.integer("successThreshold"), successes > 1 else {
        continue
      }
      problems.append(.invalid(probe.path("successThreshold"), successes, "must be 1"))
    }
    if let probe = fields.object("readinessProbe"), let grace = probe["terminationGracePeriodSeconds"] {
      problems.append(
        .invalid(
          probe.path("terminationGracePeriodSeconds"), grace.inMessage, "must not be set for readinessProbes"))
    }
    return problems
  }

  private static func handler(_ fields: ObjectFields, among names: [String]) -> [FieldProblem] {
    let present = names.filter { fields[$0] != nil }
    guard let first = present.first else { return [.required(fields.path, "must specify a handler type")] }
    return present.dropFirst().map {
      .forbidden(fields.path($0), "may not specify more than 1 handler type (\(first))")
    }
  }

  static func probe(_ fields: ObjectFields) -> [FieldProblem] {
    handler(fields, among: ["exec", "httpGet", "tcpSocket", "grpc"])
  }

  static func lifecycle(_ fields: ObjectFields) -> [FieldProblem] {
    ["postStart", "preStop"].compactMap { fields.object($0) }.flatMap {
      handler($0, among: ["exec", "httpGet", "tcpSocket", "sleep"])
    }
  }

  static func execution(_ fields: ObjectFields) -> [FieldProblem] {
    (fields["command"]?.array ?? []).isEmpty ? [.required(fields.path("command"))] : []
  }

  static func variable(_ fields: ObjectFields) -> [FieldProblem] {
    guard let source = fields.object("valueFrom") else { return [] }
    if let value = fields.text("value"), !value.isEmpty {
      return [.invalid(source.path, "\"\"", "may not be specified when `value` is not empty")]
    }
    let kinds = ["configMapKeyRef", "fieldRef", "fileKeyRef", "resourceFieldRef", "secretKeyRef"].filter {
      source[$0] != nil
    }
    if kinds.isEmpty {
      return [
        .invalid(
          source.path, "\"\"",
          "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`")
      ]
    }
    guard kinds.count == 1 else {
      return [.invalid(source.path, "\"\"", "may not have more than one field specified at a time")]
    }
    return (source.object("fieldRef").map { fieldReference($0, isFile: false) } ?? [])
      + (source.object("resourceFieldRef").map { resourceReference($0, isFile: false) } ?? [])
  }

  static func resources(_ fields: ObjectFields) -> [FieldProblem] {
    func amounts(_ key: String) -> [String: ResourceQuantity] {
      (fields[key]?.object ?? [:]).compactMapValues { try? $0.decoded() }
    }
    let limits = amounts("limits")
    return amounts("requests").sorted { $0.key < $1.key }.compactMap { name, request in
      guard let limit = limits[name], limit.quantity < request.quantity else { return nil }
      return .invalid(
        fields.path("requests"), "\"\(request.text)\"", "must be less than or equal to \(name) limit of \(limit.text)")
    }
  }
}
