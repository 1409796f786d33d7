import KubernetesObjects

/// Nobody gives rights that they do not have (Kubernetes 1.36, pkg/registry/rbac/role/policybased/storage.go and
/// pkg/registry/rbac/rolebinding/policybased/storage.go).
extension ClusterSimulation {
  /// - Parameter object: a role or binding as it is to be; of other kinds everything passes.
  func checkEscalation(
    _ kind: ClusterKind, _ key: ObjectKey, _ object: JSONValue, by user: APIUser
  ) throws(APIFailure) {
    guard !user.isMaster else { return }
    let given: [AccessRule]
    let exemption: AccessAttributes
    let group = kind.resource.group
    switch kind {
    case .role, .clusterRole:
      given = (object["rules"]?.array ?? []).map(AccessRule.init(json:))
      exemption = AccessAttributes(
        verb: "escalate", namespace: key.namespace, group: group, resource: kind.resource.plural, name: key.name)
    case .roleBinding, .clusterRoleBinding:
      let reference = object["roleRef"] ?? [:]
      given = try rules(ofRole: reference, in: key.namespace)
      let isCluster = reference["kind"]?.string == "ClusterRole"
      exemption = AccessAttributes(
        verb: "bind", namespace: key.namespace, group: group, resource: isCluster ? "clusterroles" : "roles",
        name: reference["name"]?.string ?? "")
    default: return
    }
    let held = rules(of: user, in: key.namespace).granted.map(\.rule)
    let missing = given.flatMap(\.parts).filter { part in !held.contains { $0.covers(part: part) } }
    guard !missing.isEmpty, !decision(about: user, exemption).isAllowed else { return }
    let groups = user.groups.map { "\"\($0)\"" }.joined(separator: " ")
    throw APIFailure(
      code: 403, reason: "Forbidden",
      message:
        "\(kind.resource.qualifiedPlural) \"\(key.name)\" is forbidden: user \"\(user.name)\" (groups=[\(groups)]) "
        + "is attempting to grant RBAC permissions not currently held:\n"
        + Set(Self.joined(missing).map(\.text)).sorted().joined(separator: "\n"),
      details: ["name": .string(key.name), "group": .string(group), "kind": .string(kind.resource.plural)])
  }

  /// Parts that differ in their verb only, as one rule.
  private static func joined(_ parts: [AccessRule]) -> [AccessRule] {
    var joined: [AccessRule] = []
    for part in parts {
      let index = joined.firstIndex { rule in
        var other = part
        other.verbs = rule.verbs
        return other == rule
      }
      guard let index else {
        joined.append(part)
        continue
      }
      if !joined[index].verbs.contains(part.verbs[0]) { joined[index].verbs += part.verbs }
    }
    return joined
  }
}
