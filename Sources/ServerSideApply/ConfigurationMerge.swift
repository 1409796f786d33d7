package import KubernetesObjects

extension JSONValue {
  /// The object with what a configuration says of it (structured-merge-diff, typed/merge.go): its values replace those of
  /// the object, lists that tell their elements apart and mappings are combined, and all else stays as it is.
  package func combined(with configuration: JSONValue, _ schema: FieldSchema) -> JSONValue {
    switch schema.structure(of: configuration) {
    case .leaf: return configuration
    case .object, .mapping:
      guard let wanted = configuration.object, !wanted.isEmpty else {
        return isEmptyOrNull ? configuration : self
      }
      var members = object ?? [:]
      for (name, value) in wanted {
        members[name] = members[name].map { $0.combined(with: value, schema.member(name)) } ?? value
      }
      return .object(members)
    case .list(let keys, let element):
      guard let wanted = configuration.array, !wanted.isEmpty else {
        return isEmptyOrNull ? configuration : self
      }
      return .array(
        Self.combined(
          KeyedElements(self, keys: keys, element), KeyedElements(configuration, keys: keys, element), element))
    }
  }

  /// Elements that both have are in the order of the configuration; those that only the object has stay before what follows
  /// them there.
  private static func combined(
    _ present: KeyedElements, _ wanted: KeyedElements, _ schema: FieldSchema
  ) -> [JSONValue] {
    var shared = wanted.order.filter { present.elements[$0] != nil }[...]
    var result: [JSONValue] = []
    func element(_ key: PathElement) -> JSONValue? {
      guard let before = present.elements[key] else { return wanted.elements[key] }
      return wanted.elements[key].map { before.combined(with: $0, schema) } ?? before
    }
    var (left, right) = (present.order[...], wanted.order[...])
    while !left.isEmpty || !right.isEmpty {
      if let next = left.first, let other = right.first {
        if next == other {
          if let value = element(next) { result.append(value) }
          left.removeFirst()
          right.removeFirst()
          shared = shared.dropFirst()
          continue
        }
        if wanted.elements[next] != nil, let first = shared.first, first != next {
          left.removeFirst()
          continue
        }
      }
      if let next = left.first, wanted.elements[next] == nil {
        if let value = element(next) { result.append(value) }
        left.removeFirst()
      } else if let next = right.first {
        if let value = element(next) { result.append(value) }
        right.removeFirst()
        if shared.first == next { shared = shared.dropFirst() }
      } else {
        // What is left over was placed already.
        left.removeFirst()
      }
    }
    return result
  }

  /// The object without some fields (structured-merge-diff, typed/remove.go). A list or mapping that is left with nothing is
  /// `null`, as is one that is replaced as a whole only when it is removed itself.
  func removing(_ fields: FieldSet, _ schema: FieldSchema) -> JSONValue {
    guard !fields.isEmpty else { return self }
    switch schema.structure(of: self) {
    case .leaf: return self
    case .object, .mapping:
      var result: [String: JSONValue] = [:]
      for (name, value) in object ?? [:] where !fields.members.contains(.field(name)) {
        result[name] = fields.children[.field(name)].map { value.removing($0, schema.member(name)) } ?? value
      }
      return result.isEmpty ? .null : .object(result)
    case .list(let keys, let element):
      var result: [JSONValue] = []
      for value in array ?? [] {
        let key = element.pathElement(of: value, keys: keys) ?? .value(value)
        guard !fields.members.contains(key) else { continue }
        result.append(fields.children[key].map { value.removing($0, element) } ?? value)
      }
      return result.isEmpty ? .null : .array(result)
    }
  }
}
