import KubernetesObjects

/// What the API says of itself: versions, groups, resources, and as much OpenAPI as clients ask for before they write.
enum Discovery {
  /// The version of Kubernetes whose behaviour is simulated.
  static let version: JSONValue = [
    "major": "1", "minor": "36", "gitVersion": "v1.36.2+scaleproof", "gitCommit": "", "gitTreeState": "clean",
    "buildDate": "2026-01-01T00:00:00Z", "goVersion": "", "compiler": "swift", "platform": "linux/amd64",
  ]

  static let coreVersions: JSONValue = [
    "kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [],
  ]

  /// The groups besides the core one, with their version.
  private static let groupVersions: [(group: String, version: String)] = {
    var found: [(String, String)] = []
    for kind in ClusterKind.allCases where !kind.resource.group.isEmpty {
      if !found.contains(where: { $0.0 == kind.resource.group }) {
        found.append((kind.resource.group, kind.resource.version))
      }
    }
    return found + [("authorization.k8s.io", "v1"), ("metrics.k8s.io", "v1beta1")]
  }()

  private static func group(_ name: String, _ version: String) -> JSONValue {
    let versions: JSONValue = [
      "groupVersion": .string("\(name)/\(version)"), "version": .string(version),
    ]
    return ["name": .string(name), "versions": [versions], "preferredVersion": versions]
  }

  static let groups: JSONValue = [
    "kind": "APIGroupList", "apiVersion": "v1",
    "groups": .array(groupVersions.map { group($0.group, $0.version) }),
  ]

  /// The resources of a group and version, or one group; `nil` for other paths.
  static func resources(path: String) -> JSONValue? {
    let parts = path.split(separator: "/").map(String.init)
    switch (parts.first, parts.count) {
    case ("api", 2): return parts[1] == "v1" ? resourceList(group: "", version: "v1") : nil
    case ("apis", 2):
      return groupVersions.first { $0.group == parts[1] }.map {
        var answer = group($0.group, $0.version)
        answer["kind"] = "APIGroup"
        answer["apiVersion"] = "v1"
        return answer
      }
    case ("apis", 3):
      guard groupVersions.contains(where: { $0.group == parts[1] && $0.version == parts[2] }) else { return nil }
      return resourceList(group: parts[1], version: parts[2])
    default: return nil
    }
  }

  private static func resourceList(group: String, version: String) -> JSONValue {
    var resources: [JSONValue] = []
    for kind in ClusterKind.allCases where kind.resource.group == group {
      resources.append(description(of: kind))
      let namespaced = JSONValue.bool(kind.isNamespaced)
      let verbs: JSONValue = ["get", "patch", "update"]
      if kind.hasStatus {
        resources.append([
          "name": .string("\(kind.resource.plural)/status"), "singularName": "", "namespaced": namespaced,
          "kind": .string(kind.resource.kind), "verbs": verbs,
        ])
      }
      if kind.hasScale {
        resources.append([
          "name": .string("\(kind.resource.plural)/scale"), "singularName": "", "namespaced": namespaced,
          "group": "autoscaling", "version": "v1", "kind": "Scale", "verbs": verbs,
        ])
      }
    }
    if group == "metrics.k8s.io" {
      resources.append([
        "name": "pods", "singularName": "", "namespaced": true, "kind": "PodMetrics", "verbs": ["get", "list"],
      ])
    }
    if group == "authorization.k8s.io" {
      resources.append([
        "name": "selfsubjectaccessreviews", "singularName": "selfsubjectaccessreview", "namespaced": false,
        "kind": "SelfSubjectAccessReview", "verbs": ["create"],
      ])
    }
    return [
      "kind": "APIResourceList", "apiVersion": "v1",
      "groupVersion": .string(group.isEmpty ? version : "\(group)/\(version)"), "resources": .array(resources),
    ]
  }

  private static func description(of kind: ClusterKind) -> JSONValue {
    var result = JSONMembers()
    result.put("name", text: kind.resource.plural)
    result.put("singularName", text: kind.singular)
    result.put("namespaced", flag: kind.isNamespaced)
    result.put("kind", text: kind.resource.kind)
    let reads: [JSONValue] = ["get", "list", "watch"]
    let isWritable = kind != .event && kind != .endpointSlice
    result.put("verbs", .array(isWritable ? ["create", "delete"] + reads + ["patch", "update"] : reads))
    if !kind.shortNames.isEmpty { result.put("shortNames", .array(kind.shortNames.map { .string($0) })) }
    if kind.isInCategoryAll { result.put("categories", ["all"]) }
    return result.json
  }

  private static func openAPIPath(_ resource: ResourceType) -> String {
    resource.group.isEmpty ? "api/\(resource.version)" : "apis/\(resource.group)/\(resource.version)"
  }

  /// Where the OpenAPI document of each group and version is.
  static let openAPIPaths: JSONValue = {
    let paths = Set(ClusterKind.allCases.map { openAPIPath($0.resource) }).sorted()
    return [
      "paths": .object(
        Dictionary(paths.map { ($0, ["serverRelativeURL": .string("/openapi/v3/\($0)?hash=1")]) }) { $1 })
    ]
  }()

  /// The paths of a group and version with what their PATCH takes: clients look there whether the server validates
  /// fields itself. Schemas are not given.
  static func openAPIDocument(path: String) -> JSONValue? {
    guard path.hasPrefix("/openapi/v3/") else { return nil }
    let kinds = ClusterKind.allCases.filter { path == "/openapi/v3/\(openAPIPath($0.resource))" }
    guard !kinds.isEmpty else { return nil }
    var paths: [String: JSONValue] = [:]
    for kind in kinds {
      let namespace = kind.isNamespaced ? "{namespace}" : nil
      let parameters: [JSONValue] = ["dryRun", "fieldManager", "fieldValidation"].map {
        ["name": .string($0), "in": "query", "schema": ["type": "string", "uniqueItems": true]]
      }
      paths[kind.resource.path(namespace: namespace, name: "{name}")] = [
        "patch": [
          "operationId": .string("patch\(kind.resource.kind)"), "parameters": .array(parameters),
          "responses": ["200": ["description": "OK"]],
          "x-kubernetes-action": "patch",
          "x-kubernetes-group-version-kind": [
            "group": .string(kind.resource.group), "version": .string(kind.resource.version),
            "kind": .string(kind.resource.kind),
          ],
        ]
      ]
    }
    return [
      "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": "v1.36.2"], "paths": .object(paths),
      "components": ["schemas": [:]],
    ]
  }
}
