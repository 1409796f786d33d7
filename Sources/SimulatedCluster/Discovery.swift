import KubernetesObjects

/// What a PATCH of a resource takes, of which OpenAPI documents of every version tell.
struct PatchOperation {
  let resource: ResourceType
  /// With `{namespace}` and `{name}`.
  let path: String

  static let parameters = ["dryRun", "fieldManager", "fieldValidation"]

  static let all: [PatchOperation] = ClusterKind.allCases.flatMap { kind in
    kind.servedResources.map {
      PatchOperation(
        resource: $0, path: $0.path(namespace: kind.isNamespaced ? "{namespace}" : nil, name: "{name}"))
    }
  }

  var groupVersionKind: JSONValue {
    ["group": .string(resource.group), "version": .string(resource.version), "kind": .string(resource.kind)]
  }
}

/// What the API says of itself: versions, groups, resources, and as much OpenAPI as clients ask for before they write.
enum Discovery {
  /// The version of Kubernetes whose behaviour is simulated.
  static let version: JSONValue = [
    "major": "1", "minor": "36", "emulationMajor": "1", "emulationMinor": "36", "minCompatibilityMajor": "1",
    "minCompatibilityMinor": "35", "gitVersion": "v1.36.2+scaleproof", "gitCommit": "", "gitTreeState": "clean",
    "buildDate": "2026-01-01T00:00:00Z", "goVersion": "", "compiler": "swift", "platform": "linux/amd64",
  ]

  static let coreVersions: JSONValue = [
    "kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [],
  ]

  /// The groups besides the core one, with their versions, the preferred one first.
  private static let groupVersions: [(group: String, versions: [String])] = {
    var found: [(group: String, versions: [String])] = []
    for resource in ClusterKind.allCases.flatMap(\.servedResources) where !resource.group.isEmpty {
      guard let index = found.firstIndex(where: { $0.group == resource.group }) else {
        found.append((resource.group, [resource.version]))
        continue
      }
      if !found[index].versions.contains(resource.version) { found[index].versions.append(resource.version) }
    }
    return found + [("authentication.k8s.io", ["v1"]), ("authorization.k8s.io", ["v1"])]
  }()

  /// With the APIs of metrics; the last two are served where metrics are declared.
  static func groupVersions(declared: Bool) -> [(group: String, versions: [String])] {
    groupVersions + MetricsAPI.allCases.filter { $0 == .resource || declared }.map { ($0.group, $0.versions) }
  }

  private static func group(_ name: String, _ versions: [String]) -> JSONValue {
    let shown: [JSONValue] = versions.map { ["groupVersion": .string("\(name)/\($0)"), "version": .string($0)] }
    return ["name": .string(name), "versions": .array(shown), "preferredVersion": shown.first ?? .null]
  }

  /// - Parameter declared: whether custom metrics are.
  static func groups(declared: Bool) -> JSONValue {
    [
      "kind": "APIGroupList", "apiVersion": "v1",
      "groups": .array(groupVersions(declared: declared).map { group($0.group, $0.versions) }),
    ]
  }

  /// The resources of a group and version, or one group; `nil` for other paths.
  ///
  /// - Parameter metrics: those that are declared.
  static func resources(path: String, metrics: [String: MetricSource]) -> JSONValue? {
    let groupVersions = groupVersions(declared: !metrics.isEmpty)
    let parts = path.split(separator: "/").map(String.init)
    switch (parts.first, parts.count) {
    case ("api", 2): return parts[1] == "v1" ? resourceList(group: "", version: "v1", metrics) : nil
    case ("apis", 2):
      return groupVersions.first { $0.group == parts[1] }.map {
        var answer = group($0.group, $0.versions)
        answer["kind"] = "APIGroup"
        answer["apiVersion"] = "v1"
        return answer
      }
    case ("apis", 3):
      guard groupVersions.contains(where: { $0.group == parts[1] && $0.versions.contains(parts[2]) }) else {
        return nil
      }
      return resourceList(group: parts[1], version: parts[2], metrics)
    default: return nil
    }
  }

