package import KubernetesObjects

extension FieldSet {
  /// The fields that somebody claims who applies a configuration (structured-merge-diff, typed/tofieldset.go): the values
  /// in it, and the elements of lists and keys of mappings that hold them, but not the objects around them.
  package init(of value: JSONValue, _ schema: FieldSchema) {
    self.init()
    collect(value, schema)
  }

  private mutating func collect(_ value: JSONValue, _ schema: FieldSchema) {
    switch schema.structure(of: value) {
    case .leaf: break
    case .object, .mapping:
      for (name, member) in value.object ?? [:] {
        let isEmptyMapping = member.isNull || member.object?.isEmpty ?? false
        collect(
          member, at: .field(name), schema.member(name), isMember: isEmptyMapping || !schema.hasField(name))
      }
    case .list(let keys, let element):
      let elements = KeyedElements(value, keys: keys, element)
      for key in elements.order { collect(elements.elements[key] ?? .null, at: key, element, isMember: true) }
    }
  }

  private mutating func collect(_ value: JSONValue, at element: PathElement, _ schema: FieldSchema, isMember: Bool) {
    if isMember { insert(element) }
    if case .leaf = schema.structure(of: value) {
      insert(element)
      return
    }
    insert(FieldSet(of: value, schema), below: element)
  }
}
