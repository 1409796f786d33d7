import KubernetesObjects

// What a pod names that has to be there before it is made: its ServiceAccount and its PriorityClass
// (Kubernetes 1.36, plugin/pkg/admission/serviceaccount and plugin/pkg/admission/priority).
extension ControllerContext {
  /// Fills in what the class of a new pod says.
  ///
  /// - Returns: why the pod is refused, in the words of the API server; `nil` when all is there.
  func admitReferences(of spec: inout JSONValue, name: String, namespace: String) -> String? {
    guard !configurationIsElsewhere else {
      spec.setDefault(0, at: "priority")
      spec.setDefault("PreemptLowerPriority", at: "preemptionPolicy")
      return nil
    }
    let refusal = missingAccount(of: spec, namespace: namespace) ?? resolvePriority(of: &spec)
    return refusal.map { "pods \"\(name)\" is forbidden: \($0)" }
  }

  private func missingAccount(of spec: JSONValue, namespace: String) -> String? {
    // Each namespace has one of this name.
    guard let account = spec.serviceAccountName, account != "default",
      store[.serviceAccount, ObjectKey(namespace: namespace, name: account)] == nil
    else { return nil }
    return "error looking up service account \(namespace)/\(account): serviceaccount \"\(account)\" not found"
  }

  private func resolvePriority(of spec: inout JSONValue) -> String? {
    let name = spec["priorityClassName"]?.string ?? ""
    let found = PriorityClass(name: name, of: store)
    guard name.isEmpty || found != nil else { return "no PriorityClass with name \(name) was found" }
    let priority = found?.priority ?? 0
    let preemption = found?.preemptionPolicy ?? "PreemptLowerPriority"
    if let written = spec["priority"]?.integer, written != priority {
      return
        "the integer value of priority (\(written)) must not be provided in pod spec; priority admission controller "
        + "computed \(priority) from the given PriorityClass name"
    }
    if let written = spec["preemptionPolicy"]?.string, written != preemption {
      return "the string value of PreemptionPolicy (\(written)) must not be provided in pod spec; priority admission "
        + "controller computed \(preemption) from the given PriorityClass name"
    }
    if let found, name.isEmpty { spec["priorityClassName"] = .string(found.name) }
    spec["priority"] = .integer(priority)
    spec["preemptionPolicy"] = .string(preemption)
    return nil
  }
}

/// How much a pod counts beside others.
struct PriorityClass: Sendable {
  let name: String
  let priority: Int64
  let preemptionPolicy: String

  /// Those that every cluster has (Kubernetes 1.36, pkg/apis/scheduling/v1/helpers.go).
  static let ofSystem: [String: Int64] = [
    "system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000,
  ]

  /// - Parameter name: empty for the class of pods that name none.
  init?(name: String, of store: ObjectStore) {
    let objects = store.all(.priorityClass)
    let object =
      name.isEmpty
      ? objects.filter { $0.written["globalDefault"] == true }.min { Self.value(of: $0) < Self.value(of: $1) }
      : objects.first { $0.key.name == name }
    if let object {
      self.name = object.key.name
      priority = Self.value(of: object)
      preemptionPolicy = object.written["preemptionPolicy"]?.string ?? "PreemptLowerPriority"
    } else if let value = Self.ofSystem[name] {
      self.name = name
      priority = value
      preemptionPolicy = "PreemptLowerPriority"
    } else {
      return nil
    }
  }

  private static func value(of object: ClusterObject) -> Int64 { object.written["value"]?.integer ?? 0 }
}

extension JSONValue {
  /// The ServiceAccount that the spec of a pod names, under the newer or the older name of the field.
  var serviceAccountName: String? {
    [self["serviceAccountName"]?.string, self["serviceAccount"]?.string].lazy.compactMap(\.self).first { !$0.isEmpty }
  }
}
