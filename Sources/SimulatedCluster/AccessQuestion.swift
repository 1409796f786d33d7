import KubernetesObjects

/// What is asked of the API and not kept: who somebody is, and what they may do.
enum AccessQuestion: String, CaseIterable, Sendable {
  case selfSubjectAccess = "selfsubjectaccessreviews"
  case subjectAccess = "subjectaccessreviews"
  case localSubjectAccess = "localsubjectaccessreviews"
  case selfSubjectRules = "selfsubjectrulesreviews"
  case selfSubject = "selfsubjectreviews"
  case token = "tokenreviews"

  init?(_ target: ResourcePath) {
    guard let question = Self(rawValue: target.plural), target.group == question.group, target.version == "v1" else {
      return nil
    }
    self = question
  }

  var group: String {
    switch self {
    case .selfSubject, .token: "authentication.k8s.io"
    default: "authorization.k8s.io"
    }
  }

  var kind: String {
    switch self {
    case .selfSubjectAccess: "SelfSubjectAccessReview"
    case .subjectAccess: "SubjectAccessReview"
    case .localSubjectAccess: "LocalSubjectAccessReview"
    case .selfSubjectRules: "SelfSubjectRulesReview"
    case .selfSubject: "SelfSubjectReview"
    case .token: "TokenReview"
    }
  }
}

extension ClusterSimulation {
  func answer(
    to question: AccessQuestion, of user: APIUser, _ request: APIRequest
  ) throws(APIFailure) -> APIAnswer {
    guard request.method == "POST" else { throw .methodNotAllowed(request.method) }
    guard var answer = request.body, answer.object != nil else { throw .unsupportedMediaType(request.contentType) }
    let spec = answer["spec"] ?? [:]
    answer["kind"] = .string(question.kind)
    answer["apiVersion"] = .string("\(question.group)/v1")
    answer["metadata"] = answer["metadata"] ?? [:]
    switch question {
    case .selfSubjectAccess: answer["status"] = status(of: user, spec)
    case .subjectAccess, .localSubjectAccess: answer["status"] = status(of: Self.subject(spec), spec)
    case .selfSubjectRules: answer["status"] = try ruleStatus(of: user, spec)
    case .selfSubject:
      answer["metadata"] = ["creationTimestamp": .string(context.date.description)]
      answer["status"] = ["userInfo": user.json]
    case .token:
      if let owner = self.user(ofToken: spec["token"]?.string ?? "") {
        answer["status"] = ["authenticated": true, "user": owner.json]
      } else {
        answer["status"] = ["user": [:], "error": "[invalid bearer token]"]
      }
    }
    return .object(status: 201, answer)
  }

  private static func subject(_ spec: JSONValue) -> APIUser {
    APIUser(
      name: spec["user"]?.string ?? "", uid: spec["uid"]?.string ?? "",
      groups: (spec["groups"]?.array ?? []).compactMap(\.string))
  }

  private func status(of user: APIUser, _ spec: JSONValue) -> JSONValue {
    let decision = decision(about: user, AccessAttributes(review: spec))
    var status = JSONMembers(["allowed": .bool(decision.isAllowed)])
    if !decision.reason.isEmpty { status.put("reason", text: decision.reason) }
    return status.json
  }

  private func ruleStatus(of user: APIUser, _ spec: JSONValue) throws(APIFailure) -> JSONValue {
    guard let namespace = spec["namespace"]?.string, !namespace.isEmpty else {
      throw .badRequest("no namespace on request")
    }
    let (granted, problems) = rules(of: user, in: namespace)
    let rules = granted.map(\.rule)
    var status = JSONMembers([
      "resourceRules": .array(rules.filter { $0.paths.isEmpty }.map(\.json)),
      "nonResourceRules": .array(rules.filter { !$0.paths.isEmpty }.map(\.json)),
      // What is refused besides cannot be said in rules.
      "incomplete": .bool(!problems.isEmpty || !refusals.isEmpty),
    ])
    if !problems.isEmpty { status.put("evaluationError", text: problems.joined(separator: ", ")) }
    return status.json
  }
}

extension APIUser {
  /// As `UserInfo` of authentication.k8s.io/v1.
  var json: JSONValue {
    func list(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
    var result = JSONMembers(["username": .string(name)])
    if !uid.isEmpty { result.put("uid", text: uid) }
    if !groups.isEmpty { result.put("groups", list(groups)) }
    if !extra.isEmpty { result.put("extra", .object(extra.mapValues(list))) }
    return result.json
  }
}
