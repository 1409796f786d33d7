package import KubernetesObjects
import Units

/// An object with what is asked of it most.
package struct KnownObject: Sendable, Equatable {
  /// Its place in the list of all objects.
  package let index: Int
  package let json: JSONValue
  package let kind: String
  package let group: String
  package let namespace: String
  package let name: String

  package init(index: Int, json: JSONValue, defaultNamespace: String) {
    self.index = index
    self.json = json
    kind = json["kind"]?.string ?? ""
    let version = json["apiVersion"]?.string ?? ""
    group = version.contains("/") ? String(version.prefix { $0 != "/" }) : ""
    namespace = json["metadata", "namespace"]?.string ?? defaultNamespace
    name = json["metadata", "name"]?.string ?? ""
  }

  /// `deployment/web`
  package var title: String { "\(kind.lowercased())/\(name)" }

  var spec: JSONValue { json["spec"] ?? .null }
  var labels: [String: String] { json["metadata", "labels"]?.texts ?? [:] }
  var annotations: [String: String] { json["metadata", "annotations"]?.texts ?? [:] }

  /// The template of its pods, where it has one.
  var template: JSONValue? {
    switch kind {
    case "CronJob": json["spec", "jobTemplate", "spec", "template"]
    default: json["spec", "template"]
    }
  }

  /// The labels of its pods, or its own where it is one; `nil` where it has none.
  var podLabels: [String: String]? {
    if kind == "Pod" { return labels }
    return template.map { $0["metadata", "labels"]?.texts ?? [:] }
  }

  /// A value of the API, where it can be read.
  func decoded<Value: Decodable>(_ type: Value.Type = Value.self, at path: String...) -> Value? {
    var value: JSONValue? = json
    for key in path { value = value?[key] }
    return try? value?.decoded(as: Value.self)
  }
}

extension JSONValue {
  /// The members of an object that are texts; numbers and truth values as they are written.
  var texts: [String: String] {
    var result: [String: String] = [:]
    for (key, value) in object ?? [:] {
      if let text = value.scalarText { result[key] = text }
    }
    return result
  }

  /// A text, a number or a truth value as it is written.
  var scalarText: String? {
    switch self {
    case .string(let text): text
    case .integer(let number): String(number)
    case .number(let number): String(number)
    case .bool(let truth): String(truth)
    default: nil
    }
  }

  /// A quantity in thousandths.
  var milli: Int64? { scalarText.flatMap { try? Quantity(text: $0) }?.milli }

  /// Whether the label selector matches; a selector that cannot be read matches nothing.
  func selects(_ labels: [String: String]) -> Bool {
    guard let selector: LabelSelector = try? decoded(as: LabelSelector.self) else { return false }
    return selector.matches(labels)
  }
}
