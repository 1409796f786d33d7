import KubernetesObjects

/// What the API server demands of the fields of one object together: the range of each, and what they say of each other.
enum ObjectRules {
  /// Everything that is wrong with an object of a type, its inner objects left out.
  static func problems(in fields: ObjectFields, of type: String) -> [FieldProblem] {
    var problems: [FieldProblem] = []
    for (key, value) in fields.members.sorted(by: { $0.key < $1.key }) where !value.isNull {
      guard let rule = ValueRule.all["\(type).\(key)"] else { continue }
      problems += rule.problems(of: value, at: fields.path(key))
    }
    switch type {
    case "ObjectMeta": problems += metadata(fields)
    case "LabelSelectorRequirement": problems += requirement(fields)
    case "DeploymentSpec": problems += deployment(fields)
    case "ReplicaSetSpec", "StatefulSetSpec", "DaemonSetSpec": problems += podsBySelector(fields)
    case "ReplicationControllerSpec": problems += podTemplate(fields)
    case "JobSpec": problems += job(fields)
    case "PodSpec": problems += pod(fields)
    case "Container": problems += container(fields)
    case "Probe": problems += probe(fields)
    case "Lifecycle": problems += lifecycle(fields)
    case "ExecAction": problems += execution(fields)
    case "ResourceRequirements": problems += resources(fields)
    case "EnvVar": problems += variable(fields)
    case "DownwardAPIVolumeFile": problems += downwardFile(fields)
    case "ServiceSpec": problems += service(fields)
    case "IngressSpec": problems += ingress(fields)
    case "IngressRule": problems += ingressRule(fields)
    case "HTTPIngressPath": problems += ingressPath(fields)
    case "IngressBackend": problems += ingressBackend(fields)
    case "IngressServiceBackend": problems += ingressService(fields)
    case "PodDisruptionBudgetSpec": problems += disruptionBudget(fields)
    case "NetworkPolicySpec": problems += networkPolicy(fields)
    case "PersistentVolumeClaimSpec": problems += claim(fields)
    case "HorizontalPodAutoscalerSpec" where fields["targetCPUUtilizationPercentage"] != nil:
      if let percent = fields.integer("targetCPUUtilizationPercentage"), percent < 1 {
        problems.append(
          .invalid(fields.path("targetCPUUtilizationPercentage"), percent, "must be greater than 0"))
      }
    default: break
    }
    return problems
  }

  private static func metadata(_ fields: ObjectFields) -> [FieldProblem] {
    var problems: [FieldProblem] = []
    for (key, value) in (fields["labels"]?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
      problems += [NameFormat.keyProblem(key, at: fields.path("labels"))].compactMap { $0 }
      problems += [value.string.flatMap { NameFormat.labelValueProblem($0, at: fields.path("labels")) }].compactMap {
        $0
      }
    }
    for key in (fields["annotations"]?.object ?? [:]).keys.sorted() {
      problems += [NameFormat.keyProblem(key, at: fields.path("annotations"))].compactMap { $0 }
    }
    if let namespace = fields["namespace"], namespace != "" {
      problems += [NameFormat.label.problem(with: namespace.string, at: fields.path("namespace"))].compactMap { $0 }
    }
    return problems
  }

  private static func requirement(_ fields: ObjectFields) -> [FieldProblem] {
    let count = fields["values"]?.array?.count ?? 0
    switch fields.text("operator") {
    case "In", "NotIn":
      return count > 0 ? [] : [.required(fields.path("values"), "must be specified when `operator` is 'In' or 'NotIn'")]
    case "Exists", "DoesNotExist":
      return count == 0
        ? []
        : [
          .forbidden(
            fields.path("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
        ]
    default: return []
    }
  }

  private static func disruptionBudget(_ fields: ObjectFields) -> [FieldProblem] {
    guard let least = fields["minAvailable"], fields["maxUnavailable"] != nil else { return [] }
    return [.invalid(fields.path, least.inMessage, "minAvailable and maxUnavailable cannot be both set")]
  }

  private static func claim(_ fields: ObjectFields) -> [FieldProblem] {
    var problems: [FieldProblem] = []
    let modes = fields["accessModes"]?.array ?? []
    if modes.isEmpty { problems.append(.required(fields.path("accessModes"), "at least 1 access mode is required")) }
    let known = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]
    for (index, mode) in modes.enumerated() {
      guard let text = mode.string, !known.contains(text) else { continue }
      problems.append(.unsupported("\(fields.path("accessModes"))[\(index)]", text, known))
    }
    if fields["resources"]?["requests"]?["storage"] == nil {
      problems.append(.required(fields.path("resources.requests[storage]")))
    }
    return problems
  }
}
