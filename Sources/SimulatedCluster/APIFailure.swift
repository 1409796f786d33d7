import KubernetesObjects

/// Why the API refuses a request: the fields of a `v1` Status.
struct APIFailure: Error, Sendable {
  let code: Int
  let reason: String
  let message: String
  var details: JSONValue?
  var metadata: JSONValue = [:]

  var json: JSONValue {
    var result = JSONMembers()
    result.put("apiVersion", text: "v1")
    result.put("kind", text: "Status")
    result.put("metadata", metadata)
    result.put("status", text: "Failure")
    result.put("message", text: message)
    result.put("reason", text: reason.isEmpty ? nil : reason)
    result.put("code", number: code)
    result.put("details", details)
    return result.json
  }

  /// `deployments.apps`, or `pods` in the core group.
  private static func groupResource(_ kind: ClusterKind) -> String {
    kind.resource.qualifiedPlural
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

  static func conflict(
    _ kind: ClusterKind, _ name: String,
    because cause: String =
      "the object has been modified; please apply your changes to the latest version and try again"
  ) -> APIFailure {
    APIFailure(
      code: 409, reason: "Conflict",
      message: "Operation cannot be fulfilled on \(groupResource(kind)) \"\(name)\": \(cause)",
      details: details(kind, name: name))
  }

  static func invalid(_ kind: ClusterKind, _ name: String, _ problems: [FieldProblem]) -> APIFailure {
    let texts = problems.map(\.description)
    let list = texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
    let subject = kind.resource.group.isEmpty ? kind.resource.kind : "\(kind.resource.kind).\(kind.resource.group)"
    var details = details(kind, name: name, named: kind.resource.kind)
    details["causes"] = .array(
      problems.map {
        ["reason": .string($0.reason.rawValue), "message": .string($0.detail), "field": .string($0.field)]
      })
    return APIFailure(
      code: 422, reason: "Invalid", message: "\(subject) \"\(name)\" is invalid: \(list)", details: details)
  }

  /// An object that cannot be decoded, with everything that strict decoding has against it
  /// (Kubernetes 1.36, apiserver/pkg/endpoints/handlers/create.go).
  static func undecodable(_ object: JSONValue, _ problems: [FieldProblem]) -> APIFailure {
    let apiVersion = object["apiVersion"]?.string ?? ""
    let version = apiVersion.split(separator: "/").last.map(String.init) ?? ""
    let kind = object["kind"]?.string ?? ""
    return badRequest(
      "\(kind) in version \"\(version)\" cannot be handled as a \(kind): \(decodingText(problems))")
  }

  /// A patch whose result cannot be decoded (Kubernetes 1.36, apiserver/pkg/endpoints/handlers/patch.go).
  static func undecodable(patch: JSONValue?, _ problems: [FieldProblem]) -> APIFailure {
    let text = patch?.compactText ?? ""
    let message = "Invalid value: \(text): \(decodingText(problems))"
    return APIFailure(
      code: 422, reason: "Invalid", message: " \"\" is invalid: patch: \(message)",
      details: ["causes": [["reason": "FieldValueInvalid", "message": .string(message), "field": "patch"]]])
  }

  private static func decodingText(_ problems: [FieldProblem]) -> String {
    let unknown = problems.filter { $0.reason == .unknownField }.map(\.detail)
    let mistyped = problems.filter { $0.reason == .wrongType }.map {
      $0.detail.hasPrefix("json:") ? $0.detail : "\($0.field): \($0.detail)"
    }
    return (mistyped + (unknown.isEmpty ? [] : ["strict decoding error: \(unknown.joined(separator: ", "))"]))
      .joined(separator: ", ")
  }

  static func badRequest(_ message: String) -> APIFailure {
    APIFailure(code: 400, reason: "BadRequest", message: message)
  }

  static func unsupportedMediaType(_ type: String) -> APIFailure {
    APIFailure(
      code: 415, reason: "UnsupportedMediaType",
      message: "the simulated cluster does not read \"\(type)\": send application/json, or a JSON, merge, "
        + "strategic merge or apply patch")
  }

  static func methodNotAllowed(_ method: String) -> APIFailure {
    APIFailure(
      code: 405, reason: "MethodNotAllowed",
      message: "the simulated cluster does not support \(method) on the requested resource")
  }

  static func noProgram(in pod: String, _ subresource: String) -> APIFailure {
    APIFailure(
      code: 501, reason: "NotImplemented",
      message:
        "the simulated cluster runs no program in a pod, so that pods/\(subresource) of \"\(pod)\" does not answer: "
        + "what its application is like is declared, and seen in its status, events and metrics")
  }

  static let noSuchPath = APIFailure(
    code: 404, reason: "NotFound", message: "the server could not find the requested resource", details: [:])

  static func expired(_ version: Int64, newest: Int64) -> APIFailure {
    APIFailure(code: 410, reason: "Expired", message: "too old resource version: \(version) (\(newest))")
  }
}
