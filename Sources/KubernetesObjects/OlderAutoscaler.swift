import Foundation

/// Older versions of the HorizontalPodAutoscaler as `autoscaling/v2`, as the API server converts them
/// (Kubernetes 1.36, pkg/apis/autoscaling/v1/conversion.go and annotations.go; v2beta1 until 1.24).
///
/// `autoscaling/v1` has one field for the CPU; other metrics, the behavior and the conditions are JSON in annotations.
package enum OlderAutoscaler {
  /// The annotation of `autoscaling/v1` that holds a part of `autoscaling/v2`, as JSON.
  enum Carrier: String, CaseIterable {
    case metrics, behavior, conditions
    case currentMetrics = "current-metrics"

    var annotation: String { "autoscaling.alpha.kubernetes.io/" + rawValue }

    static let annotations = Set(allCases.map(\.annotation))
  }

  /// What tells an older version from `autoscaling/v2`.
  ///
  /// Items of a list bear no `apiVersion`, so fields that only older versions have tell what they are.
  struct VersionMarks: Decodable {
    let apiVersion: String?
    let metadata: Metadata?
    let spec: Spec?
    let status: Status?

    struct Metadata: Decodable { let annotations: [String: String]? }
    struct Spec: Decodable { let targetCPUUtilizationPercentage: JSONValue? }
    struct Status: Decodable { let currentCPUUtilizationPercentage: JSONValue? }

    var isOlder: Bool {
      if let apiVersion { return OlderAutoscaler.olderVersions.contains(apiVersion) }
      return spec?.targetCPUUtilizationPercentage != nil || status?.currentCPUUtilizationPercentage != nil
        || metadata?.annotations?.keys.contains(where: Carrier.annotations.contains) == true
    }
  }

  /// The versions that are converted.
  package static let olderVersions: Set<String> = ["autoscaling/v1", "autoscaling/v2beta1"]

  /// The object as `autoscaling/v2`; unchanged when it is so already.
  package static func version2(of object: JSONValue) -> JSONValue {
    let marks: VersionMarks? = try? object.decoded()
    return marks?.isOlder == true ? converted(object) : object
  }

  /// The annotations that should hold JSON and do not. The API server, and so ``version2(of:)``, passes over them.
  package static func unreadableAnnotations(of object: JSONValue) -> [String] {
    Carrier.allCases.filter {
      object["metadata", "annotations"]?[$0.annotation] != nil && content(of: $0, in: object) == nil
    }
    .map(\.annotation)
  }

  private static func content(of carrier: Carrier, in object: JSONValue) -> JSONValue? {
    guard let text = object["metadata", "annotations"]?[carrier.annotation]?.string else { return nil }
    return try? JSONValue(json: Data(text.utf8))
  }

  private static func converted(_ object: JSONValue) -> JSONValue {
    var result = object
    result["apiVersion"] = "autoscaling/v2"
    convertSpec(of: object, in: &result)
    convertStatus(of: object, in: &result)
    if var annotations = object["metadata", "annotations"]?.object, var metadata = object["metadata"] {
      annotations = annotations.filter { !Carrier.annotations.contains($0.key) }
      metadata["annotations"] = annotations.isEmpty ? nil : .object(annotations)
      result["metadata"] = metadata
    }
    return result
  }

  private static func convertSpec(of object: JSONValue, in result: inout JSONValue) {
    guard var spec = object["spec"], spec.object != nil else { return }
    var metrics = ((spec["metrics"] ?? content(of: .metrics, in: object))?.array ?? []).map {
      metric($0, status: false)
    }
    if let percent = spec["targetCPUUtilizationPercentage"], !percent.isNull {
      metrics.append([
        "type": "Resource",
        "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": percent]],
      ])
    }
    spec["targetCPUUtilizationPercentage"] = nil
    spec["metrics"] = metrics.isEmpty ? nil : .array(metrics)
    if spec["behavior"] == nil, let behavior = content(of: .behavior, in: object) {
      spec["behavior"] = lowercasedKeys(of: behavior)
    }
    result["spec"] = spec
  }

  private static func convertStatus(of object: JSONValue, in result: inout JSONValue) {
    guard var status = object["status"], status.object != nil else { return }
    if let metrics = (status["currentMetrics"] ?? content(of: .currentMetrics, in: object))?.array {
      status["currentMetrics"] = .array(metrics.map { metric($0, status: true) })
    } else if let percent = status["currentCPUUtilizationPercentage"], !percent.isNull {
      status["currentMetrics"] = [
        ["type": "Resource", "resource": ["name": "cpu", "current": ["averageUtilization": percent]]]
      ]
    }
    status["currentCPUUtilizationPercentage"] = nil
    if let conditions = content(of: .conditions, in: object) { status["conditions"] = conditions }
    result["status"] = status
  }

  /// The fields of one metric, which lie flat in the older versions: `resource.targetAverageUtilization` is
  /// `resource.target.averageUtilization`, `pods.metricName` is `pods.metric.name`.
  private static func metric(_ older: JSONValue, status: Bool) -> JSONValue {
    var result = older
    for source in ["resource", "containerResource", "pods", "object", "external"] {
      guard let members = older[source]?.object else { continue }
      result[source] = converted(members, of: source, status: status)
    }
    return result
  }

  private static func converted(_ older: [String: JSONValue], of source: String, status: Bool) -> JSONValue {
    let amounts = status ? "current" : "target"
    // `object.target` names the object that is described; everywhere else a target is an amount of the newer form.
    if source != "object", older[amounts]?.object != nil || older["metric"] != nil { return .object(older) }
    if source == "object", older["describedObject"] != nil { return .object(older) }
    var amount: [String: JSONValue] = [:]
    var type = "Value"
    for (field, name, kind) in [
      ("AverageUtilization", "averageUtilization", "Utilization"), ("AverageValue", "averageValue", "AverageValue"),
      ("Value", "value", "Value"),
    ] {
      guard let value = older[amounts + field] ?? (field == "AverageValue" ? older["averageValue"] : nil), !value.isNull
      else { continue }
      // An average goes before a plain value, which v1 demands in any case and leaves at zero then.
      if field == "Value", amount["averageValue"] != nil { continue }
      amount[name] = value
      type = kind
    }
    if !status { amount["type"] = .string(type) }
    var newer: [String: JSONValue] = [amounts: .object(amount)]
    newer["name"] = older["name"]
    newer["container"] = older["container"]
    if let name = older["metricName"] {
      var identifier: JSONValue = ["name": name]
      identifier["selector"] = older["selector"] ?? older["metricSelector"]
      newer["metric"] = identifier
    }
    if source == "object" { newer["describedObject"] = older["target"] }
    return .object(newer)
  }

  /// The behavior in the annotation bears the names of Go: `ScaleUp`, `PeriodSeconds`.
  private static func lowercasedKeys(of value: JSONValue) -> JSONValue {
    switch value {
    case .object(let members):
      .object(
        Dictionary(
          members.filter { !$0.value.isNull }.map {
            ($0.key.prefix(1).lowercased() + $0.key.dropFirst(), lowercasedKeys(of: $0.value))
          }
        ) { $1 })
    case .array(let elements): .array(elements.map(lowercasedKeys))
    default: value
    }
  }
}
