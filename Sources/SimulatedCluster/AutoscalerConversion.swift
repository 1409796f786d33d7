import Foundation
import KubernetesObjects

/// HorizontalPodAutoscalers of `autoscaling/v2` in `autoscaling/v1`, and back.
///
/// `v1` has a field for one metric only, the utilization of CPU. The other metrics, the behavior, the conditions and the
/// current metrics are JSON texts in annotations (Kubernetes 1.36, pkg/apis/autoscaling/v1/conversion.go).
enum AutoscalerConversion {
  static let version1 = "autoscaling/v1"
  static let version2 = "autoscaling/v2"

  private static let prefix = "autoscaling.alpha.kubernetes.io/"

  static func version1(of object: JSONValue) -> JSONValue {
    var result = object
    if object["apiVersion"] != nil { result["apiVersion"] = .string(version1) }
    var annotations = object["metadata", "annotations"]?.object ?? [:]
    func annotate(_ name: String, _ value: JSONValue) {
      if let text = text(of: value) { annotations[prefix + name] = .string(text) }
    }

    let spec = object["spec"] ?? [:]
    var shownSpec = JSONMembers()
    for name in ["scaleTargetRef", "minReplicas", "maxReplicas"] { shownSpec.put(name, spec[name]) }
    let metrics = spec["metrics"]?.array ?? []
    shownSpec.put(
      "targetCPUUtilizationPercentage", metrics.lazy.compactMap { cpuUtilization($0, "target") }.first)
    let others = metrics.filter { cpuUtilization($0, "target") == nil }
    if !others.isEmpty { annotate("metrics", .array(others.map { flat($0, "target") })) }
    if let behavior = spec["behavior"] { annotate("behavior", internalBehavior(behavior)) }
    result["spec"] = shownSpec.json

    let status = object["status"] ?? [:]
    var shownStatus = JSONMembers(["currentReplicas": 0, "desiredReplicas": 0])
    for name in ["observedGeneration", "lastScaleTime", "currentReplicas", "desiredReplicas"] {
      shownStatus.put(name, status[name])
    }
    let current = status["currentMetrics"]?.array ?? []
    shownStatus.put(
      "currentCPUUtilizationPercentage", current.lazy.compactMap { cpuUtilization($0, "current") }.first)
    if !current.isEmpty { annotate("current-metrics", .array(current.map { flat($0, "current") })) }
    if let conditions = status["conditions"], conditions.array?.isEmpty == false { annotate("conditions", conditions) }
    result["status"] = shownStatus.json

    if !annotations.isEmpty { result.setMember(.object(annotations), at: ["metadata", "annotations"]) }
    return result
  }

