import KubernetesObjects

/// Which member tells the elements of a list apart, by the name of the list; lists that are not here are replaced whole
/// (Kubernetes 1.36, the `patchMergeKey` tags of staging/src/k8s.io/api).
private let mergeKeys: [String: [String]] = [
  "containers": ["name"], "initContainers": ["name"], "volumes": ["name"], "env": ["name"],
  "imagePullSecrets": ["name"], "volumeMounts": ["mountPath"], "volumeDevices": ["devicePath"],
  "ports": ["containerPort", "port"], "conditions": ["type"], "ownerReferences": ["uid"],
  "hostAliases": ["ip"], "topologySpreadConstraints": ["topologyKey"],
]

extension JSONValue {
  /// A strategic merge patch: as a merge patch, but known lists are merged element by element, with the directives
  /// `$patch`, `$setElementOrder`, `$retainKeys` and `$deleteFromPrimitiveList`
  /// (Kubernetes 1.36, apimachinery/pkg/util/strategicpatch/patch.go).
  func strategicallyPatched(with patch: JSONValue) -> JSONValue {
    guard case .object(var changes) = patch else { return patch }
    if changes["$patch"] == "replace" {
      changes["$patch"] = nil
      return .object(changes)
    }
    var members = object ?? [:]
    if let kept = changes.removeValue(forKey: "$retainKeys")?.array?.compactMap(\.string) {
      members = members.filter { kept.contains($0.key) }
    }
    var orders: [String: [JSONValue]] = [:]
    for name in changes.keys.sorted() where name.hasPrefix("$") {
      let parts = name.split(separator: "/", maxSplits: 1)
      guard parts.count == 2, let values = changes.removeValue(forKey: name)?.array else { continue }
      let list = String(parts[1])
      if parts[0] == "$setElementOrder" { orders[list] = values }
      if parts[0] == "$deleteFromPrimitiveList", let current = members[list]?.array {
        members[list] = .array(current.filter { !values.contains($0) })
      }
    }
    for (name, change) in changes {
      if change.isNull {
        members[name] = nil
      } else if change["$patch"] == "delete" {
        members[name] = nil
      } else if case .array(let elements) = change {
        members[name] = .array(Self.merged(members[name]?.array ?? [], with: elements, list: name))
      } else {
        members[name] = (members[name] ?? .null).strategicallyPatched(with: change)
      }
    }
    for (name, order) in orders {
      if let elements = members[name]?.array { members[name] = .array(Self.ordered(elements, by: order, list: name)) }
    }
    return .object(members)
  }

  private static func merged(_ current: [JSONValue], with changes: [JSONValue], list: String) -> [JSONValue] {
    if changes.contains(["$patch": "replace"]) { return changes.filter { $0 != ["$patch": "replace"] } }
    if list == "finalizers" { return current + changes.filter { !current.contains($0) } }
    guard let key = mergeKeys[list]?.first(where: { key in changes.contains { $0[key] != nil } }) else {
      return changes
    }
    var result = current
    for change in changes {
      let index = result.firstIndex { $0[key] == change[key] }
      if change["$patch"] == "delete" {
        if let index { result.remove(at: index) }
      } else if let index {
        result[index] = result[index].strategicallyPatched(with: change)
      } else {
        result.append(JSONValue.object([:]).strategicallyPatched(with: change))
      }
    }
    return result
  }

  private static func ordered(_ elements: [JSONValue], by order: [JSONValue], list: String) -> [JSONValue] {
    func place(_ element: JSONValue) -> Int? {
      guard let keys = mergeKeys[list] else { return order.firstIndex(of: element) }
      return order.firstIndex { wanted in keys.contains { wanted[$0] != nil && wanted[$0] == element[$0] } }
    }
    // Elements that the order does not name stay where they are, in front of what follows them.
    let named = elements.filter { place($0) != nil }.sorted { (place($0) ?? 0) < (place($1) ?? 0) }
    return named + elements.filter { place($0) == nil }
  }
}
