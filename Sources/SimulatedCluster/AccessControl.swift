package import KubernetesObjects

/// A request that the simulated API refuses, whatever the roles of the user say.
package struct AccessRefusal: Sendable, Hashable {
  /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, or `*`.
  package let verb: String
  /// The plural, with its group where it has one: `deployments.apps`; a part of its objects alone: `pods/eviction`; or `*`.
  package let resource: String

  package init(_ verb: String, _ resource: String) {
    self.verb = verb
    self.resource = resource
  }

  fileprivate func isAbout(_ attributes: AccessAttributes) -> Bool {
    let whole = attributes.group.isEmpty ? attributes.resource : "\(attributes.resource).\(attributes.group)"
    let part = attributes.subresource.isEmpty ? whole : "\(whole)/\(attributes.subresource)"
    return attributes.path == nil && ["*", attributes.verb].contains(verb) && ["*", whole, part].contains(resource)
  }
}

/// Whether somebody may do something, and who decided.
struct AccessDecision: Sendable, Equatable {
  var isAllowed: Bool
  /// Empty where there is nothing to say.
  var reason = ""
}

/// Authorization by Roles, ClusterRoles and their bindings
/// (Kubernetes 1.36, plugin/pkg/auth/authorizer/rbac/rbac.go and pkg/registry/rbac/validation/rule.go).
///
/// ClusterRoles are not aggregated: one with an `aggregationRule` has the rules that are written in it.
extension ClusterSimulation {
  /// - Throws: the refusal in the words of an API server.
  func authorize(_ user: APIUser, _ attributes: AccessAttributes) throws(APIFailure) {
    let decision = decision(about: user, attributes)
    guard decision.isAllowed else {
      throw .forbidden(attributes, user, reason: isRefused(attributes) ? "" : decision.reason)
    }
  }

  /// Whether somebody may do something, and who says so.
  ///
  /// - Parameters:
  ///   - name: of the user, or of a ServiceAccount as `system:serviceaccount:NAMESPACE:NAME`.
  ///   - object: its name; `nil` for all of the namespace.
  package func access(
    of name: String, _ verb: String, _ resource: ResourceType, subresource: String? = nil, namespace: String,
    name object: String?
  ) -> (isAllowed: Bool, reason: String) {
    var user = APIUser(name: name, groups: [APIUser.authenticated])
    if let account = APIUser.serviceAccount(named: name) { user = .serviceAccount(account) }
    let decision = decision(
      about: user,
      AccessAttributes(
        verb: verb, namespace: namespace, group: resource.group, resource: resource.plural,
        subresource: subresource ?? "", name: object ?? ""))
    return (decision.isAllowed, decision.reason)
  }

  private func isRefused(_ attributes: AccessAttributes) -> Bool { refusals.contains { $0.isAbout(attributes) } }

  func decision(about user: APIUser, _ attributes: AccessAttributes) -> AccessDecision {
    if isRefused(attributes) {
      return AccessDecision(isAllowed: false, reason: "the simulated cluster was told to refuse it")
    }
    if user.isMaster { return AccessDecision(isAllowed: true) }
    let (granted, problems) = rules(of: user, in: attributes.namespace)
    if let found = granted.first(where: { $0.rule.allows(attributes) }) {
      return AccessDecision(isAllowed: true, reason: "RBAC: allowed by \(found.source)")
    }
    guard let first = problems.first else { return AccessDecision(isAllowed: false) }
    let text = problems.count == 1 ? first : "[\(problems.joined(separator: ", "))]"
    return AccessDecision(isAllowed: false, reason: "RBAC: \(text)")
  }

  /// The rules that a user has, each with the binding that it comes from, and the roles that are bound and not there.
  ///
  /// - Parameter namespace: empty for what holds in all of them.
  func rules(
    of user: APIUser, in namespace: String
  ) -> (granted: [(rule: AccessRule, source: String)], problems: [String]) {
    if user.isMaster { return ([(.everything, ""), (.everyPath, "")], []) }
    var granted: [(rule: AccessRule, source: String)] = []
    var problems: [String] = []
    var bindings = context.store.all(.clusterRoleBinding)
    if !namespace.isEmpty { bindings += context.store.all(.roleBinding, namespace: namespace) }
    for binding in bindings {
      let home = binding.key.namespace
      guard let subject = (binding.written["subjects"]?.array ?? []).first(where: { Self.names($0, user, home) }) else {
        continue
      }
      do {
        for rule in try rules(ofRole: binding.written["roleRef"] ?? [:], in: home) {
          granted.append((rule, Self.source(binding, subject)))
        }
      } catch {
        problems.append(error.message)
      }
    }
    return (granted, problems)
  }

  /// The rules of the role that a binding in a namespace names.
  func rules(ofRole reference: JSONValue, in namespace: String) throws(APIFailure) -> [AccessRule] {
    let isCluster = reference["kind"]?.string == "ClusterRole"
    let kind: ClusterKind = isCluster ? .clusterRole : .role
    let key = ObjectKey(namespace: isCluster ? "" : namespace, name: reference["name"]?.string ?? "")
    guard let role = context.store[kind, key] else {
      // In the singular, as the API server finds roles in its cache.
      throw APIFailure(
        code: 404, reason: "NotFound",
        message: "\(kind.singular).\(kind.resource.group) \"\(key.name)\" not found",
        details: ["name": .string(key.name), "group": .string(kind.resource.group), "kind": .string(kind.singular)])
    }
    return (role.written["rules"]?.array ?? []).map(AccessRule.init(json:))
  }

  private static func names(_ subject: JSONValue, _ user: APIUser, _ namespace: String) -> Bool {
    let name = subject["name"]?.string ?? ""
    switch subject["kind"]?.string {
    case "User": return name == user.name
    case "Group": return user.groups.contains(name)
    case "ServiceAccount":
      let own = subject["namespace"]?.string ?? ""
      let home = own.isEmpty ? namespace : own
      return !home.isEmpty && APIUser.serviceAccount(ObjectKey(namespace: home, name: name)).name == user.name
    default: return false
    }
  }

  /// `RoleBinding "watchers/shop" of Role "watcher" to User "jane"`
  private static func source(_ binding: ClusterObject, _ subject: JSONValue) -> String {
    let home = binding.key.namespace
    let role = binding.written["roleRef"]
    let kind = subject["kind"]?.string ?? ""
    var name = subject["name"]?.string ?? ""
    if kind == "ServiceAccount" { name += "/" + (subject["namespace"]?.string ?? home) }
    return "\(binding.kind.resource.kind) \"\(binding.key.name)\(home.isEmpty ? "" : "/\(home)")\" of "
      + "\(role?["kind"]?.string ?? "") \"\(role?["name"]?.string ?? "")\" to \(kind) \"\(name)\""
  }
}
