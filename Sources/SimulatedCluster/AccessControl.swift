import KubernetesObjects

/// A request that the simulated API refuses, as an API server does for want of a role.
package struct AccessRefusal: Sendable, Hashable {
  /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, or `*`.
  package let verb: String
  /// The plural, with its group where it has one: `deployments.apps`; or `*`.
  package let resource: String

  package init(_ verb: String, _ resource: String) {
    self.verb = verb
    self.resource = resource
  }
}

/// Authorization, which in a simulated cluster is the opposite of RBAC: everything is allowed but what is refused.
extension ClusterSimulation {
  /// The name that everybody goes by.
  static let userName = "simulated"

  private func isRefused(verb: String, group: String, plural: String) -> Bool {
    let resource = group.isEmpty ? plural : "\(plural).\(group)"
    return refusals.contains { ["*", verb].contains($0.verb) && ["*", resource].contains($0.resource) }
  }

  /// - Throws: the refusal in the words of an API server (Kubernetes, apiserver/pkg/endpoints/handlers/responsewriters).
  func authorize(_ request: APIRequest, _ target: ResourcePath) throws(APIFailure) {
    guard !refusals.isEmpty else { return }
    let verb = Self.verb(of: request, named: target.name != nil)
    guard isRefused(verb: verb, group: target.group, plural: target.plural) else { return }
    let resource = target.group.isEmpty ? target.plural : "\(target.plural).\(target.group)"
    let subject = target.name.map { "\(resource) \"\($0)\"" } ?? resource
    let place = target.namespace.map { "in the namespace \"\($0)\"" } ?? "at the cluster scope"
    throw APIFailure(
      code: 403, reason: "Forbidden",
      message: "\(subject) is forbidden: User \"\(Self.userName)\" cannot \(verb) resource \"\(target.plural)\" in API "
        + "group \"\(target.group)\" \(place)")
  }

  /// Kubernetes, apiserver/pkg/endpoints/request/requestinfo.go.
  static func verb(of request: APIRequest, named: Bool) -> String {
    switch request.method {
    case "POST": "create"
    case "PUT": "update"
    case "PATCH": "patch"
    case "DELETE": named ? "delete" : "deletecollection"
    default: named ? "get" : request.flag("watch") ? "watch" : "list"
    }
  }

  /// Answers a `SelfSubjectAccessReview`.
  func accessReview(_ request: APIRequest) -> APIAnswer {
    guard let body = request.body else {
      return .object(status: 415, APIFailure.unsupportedMediaType(request.contentType).json)
    }
    let attributes = body["spec", "resourceAttributes"]
    let isRefused = isRefused(
      verb: attributes?["verb"]?.string ?? "", group: attributes?["group"]?.string ?? "",
      plural: attributes?["resource"]?.string ?? "")
    var answer = body
    answer["status"] =
      isRefused
      ? ["allowed": false, "reason": "the simulated cluster was told to refuse it"]
      : ["allowed": true, "reason": "the simulated cluster allows everything that it was not told to refuse"]
    return .object(status: 201, answer)
  }

  /// Answers a `SelfSubjectReview`: who asks.
  func identityReview() -> APIAnswer {
    .object(
      status: 201,
      [
        "kind": "SelfSubjectReview", "apiVersion": "authentication.k8s.io/v1", "metadata": [:],
        "status": ["userInfo": ["username": .string(Self.userName), "groups": ["system:authenticated"]]],
      ])
  }
}
