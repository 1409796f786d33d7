package import KubernetesObjects

/// A set of fields of an object (structured-merge-diff, fieldpath/set.go).
///
/// That a part of a field is in the set does not put the field itself into it.
package struct FieldSet: Sendable, Equatable {
  /// The fields at this place that are in the set themselves.
  private(set) var members: Set<PathElement> = []
  /// Fields at this place of which parts are in the set; none of these sets is empty.
  private(set) var children: [PathElement: FieldSet] = [:]

  package init() {}

  package init(_ paths: ElementPath...) {
    for path in paths { insert(path[...]) }
  }

  package var isEmpty: Bool { members.isEmpty && children.isEmpty }

  package mutating func insert(_ path: ElementPath) { insert(path[...]) }

  private mutating func insert(_ path: ArraySlice<PathElement>) {
    guard let first = path.first else { return }
    if path.count == 1 {
      members.insert(first)
    } else {
      children[first, default: FieldSet()].insert(path.dropFirst())
    }
  }

  mutating func insert(_ member: PathElement) { members.insert(member) }

  /// Puts what is in a set below a field; nothing of it was there before.
  mutating func insert(_ set: FieldSet, below element: PathElement) {
    if !set.isEmpty { children[element] = set }
  }

  package func contains(_ path: ElementPath) -> Bool { contains(path[...]) }

  private func contains(_ path: ArraySlice<PathElement>) -> Bool {
    guard let first = path.first else { return false }
    return path.count == 1 ? members.contains(first) : children[first]?.contains(path.dropFirst()) ?? false
  }

  package func union(_ other: FieldSet) -> FieldSet {
    if isEmpty { return other }
    var result = self
    result.members.formUnion(other.members)
    for (element, set) in other.children { result.children[element] = children[element]?.union(set) ?? set }
    return result
  }

  package func intersection(_ other: FieldSet) -> FieldSet {
    var result = FieldSet()
    result.members = members.intersection(other.members)
    for (element, set) in children {
      if let same = other.children[element] { result.insert(set.intersection(same), below: element) }
    }
    return result
  }

  /// What is not in the other set; parts of a field stay that is there itself.
  package func subtracting(_ other: FieldSet) -> FieldSet {
    if other.isEmpty { return self }
    var result = FieldSet()
    result.members = members.subtracting(other.members)
    for (element, set) in children {
      result.insert(other.children[element].map(set.subtracting) ?? set, below: element)
    }
    return result
  }

  /// What is not in the other set, nor a part of a field that is.
  package func subtractingWhole(_ other: FieldSet) -> FieldSet {
    if other.isEmpty { return self }
    var result = FieldSet()
    result.members = members.subtracting(other.members)
    for (element, set) in children where !other.members.contains(element) {
      result.insert(other.children[element].map(set.subtractingWhole) ?? set, below: element)
    }
    return result
  }

  /// With the named fields of objects of which parts are in the set: `spec` where `spec.replicas` is, but not the key of a
  /// mapping.
  func withNamedFields(of schema: FieldSchema) -> FieldSet {
    var result = self
    for (element, set) in children {
      if case .field(let name) = element, schema.hasField(name) { result.members.insert(element) }
      result.children[element] = set.withNamedFields(of: schema.part(element))
    }
    return result
  }

  /// All paths, those of a place before those below it.
  package var paths: [ElementPath] {
    members.sorted().map { [$0] }
      + children.sorted { $0.key < $1.key }.flatMap { element, set in set.paths.map { [element] + $0 } }
  }
}

extension FieldSet {
  /// As it stands in `fieldsV1`: `.` for the field itself, `f:` before names, `k:` before keys, `v:` before values.
  package var json: JSONValue {
    var result: [String: JSONValue] = [:]
    for element in members where children[element] == nil { result[element.serialized] = [:] }
    for (element, set) in children {
      var part = set.json
      if members.contains(element) { part["."] = [:] }
      result[element.serialized] = part
    }
    return .object(result)
  }

  /// Why `fieldsV1` cannot be read.
  package struct Unreadable: Error {}

  package init(json: JSONValue) throws(Unreadable) {
    guard let object = json.object else { throw Unreadable() }
    for (name, part) in object where name != "." {
      guard let element = PathElement(serialized: name), let parts = part.object else { throw Unreadable() }
      if parts.isEmpty || parts["."] != nil { members.insert(element) }
      insert(try FieldSet(json: part), below: element)
    }
  }
}
