import KubernetesObjects

/// One rule of a Role or ClusterRole (Kubernetes 1.36, pkg/apis/rbac/v1/evaluation_helpers.go).
struct AccessRule: Sendable, Equatable {
  var verbs: [String]
  var groups: [String] = []
  /// Plurals, with their subresource behind a slash.
  var resources: [String] = []
  /// The only objects that it is about; empty for all.
  var names: [String] = []
  /// Paths that are no resources; a `*` at the end stands for whatever follows.
  var paths: [String] = []

  static let everything = AccessRule(verbs: ["*"], groups: ["*"], resources: ["*"])
  static let everyPath = AccessRule(verbs: ["*"], paths: ["*"])

  func allows(_ wanted: AccessAttributes) -> Bool {
    guard verbs.contains("*") || verbs.contains(wanted.verb) else { return false }
    if let path = wanted.path { return paths.contains { Self.covers(path: $0, path) } }
    guard groups.contains("*") || groups.contains(wanted.group) else { return false }
    let whole = wanted.subresource.isEmpty ? wanted.resource : "\(wanted.resource)/\(wanted.subresource)"
    let isMeant = resources.contains { rule in
      rule == "*" || rule == whole || (!wanted.subresource.isEmpty && rule == "*/\(wanted.subresource)")
    }
    return isMeant && (names.isEmpty || names.contains(wanted.name))
  }

  private static func covers(path rule: String, _ path: String) -> Bool {
    rule == "*" || rule == path || (rule.hasSuffix("*") && path.hasPrefix(rule.dropLast()))
  }

  /// One rule for each verb, group, resource, name and path (Kubernetes 1.36,
  /// component-helpers/auth/rbac/validation/policy_comparator.go, `BreakdownRule`).
  var parts: [AccessRule] {
    var parts: [AccessRule] = []
    for verb in verbs {
      for group in groups {
        for resource in resources {
          for name in names.isEmpty ? [""] : names {
            parts.append(
              AccessRule(
                verbs: [verb], groups: [group], resources: [resource], names: name.isEmpty ? [] : [name]))
          }
        }
      }
      for path in paths { parts.append(AccessRule(verbs: [verb], paths: [path])) }
    }
    return parts
  }

  /// Whether whoever has this rule has a part of another one.
  func covers(part: AccessRule) -> Bool {
    guard verbs.contains("*") || Set(verbs).isSuperset(of: part.verbs) else { return false }
    guard part.paths.isEmpty else {
      return part.paths.allSatisfy { path in paths.contains { Self.covers(path: $0, path) } }
    }
    guard groups.contains("*") || Set(groups).isSuperset(of: part.groups) else { return false }
    let hasResources = part.resources.allSatisfy { resource in
      let subresource = resource.split(separator: "/").dropFirst().first
      return resources.contains("*") || resources.contains(resource)
        || subresource.map { resources.contains("*/\($0)") } ?? false
    }
    return hasResources && (names.isEmpty || (!part.names.isEmpty && Set(names).isSuperset(of: part.names)))
  }
}

extension AccessRule {
  init(json: JSONValue) {
    func texts(_ name: String) -> [String] { (json[name]?.array ?? []).compactMap(\.string) }
    self.init(
      verbs: texts("verbs"), groups: texts("apiGroups"), resources: texts("resources"), names: texts("resourceNames"),
      paths: texts("nonResourceURLs"))
  }

  var json: JSONValue {
    func list(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
    var result = JSONMembers(["verbs": list(verbs)])
    if !groups.isEmpty { result.put("apiGroups", list(groups)) }
    if !resources.isEmpty { result.put("resources", list(resources)) }
    if !names.isEmpty { result.put("resourceNames", list(names)) }
    if !paths.isEmpty { result.put("nonResourceURLs", list(paths)) }
    return result.json
  }

  /// `{APIGroups:["apps"], Resources:["deployments"], Verbs:["patch"]}`
  /// (Kubernetes 1.36, pkg/apis/rbac/v1/helpers.go, `CompactString`).
  var text: String {
    let parts = [
      ("APIGroups", groups), ("Resources", resources), ("NonResourceURLs", paths), ("ResourceNames", names),
      ("Verbs", verbs),
    ]
    let shown = parts.filter { !$0.1.isEmpty }.map { name, texts in
      "\(name):[\(texts.map { "\"\($0)\"" }.joined(separator: " "))]"
    }
    return "{\(shown.joined(separator: ", "))}"
  }
}
