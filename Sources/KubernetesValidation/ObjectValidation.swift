import AutoscalerModel
package import KubernetesObjects

/// What the API server of Kubernetes 1.36 checks of an object before it is stored, with strict validation of fields.
package enum ObjectValidation {
  /// Everything that is wrong with an object of a kind in the catalogue; empty when it is valid, or of another kind.
  ///
  /// Unknown fields and values of a wrong type come with the rules of ranges and between fields, all at once, where the
  /// API server would stop at the first group.
  package static func problems(in object: JSONValue) -> [FieldProblem] {
    let version = object["apiVersion"]?.string ?? ""
    let kind = object["kind"]?.string ?? ""
    guard let type = FieldCatalogue.kubernetes.kinds["\(version) \(kind)"] else { return [] }
    var check = DecodingCheck()
    check.add(problems(ofKind: kind, in: object))
    check.check(object, as: .object(type))
    // Claims are volumes too, which the controller adds to the pods.
    let claims = (object["spec", "volumeClaimTemplates"]?.array ?? []).compactMap { $0["metadata", "name"]?.string }
    return check.distinct.filter { problem in
      !claims.contains { problem == .notFound(problem.field, $0) && problem.field.contains(".volumeMounts[") }
    }
  }

  /// The object without the fields that its type does not have, as the API server stores it when it is not strict.
  package static func pruned(_ object: JSONValue, of problems: [FieldProblem]) -> JSONValue {
    var result = object
    for problem in problems where problem.reason == .unknownField {
      result = removing(FieldPath(problem.field).steps[...], from: result)
    }
    return result
  }

  private static func removing(_ steps: ArraySlice<FieldPath.Step>, from value: JSONValue) -> JSONValue {
    guard let step = steps.first else { return value }
    var result = value
    switch (step, value) {
    case (.key(let key), .object):
      result[key] = steps.count == 1 ? nil : value[key].map { removing(steps.dropFirst(), from: $0) }
    case (.bracket(let text), .array(var elements)):
      guard let index = Int(text), elements.indices.contains(index) else { return value }
      elements[index] = removing(steps.dropFirst(), from: elements[index])
      result = .array(elements)
    case (.bracket(let key), .object):
      result[key] = steps.count == 1 ? nil : value[key].map { removing(steps.dropFirst(), from: $0) }
    default: break
    }
    return result
  }

  private static func problems(ofKind kind: String, in object: JSONValue) -> [FieldProblem] {
    var problems: [FieldProblem] = []
    let name = object["metadata", "name"]?.string
    let format: NameFormat =
      switch kind {
      case "Namespace", "Service", "StatefulSet": .label
      case "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding": .pathSegment
      default: .subdomain
      }
    if name?.isEmpty ?? true, object["metadata", "generateName"]?.string?.isEmpty ?? true {
      problems.append(.required("metadata.name", "name or generateName is required"))
    } else if let problem = format.problem(with: name, at: "metadata.name") {
      problems.append(problem)
    }
    switch kind {
    case "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Ingress", "Service", "Job", "CronJob":
      if object["spec"]?.object == nil { problems.append(.required("spec")) }
    case "HorizontalPodAutoscaler": problems += autoscaler(object)
    case "ConfigMap", "Secret":
      for field in ["data", "binaryData", "stringData"] {
        for key in (object[field]?.object ?? [:]).keys.sorted() where !isDataKey(key) {
          problems.append(
            .invalid(
              "\(field)[\(key)]", "\"\(key)\"",
              "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or "
                + "'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"))
        }
      }
    default: break
    }
    return problems
  }

  private static func isDataKey(_ key: String) -> Bool {
    !key.isEmpty && key.utf8.count <= 253 && key != "." && !key.hasPrefix("..")
      && key.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
  }

  /// The rules of the HPA, which stand with the model of its controller.
  private static func autoscaler(_ object: JSONValue) -> [FieldProblem] {
    var newest = OlderAutoscaler.version2(of: object)
    if newest["spec"]?.object != nil, newest["spec", "maxReplicas"] == nil, var spec = newest["spec"] {
      spec["maxReplicas"] = 0
      newest["spec"] = spec
    }
    // What cannot be decoded has its problems told by the catalogue.
    guard let decoded: HorizontalPodAutoscaler = try? newest.decoded() else { return [] }
    let hadMetrics = object["spec", "metrics"] != nil
    return AutoscalerValidation.problems(in: decoded.spec).filter { hadMetrics || !$0.field.hasPrefix("spec.metrics[") }
  }
}
