import KubernetesObjects

extension JSONValue {
  /// Sets a member at a path of names; what is missing on the way is made, what is no object there is replaced.
  mutating func setMember(_ value: JSONValue?, at path: [String]) {
    guard let first = path.first else { return }
    guard path.count > 1 else {
      if object == nil { self = [:] }
      self[first] = value
      return
    }
    var child = self[first] ?? [:]
    if child.object == nil { child = [:] }
    child.setMember(value, at: Array(path.dropFirst()))
    if object == nil { self = [:] }
    self[first] = child
  }

  /// Sets a member at a path unless there is one.
  mutating func setDefault(_ value: JSONValue, at path: String...) {
    var found: JSONValue? = self
    for name in path { found = found?[name] }
    if found == nil || found == .null { setMember(value, at: path) }
  }

  /// Changes every element of an array member.
  mutating func mapElements(of name: String, _ change: (inout JSONValue) -> Void) {
    guard var elements = self[name]?.array else { return }
    for index in elements.indices { change(&elements[index]) }
    self[name] = .array(elements)
  }

  /// The value without the members that are `null`, as the API server stores it.
  var withoutNulls: JSONValue {
    switch self {
    case .object(let members): .object(members.compactMapValues { $0.isNull ? nil : $0.withoutNulls })
    case .array(let elements): .array(elements.map(\.withoutNulls))
    default: self
    }
  }

  /// Compact JSON text, for messages.
  var compactText: String { (try? json()).map { String(decoding: $0, as: UTF8.self) } ?? "" }

  /// The members that are texts, as labels and annotations are.
  var texts: [String: String]? {
    object?.compactMapValues(\.string)
  }
}