  private static func resourceList(
    group: String, version: String, _ metrics: [String: MetricSource]
  ) -> JSONValue {
    var resources: [JSONValue] = []
    for kind in ClusterKind.allCases
    where kind.servedResources.contains(where: { $0.group == group && $0.version == version }) {
      resources.append(description(of: kind))
      let namespaced = JSONValue.bool(kind.isNamespaced)
      let verbs: JSONValue = ["get", "patch", "update"]
      if kind.hasStatus {
        resources.append([
          "name": .string("\(kind.resource.plural)/status"), "singularName": "", "namespaced": namespaced,
          "kind": .string(kind.resource.kind), "verbs": verbs,
        ])
      }
      if kind == .pod {
        resources.append([
          "name": "pods/eviction", "singularName": "", "namespaced": true, "group": "policy", "version": "v1",
          "kind": "Eviction", "verbs": ["create"],
        ])
      }
      if kind == .serviceAccount {
        resources.append([
          "name": "serviceaccounts/token", "singularName": "", "namespaced": true, "group": "authentication.k8s.io",
          "version": "v1", "kind": "TokenRequest", "verbs": ["create"],
        ])
      }
      if kind.hasScale {
        resources.append([
          "name": .string("\(kind.resource.plural)/scale"), "singularName": "", "namespaced": namespaced,
          "group": "autoscaling", "version": "v1", "kind": "Scale", "verbs": verbs,
        ])
      }
    }
    resources += metricsResources(MetricsAPI(rawValue: group), metrics)
    resources += reviewResources(group: group)
    var list: JSONValue = [
      "kind": "APIResourceList",
      "groupVersion": .string(group.isEmpty ? version : "\(group)/\(version)"),
      "resources": .array(resources.sorted { $0["name"]?.string ?? "" < $1["name"]?.string ?? "" }),
    ]
    // The list of the core group is older than the member.
    if !group.isEmpty { list["apiVersion"] = "v1" }
    return list
  }

  private static func metricsResources(_ api: MetricsAPI?, _ metrics: [String: MetricSource]) -> [JSONValue] {
    func resource(_ name: String, _ kind: String, namespaced: Bool = true, verbs: JSONValue = ["get"]) -> JSONValue {
      [
        "name": .string(name), "singularName": "", "namespaced": .bool(namespaced), "kind": .string(kind),
        "verbs": verbs,
      ]
    }
    switch api {
    case .resource:
      return [
        resource("nodes", "NodeMetrics", namespaced: false, verbs: ["get", "list"]),
        resource("pods", "PodMetrics", verbs: ["get", "list"]),
      ]
    case .custom:
      return metrics.sorted { $0.key < $1.key }.flatMap { name, source -> [JSONValue] in
        let others: [(String, Bool)] = [
          ("deployments.apps", true), ("ingresses.networking.k8s.io", true), ("namespaces", false), ("services", true),
        ]
        let ofObjects = others.map { resource("\($0.0)/\(name)", "MetricValueList", namespaced: $0.1) }
        return (source.isOfPods ? [resource("pods/\(name)", "MetricValueList")] : []) + ofObjects
      }
    case .external: return metrics.keys.sorted().map { resource($0, "ExternalMetricValueList") }
    case nil: return []
    }
  }

  /// What is asked and not kept: who somebody is, and what they may do.
  private static func reviewResources(group: String) -> [JSONValue] {
    AccessQuestion.allCases.filter { $0.group == group }.map { question in
      [
        "name": .string(question.rawValue), "singularName": .string(question.kind.lowercased()),
        "namespaced": .bool(question == .localSubjectAccess), "kind": .string(question.kind), "verbs": ["create"],
      ]
    }
  }

  private static func description(of kind: ClusterKind) -> JSONValue {
    var result = JSONMembers()
    result.put("name", text: kind.resource.plural)
    result.put("singularName", text: kind.singular)
    result.put("namespaced", flag: kind.isNamespaced)
    result.put("kind", text: kind.resource.kind)
    let isWritable = kind != .event && kind != .endpointSlice && kind != .apiService
    let ofAll: [JSONValue] = kind == .namespace ? [] : ["deletecollection"]
    let verbs: [JSONValue] = ["create", "delete"] + ofAll + ["get", "list", "patch", "update", "watch"]
    result.put("verbs", isWritable ? .array(verbs) : ["get", "list", "watch"])
    if !kind.shortNames.isEmpty { result.put("shortNames", .array(kind.shortNames.map { .string($0) })) }
    if kind.isInCategoryAll { result.put("categories", ["all"]) }
    return result.json
  }
}
