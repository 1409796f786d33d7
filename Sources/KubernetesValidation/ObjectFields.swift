import KubernetesObjects

/// The members of one object with the path to it, for rules that speak of several of them.
struct ObjectFields {
  let members: [String: JSONValue]
  let path: String

  init(_ members: [String: JSONValue], at path: String) {
    self.members = members
    self.path = path
  }

  /// The path of a member: `spec.replicas`.
  func path(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  subscript(key: String) -> JSONValue? { members[key].flatMap { $0.isNull ? nil : $0 } }

  func integer(_ key: String) -> Int64? { self[key]?.integer }
  func text(_ key: String) -> String? { self[key]?.string }

  /// A member that is an object.
  func object(_ key: String) -> ObjectFields? {
    self[key]?.object.map { ObjectFields($0, at: path(key)) }
  }

  /// The elements of a list that are objects.
  func objects(_ key: String) -> [ObjectFields] {
    (self[key]?.array ?? []).enumerated().compactMap { index, element in
      element.object.map { ObjectFields($0, at: "\(path(key))[\(index)]") }
    }
  }

  /// The names that stand twice among the elements of a list, each told at its second place.
  func duplicates(in key: String, by name: String = "name") -> [FieldProblem] {
    var seen: Set<String> = []
    return objects(key).compactMap { element in
      guard let text = element.text(name), !text.isEmpty, !seen.insert(text).inserted else { return nil }
      return .duplicate(element.path(name), text)
    }
  }
}

extension JSONValue {
  /// The value as the API server shows it in a message.
  var inMessage: String {
    switch self {
    case .string(let text): "\"\(text)\""
    case .integer(let number): "\(number)"
    case .number(let number): "\(number)"
    case .bool(let flag): "\(flag)"
    default: (try? json()).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
  }
}
