import KubernetesObjects

/// What somebody wants to do, in the words of authorization (Kubernetes, apiserver/pkg/authorization/authorizer).
struct AccessAttributes: Sendable, Equatable {
  var verb: String
  /// Empty at the cluster scope.
  var namespace = ""
  var group = ""
  /// The plural.
  var resource = ""
  var subresource = ""
  /// Empty for all.
  var name = ""
  /// What is asked for where it is no resource: `/healthz`.
  var path: String?

  init(
    verb: String, namespace: String = "", group: String = "", resource: String = "", subresource: String = "",
    name: String = "", path: String? = nil
  ) {
    self.verb = verb
    self.namespace = namespace
    self.group = group
    self.resource = resource
    self.subresource = subresource
    self.name = name
    self.path = path
  }

  /// Kubernetes, apiserver/pkg/endpoints/request/requestinfo.go.
  init(_ request: APIRequest) {
    guard let target = ResourcePath(request.path) else {
      self.init(verb: request.method.lowercased(), path: request.path)
      return
    }
    self.init(
      verb: Self.verb(of: request, isNamed: target.name != nil), namespace: target.namespace ?? "",
      group: target.group, resource: target.plural, subresource: target.subresource ?? "", name: target.name ?? "")
    // A namespace lies in itself.
    if target.group.isEmpty, target.plural == "namespaces", target.namespace == nil { namespace = name }
    if name.isEmpty, ["list", "watch", "deletecollection"].contains(verb) { name = Self.selectedName(request) }
  }

  /// What a review of access asks about.
  init(review spec: JSONValue) {
    if let asked = spec["nonResourceAttributes"] {
      self.init(verb: asked["verb"]?.string ?? "", path: asked["path"]?.string ?? "")
      return
    }
    let asked = spec["resourceAttributes"]
    self.init(
      verb: asked?["verb"]?.string ?? "", namespace: asked?["namespace"]?.string ?? "",
      group: asked?["group"]?.string ?? "", resource: asked?["resource"]?.string ?? "",
      subresource: asked?["subresource"]?.string ?? "", name: asked?["name"]?.string ?? "")
  }

  static func verb(of request: APIRequest, isNamed: Bool) -> String {
    switch request.method {
    case "POST": "create"
    case "PUT": "update"
    case "PATCH": "patch"
    case "DELETE": isNamed ? "delete" : "deletecollection"
    default: isNamed ? "get" : request.flag("watch") ? "watch" : "list"
    }
  }

  /// The one name that a selector of fields leaves; empty where it leaves several.
  private static func selectedName(_ request: APIRequest) -> String {
    for term in (request.query["fieldSelector"] ?? "").split(separator: ",") {
      let sides = term.split(separator: "=", omittingEmptySubsequences: true)
      if sides.count == 2, sides[0] == "metadata.name" { return String(sides[1]) }
    }
    return ""
  }

  /// `User "jane" cannot patch resource "deployments" in API group "apps" in the namespace "shop"`
  /// (Kubernetes, apiserver/pkg/endpoints/handlers/responsewriters/errors.go).
  func refusal(of user: APIUser) -> String {
    if let path { return "User \"\(user.name)\" cannot \(verb) path \"\(path)\"" }
    let place = namespace.isEmpty ? "at the cluster scope" : "in the namespace \"\(namespace)\""
    return
      "User \"\(user.name)\" cannot \(verb) resource \"\(resource)\(subresource.isEmpty ? "" : "/\(subresource)")\" in "
      + "API group \"\(group)\" \(place)"
  }
}

extension APIFailure {
  static func forbidden(_ attributes: AccessAttributes, _ user: APIUser, reason: String) -> APIFailure {
    let text = attributes.refusal(of: user) + (reason.isEmpty ? "" : ": \(reason)")
    guard attributes.path == nil else {
      return APIFailure(code: 403, reason: "Forbidden", message: "forbidden: \(text)", details: [:])
    }
    let resource = attributes.group.isEmpty ? attributes.resource : "\(attributes.resource).\(attributes.group)"
    let subject = attributes.name.isEmpty ? resource : "\(resource) \"\(attributes.name)\""
    var details = JSONMembers(["kind": .string(attributes.resource)])
    if !attributes.name.isEmpty { details.put("name", text: attributes.name) }
    if !attributes.group.isEmpty { details.put("group", text: attributes.group) }
    return APIFailure(
      code: 403, reason: "Forbidden", message: "\(subject) is forbidden: \(text)", details: details.json)
  }
}
