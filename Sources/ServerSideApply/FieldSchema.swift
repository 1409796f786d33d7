import KubernetesObjects
import KubernetesValidation

/// What is known of a field when its values are combined: its type, and how its lists and mappings are told apart.
///
/// Lists are replaced as a whole and mappings combined member by member, unless the API documents say otherwise (structured-merge-diff,
/// schema/elements.go; kube-openapi, pkg/schemaconv).
package struct FieldSchema: Sendable {
  let type: FieldType
  let merging: FieldMerging?

  init(_ type: FieldType, merging: FieldMerging? = nil) {
    self.type = type
    self.merging = merging
  }

  /// The schema of a kind; of one that is not in the catalogue nothing is known, so that lists are replaced as a whole.
  package init(apiVersion: String, kind: String) {
    self.init(FieldCatalogue.kubernetes.kinds["\(apiVersion) \(kind)"].map { .object($0) } ?? .any)
  }

  /// How a value of the field is taken apart.
  enum Structure {
    /// A value that is taken or replaced as a whole.
    case leaf
    /// An object with named fields.
    case object(FieldCatalogue.ObjectType)
    /// A mapping with any keys.
    case mapping(FieldSchema)
    /// A list whose elements these members tell apart, or their values where there are none.
    case list(keys: [String], FieldSchema)
  }

  /// - Parameter value: one that the field has, where the type leaves open what it is.
  func structure(of value: JSONValue?) -> Structure {
    switch type {
    case .object(let name):
      guard let type = FieldCatalogue.kubernetes.type(name) else { return FieldSchema(.any).structure(of: value) }
      let isAtomic = merging == nil ? type.isAtomic : merging == .atomic
      return isAtomic ? .leaf : .object(type)
    case .map(let element): return merging == .atomic ? .leaf : .mapping(FieldSchema(element))
    case .list(let element):
      switch merging {
      case .set: return .list(keys: [], FieldSchema(element))
      case .list(let keys): return .list(keys: keys, FieldSchema(element))
      case .atomic, .granular, nil: return .leaf
      }
    case .any:
      if case .object? = value { return .mapping(FieldSchema(.any)) }
      return .leaf
    case .string, .boolean, .int32, .int64, .double, .quantity, .intOrString, .time, .bytes: return .leaf
    }
  }

  private var objectType: FieldCatalogue.ObjectType? {
    if case .object(let name) = type { FieldCatalogue.kubernetes.type(name) } else { nil }
  }

  /// Whether the type names a field, rather than having any keys.
  func hasField(_ name: String) -> Bool { objectType?.fields[name] != nil }

  func member(_ name: String) -> FieldSchema {
    switch type {
    case .object: objectType.flatMap { $0.member(name) } ?? FieldSchema(.any)
    case .map(let element): FieldSchema(element)
    default: FieldSchema(.any)
    }
  }

  /// What a step of a path leads to.
  func part(_ element: PathElement) -> FieldSchema {
    if case .field(let name) = element { return member(name) }
    if case .list(let element) = type { return FieldSchema(element) }
    return FieldSchema(.any)
  }

  /// What tells an element of a list from the others; `nil` when a member is missing that has no default.
  func pathElement(of element: JSONValue, keys: [String]) -> PathElement? {
    guard !keys.isEmpty else { return .value(element) }
    var members: [String: JSONValue] = [:]
    for key in keys {
      guard let value = element[key] ?? objectType?.defaults[key] else { return nil }
      members[key] = value
    }
    return .key(members)
  }
}

extension FieldCatalogue.ObjectType {
  func member(_ name: String) -> FieldSchema? {
    fields[name].map { FieldSchema($0, merging: merging[name]) }
  }
}

extension JSONValue {
  /// Whether there is nothing in it: `null`, or a list or mapping without elements.
  var isEmptyOrNull: Bool {
    switch self {
    case .null: true
    case .array(let elements): elements.isEmpty
    case .object(let members): members.isEmpty
    default: false
    }
  }
}

/// The elements of a list by what tells them apart, in their order.
struct KeyedElements {
  private(set) var order: [PathElement] = []
  private(set) var elements: [PathElement: JSONValue] = [:]

  /// Of elements with the same key only the first counts; one without a key stands for itself.
  init(_ list: JSONValue?, keys: [String], _ schema: FieldSchema) {
    for element in list?.array ?? [] {
      let key = schema.pathElement(of: element, keys: keys) ?? .value(element)
      guard elements[key] == nil else { continue }
      elements[key] = element
      order.append(key)
    }
  }
}
