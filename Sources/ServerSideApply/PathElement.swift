import Foundation
package import KubernetesObjects

/// One step from an object or list to a part of it (structured-merge-diff, fieldpath/element.go).
package enum PathElement: Sendable, Hashable {
  /// A member of an object or mapping.
  case field(String)
  /// The element of a list that has these members.
  case key([String: JSONValue])
  /// The element of a list that is this value.
  case value(JSONValue)
  /// An element of a list by its place.
  case index(Int)

  /// As the API server shows it in messages: `.name`, `[name="app"]`, `[="value"]`.
  package var description: String {
    switch self {
    case .field(let name): ".\(name)"
    case .key(let members):
      "[\(members.sorted { $0.key < $1.key }.map { "\($0.key)=\(Self.text($0.value))" }.joined(separator: ","))]"
    case .value(let value): "[=\(Self.text(value))]"
    case .index(let index): "[\(index)]"
    }
  }

  /// The name of a member in `fieldsV1` (structured-merge-diff, fieldpath/serialize-pe.go).
  var serialized: String {
    switch self {
    case .field(let name): "f:\(name)"
    case .key(let members): "k:\(Self.text(.object(members)))"
    case .value(let value): "v:\(Self.text(value))"
    case .index(let index): "i:\(index)"
    }
  }

  /// Reads the name of a member in `fieldsV1`; `nil` when it is none.
  init?(serialized text: String) {
    guard let colon = text.firstIndex(of: ":"), colon != text.startIndex else { return nil }
    let rest = String(text[text.index(after: colon)...])
    switch text[..<colon] {
    case "f": self = .field(rest)
    case "k":
      guard case .object(let members)? = Self.value(rest), !members.isEmpty else { return nil }
      self = .key(members)
    case "v":
      guard let value = Self.value(rest) else { return nil }
      self = .value(value)
    case "i":
      guard let index = Int(rest) else { return nil }
      self = .index(index)
    default: return nil
    }
  }

  private static func text(_ value: JSONValue) -> String {
    (try? value.json()).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// A JSON text of any kind.
  private static func value(_ text: String) -> JSONValue? {
    // In a list, since a text that is no object or list is no document to every reader.
    (try? JSONValue(json: Data("[\(text)]".utf8)))?.array.flatMap { $0.count == 1 ? $0[0] : nil }
  }

  private var rank: Int {
    switch self {
    case .field: 0
    case .key: 1
    case .value: 2
    case .index: 3
    }
  }
}

extension PathElement: Comparable {
  /// Names first, then keys, values and places.
  package static func < (left: PathElement, right: PathElement) -> Bool {
    switch (left, right) {
    case (.field(let left), .field(let right)): left.utf8.lexicographicallyPrecedes(right.utf8)
    case (.index(let left), .index(let right)): left < right
    case (.key(let left), .key(let right)): precedes(left, right)
    case (.value(let left), .value(let right)): precedes(left, right)
    default: left.rank < right.rank
    }
  }

  /// Member by member: the first name or value that differs says which key is first.
  private static func precedes(_ left: [String: JSONValue], _ right: [String: JSONValue]) -> Bool {
    let (left, right) = (left.sorted { $0.key < $1.key }, right.sorted { $0.key < $1.key })
    for (one, other) in zip(left, right) {
      if one.key != other.key { return one.key < other.key }
      if one.value != other.value { return precedes(one.value, other.value) }
    }
    return left.count < right.count
  }

  private static func precedes(_ left: JSONValue, _ right: JSONValue) -> Bool {
    switch (left, right) {
    case (.integer(let left), .integer(let right)): left < right
    case (.string(let left), .string(let right)): left.utf8.lexicographicallyPrecedes(right.utf8)
    default: text(left).utf8.lexicographicallyPrecedes(text(right).utf8)
    }
  }
}

/// The way from an object to one of its fields.
package typealias ElementPath = [PathElement]

extension ElementPath {
  /// `.spec.template.spec.containers[name="app"].image`
  package var text: String { map(\.description).joined() }
}
