import Foundation
import KubernetesObjects
import Units

/// What strict decoding refuses in an object: fields that its type does not have, values of another type, and what its
/// ``ValueRules`` and the rules between fields say of the rest.
struct DecodingCheck {
  let catalogue = FieldCatalogue.kubernetes
  private(set) var problems: [FieldProblem] = []
  /// Fields of wrong types, below which nothing else is to be told.
  private var mistyped: [String] = []

  /// Where a value stands, in the two forms that the API server has for it.
  struct Position {
    /// `spec.template.spec.containers[0].ports`.
    var path = ""
    /// `spec.template.spec.containers.ports`, as the decoder of Go says it.
    var pathInGo = ""
    /// The Go type that the field belongs to: `Container`.
    var owner = ""

    func member(_ name: String, of owner: String) -> Position {
      Position(
        path: path.isEmpty ? name : "\(path).\(name)", pathInGo: pathInGo.isEmpty ? name : "\(pathInGo).\(name)",
        owner: owner)
    }

    func element(_ index: Int) -> Position { Position(path: "\(path)[\(index)]", pathInGo: pathInGo, owner: owner) }

    func entry(_ key: String) -> Position { Position(path: "\(path)[\(key)]", pathInGo: pathInGo, owner: owner) }
  }

  mutating func check(_ value: JSONValue, as type: FieldType, at position: Position = Position()) {
    guard !value.isNull else { return }
    switch (type, value) {
    case (.any, _), (.boolean, .bool), (.string, .string), (.double, .integer), (.double, .number): break
    case (.int32, .integer), (.int64, .integer), (.int32, .number), (.int64, .number):
      checkInteger(value, type, position)
    case (.quantity, _): checkQuantity(value, position)
    case (.intOrString, .string): break
    case (.intOrString, .integer), (.intOrString, .number): checkInteger(value, .int32, position)
    case (.time, .string(let text)):
      guard KubernetesTime(text: text) == nil else { return }
      mistype(
        position, "parsing time \"\(text)\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\(text)\"",
        hint: "write \(type.inWords)")
    case (.bytes, .string(let text)):
      let packed = text.filter { !$0.isNewline }
      guard Data(base64Encoded: packed) == nil else { return }
      mistype(position, "illegal base64 data", hint: "encode it as base64, or write it under stringData")
    case (.list(let element), .array(let elements)):
      for (index, member) in elements.enumerated() { check(member, as: element, at: position.element(index)) }
    case (.map(let element), .object(let members)):
      for (key, member) in members.sorted(by: { $0.key < $1.key }) {
        check(member, as: element, at: position.entry(key))
      }
    case (.object(let name), .object(let members)): checkMembers(members, of: name, at: position)
    default: mistype(position, of: type, value)
    }
  }

  private mutating func checkMembers(_ members: [String: JSONValue], of name: String, at position: Position) {
    guard let type = catalogue.type(name) else { return }
    for (key, member) in members.sorted(by: { $0.key < $1.key }) {
      let place = position.member(key, of: type.shortName)
      guard let field = type.fields[key] else {
        let nearest =
          Spelling.nearest(to: key, among: type.fields.keys) ?? Self.contained(in: key, among: type.fields.keys)
        problems.append(
          FieldProblem(
            field: place.path, reason: .unknownField, detail: "unknown field \"\(place.path)\"",
            hint: nearest.map { "did you mean \"\($0)\"?" }
              ?? "what is known: \(type.fields.keys.sorted().joined(separator: ", "))"))
        continue
      }
      check(member, as: field, at: place)
    }
    // Who writes these are controllers and the API server itself, which leave out what is zero.
    guard !position.path.hasPrefix("status"), !position.path.hasPrefix("metadata.managedFields") else { return }
    for key in type.required where (members[key] ?? .null).isNull {
      problems.append(.required(position.member(key, of: "").path))
    }
    problems += ObjectRules.problems(in: ObjectFields(members, at: position.path), of: type.shortName)
  }

  /// The known name that a longer or shorter one was made of: `preStop` in `preStopHook`.
  private static func contained(in key: String, among names: some Sequence<String>) -> String? {
    let word = key.lowercased()
    return names.filter {
      $0.count >= 4 && key.count >= 4 && (word.contains($0.lowercased()) || $0.lowercased().contains(word))
    }
    .max { ($0.count, $1) < ($1.count, $0) }
  }

  private mutating func checkInteger(_ value: JSONValue, _ type: FieldType, _ position: Position) {
    guard let integer = value.integer, type == .int64 || Int32(exactly: integer) != nil else {
      mistype(position, of: type, value, literal: true)
      return
    }
  }

  private mutating func checkQuantity(_ value: JSONValue, _ position: Position) {
    let text: String? =
      switch value {
      case .string(let text): text
      case .integer(let number): String(number)
      case .number(let number): String(number)
      default: nil
      }
    if let text, (try? Quantity(text: text)) != nil { return }
    mistype(
      position,
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
      hint: "write \(FieldType.quantity.inWords)")
  }

  private mutating func mistype(
    _ position: Position, of type: FieldType, _ value: JSONValue, literal: Bool = false
  ) {
    let found =
      switch value {
      case .null: "null"
      case .bool: "bool"
      case .integer(let number): literal ? "number \(number)" : "number"
      case .number(let number): literal ? "number \(number)" : "number"
      case .string: "string"
      case .array: "array"
      case .object: "object"
      }
    var hint = "write \(type.inWords)"
    switch (type, value) {
    case (.string, .integer), (.string, .number), (.string, .bool): hint = "write it in quotes"
    case (.int32, .string(let text)), (.int64, .string(let text)):
      if Int64(text) != nil { hint = "write it without quotes" }
    case (.boolean, .string(let text)): if ["true", "false"].contains(text) { hint = "write it without quotes" }
    case (.object(let name), _):
      let fields = (catalogue.type(name)?.fields.keys.sorted() ?? []).prefix(6)
      if !fields.isEmpty { hint += " with keys such as \(fields.joined(separator: ", "))" }
    default: break
    }
    mistype(
      position,
      "json: cannot unmarshal \(found) into Go struct field \(position.owner).\(position.pathInGo) of type "
        + type.nameInGo, hint: hint)
  }

  private mutating func mistype(_ position: Position, _ detail: String, hint: String) {
    mistyped.append(position.path)
    problems.append(FieldProblem(field: position.path, reason: .wrongType, detail: detail, hint: hint))
  }

  /// The problems, without those that only follow from a value of a wrong type, and each once.
  var distinct: [FieldProblem] {
    var seen: Set<String> = []
    return problems.filter { problem in
      let follows =
        problem.reason != .wrongType && problem.reason != .unknownField
        && mistyped.contains {
          problem.field == $0 || problem.field.hasPrefix($0 + ".") || problem.field.hasPrefix($0 + "[")
        }
      let key = problem.reason == .required ? "required \(problem.field)" : problem.description
      return !follows && seen.insert(key).inserted
    }
  }

  mutating func add(_ more: [FieldProblem]) { problems += more }
}
