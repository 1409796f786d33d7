package import KubernetesObjects
import KubernetesValidation

/// What keeps a configuration from being combined with an object: fields that the type does not have, values of another
/// kind, and elements of lists that cannot be told apart (structured-merge-diff, typed/validate.go and typed/helpers.go).
package struct ConfigurationCheck {
  /// In the words of the API server, by their places.
  package private(set) var problems: [String] = []

  package init(_ configuration: JSONValue, _ schema: FieldSchema) {
    check(configuration, schema, at: "")
    problems.sort()
  }

  /// One problem by itself, several in lines of their own.
  package var message: String {
    problems.count == 1 ? problems[0] : "errors:\n" + problems.map { "  \($0)" }.joined(separator: "\n")
  }

  private mutating func check(_ value: JSONValue, _ schema: FieldSchema, at path: String) {
    guard !value.isNull else { return }
    switch schema.type {
    case .any: break
    case .object(let name):
      guard case .object(let type) = FieldSchema(.object(name), merging: .granular).structure(of: value) else { return }
      guard let members = value.object else { return mistype(value, "map", at: path) }
      for (name, member) in members {
        let place = "\(path).\(name)"
        if let schema = type.member(name) {
          check(member, schema, at: place)
        } else {
          problems.append("\(place): field not declared in schema")
        }
      }
    case .map(let element):
      guard let members = value.object else { return mistype(value, "map", at: path) }
      for (name, member) in members { check(member, FieldSchema(element), at: "\(path).\(name)") }
    case .list(let element): check(list: value, schema, FieldSchema(element), at: path)
    case .string, .time, .bytes:
      if value.string == nil { problems.append("\(path): expected string, got \(value.inGo)") }
    case .boolean: if value.bool == nil { mistype(value, "boolean", at: path) }
    case .int32, .int64, .double:
      switch value {
      case .integer, .number: break
      default: mistype(value, "numeric (int or float)", at: path)
      }
    case .quantity, .intOrString:
      if value.object != nil || value.array != nil {
        problems.append("\(path): expected string, got \(value.inGo)")
      }
    }
  }

  private mutating func check(
    list value: JSONValue, _ schema: FieldSchema, _ element: FieldSchema, at path: String
  ) {
    guard let elements = value.array else { return mistype(value, "list", at: path) }
    guard case .list(let keys, _) = schema.structure(of: value) else {
      for (index, member) in elements.enumerated() { check(member, element, at: "\(path)[\(index)]") }
      return
    }
    var seen: Set<PathElement> = []
    for (index, member) in elements.enumerated() {
      guard let key = element.pathElement(of: member, keys: keys) else {
        let missing = keys.first { member[$0] == nil } ?? ""
        problems.append(
          "\(path): element \(index): associative list with keys has an element that omits key field \"\(missing)\" "
            + "(and doesn't have default value)")
        continue
      }
      if !seen.insert(key).inserted { problems.append("\(path): duplicate entries for key \(key.description)") }
      check(member, element, at: path + key.description)
    }
  }

  private mutating func mistype(_ value: JSONValue, _ expected: String, at path: String) {
    problems.append("\(path): expected \(expected), got \(value.typeInGo)")
  }
}

extension JSONValue {
  /// The type of the value in Go, as `%T` prints it.
  fileprivate var typeInGo: String {
    switch self {
    case .null: "<nil>"
    case .bool: "bool"
    case .integer: "int64"
    case .number: "float64"
    case .string: "string"
    case .array: "[]interface {}"
    case .object: "map[string]interface {}"
    }
  }

  /// The value as `%#v` prints it, wrapped as the library holds it.
  fileprivate var inGo: String {
    let text =
      switch self {
      case .array, .object: typeInGo + "{...}"
      default: (try? json()).map { String(decoding: $0, as: UTF8.self) } ?? ""
      }
    return "&value.valueUnstructured{Value:\(text)}"
  }
}
