import KubernetesObjects

/// Rows of kinds that are stored and shown, and of which nothing comes
/// (Kubernetes 1.36, pkg/printers/internalversion/printers.go).
extension ClusterKind {
  /// `nil` for kinds that have name and age only.
  var storedColumns: [TableColumn]? {
    let names: [String]
    var wide: [String] = []
    switch self {
    case .role, .clusterRole: names = ["Created At"]
    case .roleBinding, .clusterRoleBinding:
      names = ["Role", "Age"]
      wide = ["Users", "Groups", "ServiceAccounts"]
    case .serviceAccount: names = ["Secrets", "Age"]
    case .secret: names = ["Type", "Data", "Age"]
    case .configMap: names = ["Data", "Age"]
    case .networkPolicy: names = ["Pod-Selector", "Age"]
    case .ingressClass: names = ["Controller", "Parameters", "Age"]
    case .storageClass:
      names = ["Provisioner", "ReclaimPolicy", "VolumeBindingMode", "AllowVolumeExpansion", "Age"]
    case .priorityClass: names = ["Value", "Global-Default", "Age"]
    case .lease: names = ["Holder", "Age"]
    case .apiService: names = ["Service", "Available", "Age"]
    default: return nil
    }
    return [TableColumn(name: "Name")] + names.map { TableColumn(name: $0) }
      + wide.map { TableColumn(name: $0, priority: 1) }
  }
}

extension ClusterObject {
  /// The cells of such a row.
  func storedCells(status: JSONValue?, name: JSONValue, age: JSONValue) -> [JSONValue]? {
    func count(_ value: JSONValue?) -> Int64 { Int64(value?.object?.count ?? value?.array?.count ?? 0) }
    func text(_ value: JSONValue?, or missing: String) -> JSONValue {
      guard let text = value?.string, !text.isEmpty else { return .string(missing) }
      return .string(text)
    }
    switch kind {
    case .role, .clusterRole: return [name, .string(metadata.creationTimestamp?.description ?? "<unknown>")]
    case .roleBinding, .clusterRoleBinding:
      let role = written["roleRef"]
      return [name, .string("\(role?["kind"]?.string ?? "")/\(role?["name"]?.string ?? "")"), age]
        + ["User", "Group", "ServiceAccount"].map(subjects)
    case .serviceAccount: return [name, .integer(count(written["secrets"])), age]
    case .secret:
      return [name, text(written["type"], or: "Opaque"), .integer(count(written["data"])), age]
    case .configMap: return [name, .integer(count(written["data"]) + count(written["binaryData"])), age]
    case .networkPolicy:
      let selector = try? (written["spec"]?["podSelector"] ?? [:]).decoded(as: LabelSelector.self)
      return [name, text(selector.map { .string($0.text) }, or: "<none>"), age]
    case .ingressClass:
      let parameters = written["spec"]?["parameters"]
      let group = parameters?["apiGroup"]?.string.map { ".\($0)" } ?? ""
      let shown = parameters.map { "\($0["kind"]?.string ?? "")\(group)/\($0["name"]?.string ?? "")" }
      return [name, text(written["spec"]?["controller"], or: ""), .string(shown ?? "<none>"), age]
    case .storageClass:
      return [
        name, text(written["provisioner"], or: ""), text(written["reclaimPolicy"], or: "Delete"),
        text(written["volumeBindingMode"], or: "Immediate"), written["allowVolumeExpansion"] ?? false, age,
      ]
    case .priorityClass: return [name, written["value"] ?? 0, written["globalDefault"] ?? false, age]
    case .lease: return [name, text(written["spec"]?["holderIdentity"], or: ""), age]
    case .apiService:
      let service = written["spec"]?["service"]
      let place = service.map { "\($0["namespace"]?.string ?? "")/\($0["name"]?.string ?? "")" }
      let condition = status?["conditions"]?[0]
      let isUp = condition?["status"] == "True"
      return [
        name, .string(place ?? "Local"), .string(isUp ? "True" : "False (\(condition?["reason"]?.string ?? ""))"), age,
      ]
    default: return nil
    }
  }

  /// The names of the subjects of a kind that a binding has.
  private func subjects(_ kind: String) -> JSONValue {
    let names = (written["subjects"]?.array ?? []).filter { $0["kind"]?.string == kind }.map { subject in
      let name = subject["name"]?.string ?? ""
      return kind == "ServiceAccount" ? "\(subject["namespace"]?.string ?? "")/\(name)" : name
    }
    return .string(names.joined(separator: ", "))
  }
}
