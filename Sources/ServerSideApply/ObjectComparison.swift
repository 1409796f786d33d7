package import KubernetesObjects

/// Which fields differ between two versions of an object (structured-merge-diff, typed/compare.go).
///
/// Objects, mappings and elements of lists that are only in one of them are among these fields, with all that is in them.
package struct ObjectComparison: Sendable, Equatable {
  package private(set) var added = FieldSet()
  package private(set) var modified = FieldSet()
  package private(set) var removed = FieldSet()

  package init(_ old: JSONValue, _ new: JSONValue, _ schema: FieldSchema) {
    compareParts(old, new, schema)
  }

  private init() {}

  /// What one has to own to have made the new version of the old one.
  package var written: FieldSet { added.union(modified) }

  /// Without these fields and all that is in them.
  func without(_ ignored: FieldSet) -> ObjectComparison {
    var result = self
    result.added = added.subtractingWhole(ignored)
    result.modified = modified.subtractingWhole(ignored)
    result.removed = removed.subtractingWhole(ignored)
    return result
  }

  private mutating func compareParts(_ old: JSONValue?, _ new: JSONValue?, _ schema: FieldSchema) {
    switch schema.structure(of: new ?? old) {
    case .leaf: break
    case .object, .mapping:
      let (before, after) = (old?.object ?? [:], new?.object ?? [:])
      for (name, value) in before { compare(.field(name), value, after[name], schema.member(name)) }
      for (name, value) in after where before[name] == nil { compare(.field(name), nil, value, schema.member(name)) }
    case .list(let keys, let element):
      let (before, after) = (KeyedElements(old, keys: keys, element), KeyedElements(new, keys: keys, element))
      for key in before.order { compare(key, before.elements[key], after.elements[key], element) }
      for key in after.order where before.elements[key] == nil { compare(key, nil, after.elements[key], element) }
    }
  }

  private mutating func compare(_ element: PathElement, _ old: JSONValue?, _ new: JSONValue?, _ schema: FieldSchema) {
    if let old, let new, old == new { return }
    let isLeaf: Bool =
      if case .leaf = schema.structure(of: new ?? old) { true } else {
        // Two that are empty are compared as they stand, which tells nothing from an empty one.
        (old?.isEmptyOrNull ?? true) && (new?.isEmptyOrNull ?? true)
      }
    if !isLeaf {
      var parts = ObjectComparison()
      parts.compareParts(old, new, schema)
      added.insert(parts.added, below: element)
      modified.insert(parts.modified, below: element)
      removed.insert(parts.removed, below: element)
    }
    if old == nil {
      added.insert(element)
    } else if new == nil {
      removed.insert(element)
    } else if isLeaf {
      modified.insert(element)
    }
  }
}