  /// - Throws: a bad request when an annotation is no JSON.
  static func version2(of object: JSONValue) throws(APIFailure) -> JSONValue {
    var result = object
    result["apiVersion"] = .string(version2)
    var annotations = object["metadata", "annotations"]?.object ?? [:]
    func take(_ name: String) throws(APIFailure) -> JSONValue? {
      guard let text = annotations.removeValue(forKey: prefix + name)?.string else { return nil }
      guard let value = try? JSONValue(json: Data(text.utf8)) else {
        throw .badRequest("metadata.annotations: \(prefix)\(name) is not JSON")
      }
      return value
    }

    var spec = object["spec"] ?? [:]
    var metrics: [JSONValue] = []
    if let utilization = spec["targetCPUUtilizationPercentage"], !utilization.isNull {
      metrics.append([
        "type": "Resource",
        "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": utilization]],
      ])
    }
    spec["targetCPUUtilizationPercentage"] = nil
    metrics += (try take("metrics")?.array ?? []).map { nested($0, "target") }
    // An empty list would stand for a metric of the API server's own choice, as no list does.
    spec["metrics"] = metrics.isEmpty ? nil : .array(metrics)
    if let behavior = try take("behavior") { spec["behavior"] = externalBehavior(behavior) }
    result["spec"] = spec

    // The status is the controller's; only the fields that v1 has are taken from what a client writes.
    var status = object["status"] ?? [:]
    status["currentCPUUtilizationPercentage"] = nil
    if let conditions = try take("conditions") { status["conditions"] = conditions }
    if let current = try take("current-metrics") {
      status["currentMetrics"] = .array((current.array ?? []).map { nested($0, "current") })
    }
    result["status"] = status
    if result["metadata"] != nil {
      result["metadata"]?["annotations"] = annotations.isEmpty ? nil : .object(annotations)
    }
    return result
  }

  private static func text(of value: JSONValue) -> String? {
    (try? value.json()).map { String(decoding: $0, as: UTF8.self) }
  }

  private static func cpuUtilization(_ metric: JSONValue, _ side: String) -> JSONValue? {
    guard metric["type"] == "Resource", metric["resource", "name"] == "cpu" else { return nil }
    return metric["resource", side, "averageUtilization"]
  }

  /// Where the fields of a metric are in `v1` and in `v2`, by the member that its type has. `*` stands for `target` in a
  /// spec and for `current` in a status.
  private static let fields: [String: [(flat: String, nested: [String])]] = {
    let average = [("*AverageValue", ["*", "averageValue"])]
    let resource = [("name", ["name"]), ("*AverageUtilization", ["*", "averageUtilization"])] + average
    let name = [("metricName", ["metric", "name"])]
    return [
      "resource": resource,
      "containerResource": resource + [("container", ["container"])],
      "pods": name + [("selector", ["metric", "selector"])] + average,
      "object": name + [
        ("selector", ["metric", "selector"]), ("target", ["describedObject"]), ("*Value", ["*", "value"]),
        ("averageValue", ["*", "averageValue"]),
      ],
      "external": name + [("metricSelector", ["metric", "selector"]), ("*Value", ["*", "value"])] + average,
    ]
  }()

  /// A name in a table of fields for one side, `target` or `current`.
  private static func flatName(_ name: String, _ side: String) -> String {
    name.hasPrefix("*") ? side + name.dropFirst() : name
  }

  private static func flat(_ metric: JSONValue, _ side: String) -> JSONValue {
    var result = JSONMembers()
    result.put("type", metric["type"])
    for (member, fields) in fields {
      guard let source = metric[member] else { continue }
      var shown = JSONMembers()
      for field in fields {
        let value = field.nested.reduce(source as JSONValue?) { $0?[$1 == "*" ? side : $1] }
        shown.put(flatName(field.flat, side), value)
      }
      result.put(member, shown.json)
    }
    return result.json
  }

  private static func nested(_ metric: JSONValue, _ side: String) -> JSONValue {
    var result = JSONMembers()
    result.put("type", metric["type"])
    for (member, fields) in fields {
      guard let source = metric[member] else { continue }
      var kept: JSONValue = [:]
      for field in fields {
        guard let value = source[flatName(field.flat, side)], !value.isNull else { continue }
        kept.setMember(value, at: field.nested.map { $0 == "*" ? side : $0 })
      }
      if side == "target", let target = kept["target"] {
        let type =
          target["averageUtilization"] != nil ? "Utilization" : target["averageValue"] != nil ? "AverageValue" : "Value"
        kept.setMember(.string(type), at: ["target", "type"])
      }
      result.put(member, kept)
    }
    return result.json
  }

  /// The annotation holds the API server's own struct, whose members begin with capitals and are all there.
  private static func internalBehavior(_ behavior: JSONValue) -> JSONValue {
    renamed(behavior, ["scaleUp": "ScaleUp", "scaleDown": "ScaleDown"]) { rules in
      renamed(
        rules,
        [
          "stabilizationWindowSeconds": "StabilizationWindowSeconds", "selectPolicy": "SelectPolicy",
          "policies": "Policies", "tolerance": "Tolerance",
        ]
      ) { value in
        guard let policies = value.array else { return value }
        return .array(
          policies.map { renamed($0, ["type": "Type", "value": "Value", "periodSeconds": "PeriodSeconds"]) { $0 } })
      }
    }
  }

  private static func externalBehavior(_ behavior: JSONValue) -> JSONValue {
    renamed(behavior, ["ScaleUp": "scaleUp", "ScaleDown": "scaleDown"]) { rules in
      renamed(
        rules,
        [
          "StabilizationWindowSeconds": "stabilizationWindowSeconds", "SelectPolicy": "selectPolicy",
          "Policies": "policies", "Tolerance": "tolerance",
        ]
      ) { value in
        guard let policies = value.array else { return value }
        return .array(
          policies.map { renamed($0, ["Type": "type", "Value": "value", "PeriodSeconds": "periodSeconds"]) { $0 } })
      }
    }.withoutNulls
  }

  /// The members under other names; those without one are left out, and those that are missing are `null`.
  private static func renamed(
    _ object: JSONValue, _ names: [String: String], _ change: (JSONValue) -> JSONValue
  ) -> JSONValue {
    .object(Dictionary(uniqueKeysWithValues: names.map { ($1, object[$0].map(change) ?? .null) }))
  }
}
