import KubernetesObjects

/// Why the API refuses a request: the fields of a `v1` Status.
struct APIFailure: Error, Sendable {
  let code: Int
  let reason: String
  let message: String
  var details: JSONValue?

  var json: JSONValue {
    var result = JSONMembers()
    result.put("apiVersion", text: "v1")
    result.put("kind", text: "Status")
    result.put("metadata", [:])
    result.put("status", text: "Failure")
    result.put("message", text: message)
    result.put("reason", text: reason)
    result.put("code", number: code)
    result.put("details", details)
    return result.json
  }

  /// `deployments.apps`, or `pods` in the core group.
  private static func groupResource(_ kind: ClusterKind) -> String {
    kind.resource.group.isEmpty ? kind.resource.plural : "\(kind.resource.plural).\(kind.resource.group)"
  }

  private static func details(_ kind: ClusterKind, name: String, named word: String? = nil) -> JSONValue {
    var details = JSONMembers(["name": .string(name), "kind": .string(word ?? kind.resource.plural)])
    if !kind.resource.group.isEmpty { details.put("group", text: kind.resource.group) }
    return details.json
  }

  static func notFound(_ kind: ClusterKind, _ name: String) -> APIFailure {
    APIFailure(
      code: 404, reason: "NotFound", message: "\(groupResource(kind)) \"\(name)\" not found",
      details: details(kind, name: name))
  }

  static func alreadyExists(_ kind: ClusterKind, _ name: String) -> APIFailure {
    APIFailure(
      code: 409, reason: "AlreadyExists", message: "\(groupResource(kind)) \"\(name)\" already exists",
      details: details(kind, name: name))
  }

  static func conflict(_ kind: ClusterKind, _ name: String) -> APIFailure {
    APIFailure(
      code: 409, reason: "Conflict",
      message: "Operation cannot be fulfilled on \(groupResource(kind)) \"\(name)\": the object has been modified; "
        + "please apply your changes to the latest version and try again",
      details: details(kind, name: name))
  }

  static func invalid(_ kind: ClusterKind, _ name: String, _ problems: [FieldProblem]) -> APIFailure {
    let texts = problems.map { "\($0.field): \($0.message)" }
    let list = texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
    let subject = kind.resource.group.isEmpty ? kind.resource.kind : "\(kind.resource.kind).\(kind.resource.group)"
    var details = details(kind, name: name, named: kind.resource.kind)
    details["causes"] = .array(
      problems.map {
        ["reason": .string($0.reason), "message": .string($0.message), "field": .string($0.field)]
      })
    return APIFailure(
      code: 422, reason: "Invalid", message: "\(subject) \"\(name)\" is invalid: \(list)", details: details)
  }

  static func badRequest(_ message: String) -> APIFailure {
    APIFailure(code: 400, reason: "BadRequest", message: message)
  }

  static func unsupportedMediaType(_ type: String) -> APIFailure {
    APIFailure(
      code: 415, reason: "UnsupportedMediaType",
      message: "the simulated cluster does not read \"\(type)\": send application/json, or a JSON, merge or "
        + "strategic merge patch")
  }

  static func methodNotAllowed(_ method: String) -> APIFailure {
    APIFailure(
      code: 405, reason: "MethodNotAllowed",
      message: "the simulated cluster does not support \(method) on the requested resource")
  }

  static let noSuchPath = APIFailure(
    code: 404, reason: "NotFound", message: "the server could not find the requested resource", details: [:])

  static func expired(_ version: Int64, newest: Int64) -> APIFailure {
    APIFailure(code: 410, reason: "Expired", message: "too old resource version: \(version) (\(newest))")
  }
}

/// One field of an object that makes no sense, and why.
struct FieldProblem: Sendable, Equatable {
  let field: String
  /// `FieldValueRequired`, `FieldValueInvalid`, `FieldValueNotSupported` or `FieldValueForbidden`.
  let reason: String
  let message: String

  static func required(_ field: String, _ why: String = "") -> FieldProblem {
    FieldProblem(
      field: field, reason: "FieldValueRequired", message: why.isEmpty ? "Required value" : "Required value: \(why)")
  }

  static func invalid(_ field: String, _ value: some CustomStringConvertible, _ why: String) -> FieldProblem {
    FieldProblem(field: field, reason: "FieldValueInvalid", message: "Invalid value: \(value): \(why)")
  }

  static func unsupported(_ field: String, _ value: String, _ why: String) -> FieldProblem {
    FieldProblem(field: field, reason: "FieldValueNotSupported", message: "Unsupported value: \"\(value)\": \(why)")
  }
}
