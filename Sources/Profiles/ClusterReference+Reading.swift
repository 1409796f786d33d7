import KubernetesObjects

extension ClusterReference {
  init?(_ field: Field) {
    let known = ["context", "simulated", "namespace", "workload", "hpa", "workloads"]
    guard let members = field.members(known: known) else { return nil }
    let simulation = members["simulated"].flatMap { $0.read(Simulation.init) }
    let context = members["context"]?.text()
    if context == "" {
      members["context"]?.report("no context is named", hint: "leave the key out for the kubeconfig's current one")
    }
    if members["simulated"] != nil, let both = members["context"] {
      both.report(
        "a run watches one cluster, but both context and simulated are given",
        hint: "keep one of them")
    }
    let workloads = Self.workloads(members)
    let namespace = members["namespace"].flatMap { $0.objectName() }
    guard let workloads, simulation != nil || members["simulated"] == nil else { return nil }
    self.init(
      kind: simulation.map(Kind.simulated) ?? .context(context), namespace: namespace, workloads: workloads)
  }

  /// The one of `workload` and `hpa`, or those of `workloads`.
  private static func workloads(_ members: Members) -> WatchedWorkloads? {
    guard let several = members["workloads"] else {
      if members["workload"] == nil, members.isMeant(oneOf: ["workloads"]) { return nil }
      let workload = members.required("workload", example: "deployment/my-app").flatMap(Self.workload)
      let hpa = members["hpa"].flatMap { $0.objectName() }
      return workload.map { WatchedWorkloads(WatchedWorkload($0, autoscaler: hpa)) }
    }
    for key in ["workload", "hpa"] {
      members[key]?.report(
        "workloads names the workloads already", hint: "write it into the entry of a workload, as in \(example)")
    }
    guard let entries = several.entries() else { return nil }
    if entries.isEmpty { several.report("no workload is named", hint: "write them as in \(example)") }
    let named = entries.compactMap { name, field in Self.named(name, field).map { (field: field, workload: $0) } }
    for (index, (field, workload)) in named.enumerated() {
      for (_, other) in named[..<index] {
        if other.reference == workload.reference {
          field.report("\(workload.reference.text) is \(other.title) already", hint: "name each workload once")
        } else if let hpa = workload.autoscaler, other.autoscaler == hpa {
          field.report(
            "hpa \(hpa) is that of \(other.title) already", hint: "an autoscaler scales one workload")
        }
      }
    }
    guard named.count == entries.count, let first = named.first else { return nil }
    return WatchedWorkloads(first.workload, others: named.dropFirst().map(\.workload))
  }

  private static let example = "workloads: {api: {workload: deployment/api, hpa: api}}"

  private static func named(_ name: String, _ field: Field) -> WatchedWorkload? {
    guard name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }), !name.isEmpty
    else {
      field.report("\"\(name)\" is not a name", hint: "write letters, digits, - and _")
      return nil
    }
    guard let members = field.members(known: ["workload", "hpa"]) else { return nil }
    let workload = members.required("workload", example: "deployment/\(name)").flatMap(Self.workload)
    let hpa = members["hpa"].flatMap { $0.objectName() }
    return workload.map { WatchedWorkload(name: name, $0, autoscaler: hpa) }
  }

  private static func workload(_ field: Field) -> WorkloadReference? {
    guard let text = field.text() else { return nil }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let kind = WorkloadKind(name: parts[0]) else {
      let problem =
        parts.count == 2 ? "a workload of the kind \"\(parts[0])\" cannot be watched" : "\"\(text)\" names no kind"
      field.report(problem, hint: "write \(WorkloadKind.spellings)")
      return nil
    }
    guard Field.isObjectName(String(parts[1])) else {
      field.report(
        "\"\(parts[1])\" is not the name of a \(kind.title)", hint: "names have lower-case letters, digits, - and .")
      return nil
    }
    return WorkloadReference(kind, String(parts[1]))
  }
}
