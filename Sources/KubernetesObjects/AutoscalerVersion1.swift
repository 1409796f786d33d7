import Foundation

/// A HorizontalPodAutoscaler of `autoscaling/v2` as `autoscaling/v1` shows it: the way back of ``OlderAutoscaler/version2(of:)``.
extension OlderAutoscaler {
  package static let version1 = "autoscaling/v1"

  /// - Parameter object: of `autoscaling/v2`; an item of a list, which bears no `apiVersion`, gets none.
  package static func version1(of object: JSONValue) -> JSONValue {
    var result = object
    if object["apiVersion"] != nil { result["apiVersion"] = .string(version1) }
    // Those that are there already are not of this conversion.
    var annotations = (object["metadata", "annotations"]?.object ?? [:]).filter {
      !Carrier.annotations.contains($0.key)
    }
    func carry(_ carrier: Carrier, _ value: JSONValue?) {
      guard let value, value.array?.isEmpty != true else { return }
      annotations[carrier.annotation] = .string(annotationText(of: value))
    }

    let spec = object["spec"] ?? [:]
    var shownSpec = members(["scaleTargetRef", "minReplicas", "maxReplicas"], of: spec)
    let metrics = spec["metrics"]?.array ?? []
    shownSpec["targetCPUUtilizationPercentage"] = metrics.lazy.compactMap { cpuUtilization($0, "target") }.first
    carry(.metrics, .array(metrics.filter { cpuUtilization($0, "target") == nil }.map { flat($0, "target") }))
    carry(.behavior, spec["behavior"].map(internalBehavior))
    result["spec"] = .object(shownSpec)

    let status = object["status"] ?? [:]
    var shownStatus: [String: JSONValue] = ["currentReplicas": 0, "desiredReplicas": 0]
    shownStatus.merge(
      members(["observedGeneration", "lastScaleTime", "currentReplicas", "desiredReplicas"], of: status)
    ) { $1 }
    let current = status["currentMetrics"]?.array ?? []
    shownStatus["currentCPUUtilizationPercentage"] = current.lazy.compactMap { cpuUtilization($0, "current") }.first
    carry(.currentMetrics, .array(current.map { flat($0, "current") }))
    carry(.conditions, status["conditions"])
    result["status"] = .object(shownStatus)

    if object["metadata", "annotations"] != nil || !annotations.isEmpty {
      var metadata = object["metadata"] ?? [:]
      metadata["annotations"] = annotations.isEmpty ? nil : .object(annotations)
      result["metadata"] = metadata
    }
    return result
  }

  /// The members of the API server's own structs in their order, which is that of the text of an annotation
  /// (Kubernetes 1.36, pkg/apis/autoscaling/types.go and k8s.io/api/autoscaling/v1/types.go).
  private static let memberOrder: [String: Int] = {
    let names = [
      "type", "status", "lastTransitionTime", "reason", "message", "object", "pods", "resource", "containerResource",
      "external", "target", "name", "metricName", "metricSelector", "currentAverageUtilization", "currentAverageValue",
      "targetAverageUtilization", "targetAverageValue", "currentValue", "targetValue", "container", "selector",
      "averageValue", "ScaleUp", "ScaleDown", "StabilizationWindowSeconds", "SelectPolicy", "Policies", "Tolerance",
      "Type", "Value", "PeriodSeconds",
    ]
    return Dictionary(uniqueKeysWithValues: names.enumerated().map { ($0.element, $0.offset) })
  }()

  /// A value as JSON, with the members of objects in the order of the structs.
  private static func annotationText(of value: JSONValue) -> String {
    switch value {
    case .object(let members):
      let ordered = members.sorted {
        (memberOrder[$0.key] ?? .max, $0.key) < (memberOrder[$1.key] ?? .max, $1.key)
      }
      let texts = ordered.map { annotationText(of: .string($0.key)) + ":" + annotationText(of: $0.value) }
      return "{" + texts.joined(separator: ",") + "}"
    case .array(let elements): return "[" + elements.map(annotationText).joined(separator: ",") + "]"
    default: return (try? value.json()).map { String(decoding: $0, as: UTF8.self) } ?? "null"
    }
  }

  private static func members(_ names: [String], of object: JSONValue) -> [String: JSONValue] {
    Dictionary(uniqueKeysWithValues: names.compactMap { name in object[name].map { (name, $0) } })
  }

  private static func cpuUtilization(_ metric: JSONValue, _ side: String) -> JSONValue? {
    guard metric["type"] == "Resource", metric["resource", "name"] == "cpu" else { return nil }
    return metric["resource", side, "averageUtilization"]
  }

  /// The fields of a metric as they lie flat in `v1`.
  ///
  /// - Parameter side: `target` in a spec, `current` in a status.
  private static func flat(_ metric: JSONValue, _ side: String) -> JSONValue {
    var result = members(["type"], of: metric)
    for member in ["resource", "containerResource", "pods", "object", "external"] {
      guard let source = metric[member] else { continue }
      var shown = members(["name", "container"], of: source)
      shown["metricName"] = source["metric", "name"]
      shown[member == "external" ? "metricSelector" : "selector"] = source["metric", "selector"]
      shown[side + "AverageUtilization"] = source[side, "averageUtilization"]
      shown[member == "object" ? "averageValue" : side + "AverageValue"] = source[side, "averageValue"]
      shown[side + "Value"] = source[side, "value"]
      if member == "object" {
        shown["target"] = source["describedObject"]
        // Of this type v1 demands a plain value in any case.
        shown[side + "Value"] = source[side, "value"] ?? "0"
      }
      result[member] = .object(shown)
    }
    return .object(result)
  }

  /// The annotation holds the API server's own struct, whose members begin with capitals and are all there.
  private static func internalBehavior(_ behavior: JSONValue) -> JSONValue {
    capitalised(behavior, ["scaleUp", "scaleDown"]) { rules in
      capitalised(rules, ["stabilizationWindowSeconds", "selectPolicy", "policies", "tolerance"]) { value in
        guard let policies = value.array else { return value }
        return .array(policies.map { capitalised($0, ["type", "value", "periodSeconds"]) { $0 } })
      }
    }
  }

  /// The named members with capitals; those that are missing are `null`.
  private static func capitalised(
    _ object: JSONValue, _ names: [String], _ change: (JSONValue) -> JSONValue
  ) -> JSONValue {
    .object(
      Dictionary(
        uniqueKeysWithValues: names.map { name in
          (name.prefix(1).uppercased() + name.dropFirst(), object[name].map(change) ?? .null)
        }))
  }
}
