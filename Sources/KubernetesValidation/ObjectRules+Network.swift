import KubernetesObjects

// Services, Ingresses and network policies (Kubernetes 1.36, pkg/apis/core/validation/validation.go,
// pkg/apis/networking/validation/validation.go).
extension ObjectRules {
  static func service(_ fields: ObjectFields) -> [FieldProblem] {
    let type = fields.text("type") ?? "ClusterIP"
    let ports = fields.objects("ports")
    var problems: [FieldProblem] = []
    if ports.isEmpty, type != "ExternalName", fields.text("clusterIP") != "None" {
      problems.append(.required(fields.path("ports")))
    }
    if type == "ExternalName", fields.text("externalName")?.isEmpty ?? true {
      problems.append(.required(fields.path("externalName")))
    }
    if ports.count > 1 {
      problems += ports.filter { $0.text("name")?.isEmpty ?? true }.map { .required($0.path("name")) }
    }
    problems += fields.duplicates(in: "ports")
    var seen: Set<String> = []
    for port in ports {
      guard let number = port.integer("port") else { continue }
      let key = "\(number)/\(port.text("protocol") ?? "TCP")"
      if !seen.insert(key).inserted {
        problems.append(
          FieldProblem(
            field: port.path, reason: .duplicate,
            detail: "Duplicate value: {\"port\":\(number),\"protocol\":\"\(port.text("protocol") ?? "TCP")\"}"))
      }
    }
    for (key, value) in (fields["selector"]?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
      let found = [
        NameFormat.keyProblem(key, at: fields.path("selector")),
        value.string.flatMap { NameFormat.labelValueProblem($0, at: fields.path("selector")) },
      ]
      problems += found.compactMap { $0 }
    }
    return problems
  }

  static func ingress(_ fields: ObjectFields) -> [FieldProblem] {
    guard (fields["rules"]?.array ?? []).isEmpty, fields["defaultBackend"] == nil else { return [] }
    return [
      .invalid(fields.path, "[]", "either `defaultBackend` or `rules` must be specified")
    ]
  }

  static func ingressRule(_ fields: ObjectFields) -> [FieldProblem] {
    var problems: [FieldProblem] = []
    if let host = fields.text("host"), !host.isEmpty {
      let name = host.hasPrefix("*.") ? String(host.dropFirst(2)) : host
      if let problem = NameFormat.subdomain.problem(with: name, at: fields.path("host")) {
        problems.append(
          FieldProblem(
            field: problem.field, reason: .invalid,
            detail: problem.detail.replacing("\"\(name)\"", with: "\"\(host)\"", maxReplacements: 1),
            hint: host.contains(":") || host.contains("/") ? "write the host alone, without scheme, port and path" : nil
          ))
      }
    }
    if let rules = fields.object("http"), let paths = rules["paths"]?.array, paths.isEmpty {
      problems.append(.required(rules.path("paths")))
    }
    return problems
  }

  static func ingressPath(_ fields: ObjectFields) -> [FieldProblem] {
    let path = fields.text("path") ?? ""
    switch fields.text("pathType") {
    case "Exact", "Prefix":
      var problems: [FieldProblem] = []
      if !path.hasPrefix("/") {
        problems.append(.invalid(fields.path("path"), "\"\(path)\"", "must be an absolute path"))
      }
      for part in ["//", "/./", "/../", "%2f", "%2F"] where path.contains(part) {
        problems.append(.invalid(fields.path("path"), "\"\(path)\"", "must not contain '\(part)'"))
      }
      return problems
    case "ImplementationSpecific" where !path.isEmpty && !path.hasPrefix("/"):
      return [.invalid(fields.path("path"), "\"\(path)\"", "must be an absolute path")]
    default: return []
    }
  }

  static func ingressBackend(_ fields: ObjectFields) -> [FieldProblem] {
    switch (fields["service"], fields["resource"]) {
    case (nil, nil):
      [.required(fields.path, "must specify either `service` or `resource`")]
    case (.some, .some):
      [.invalid(fields.path, "\"\"", "cannot set both resource and service backends")]
    default: []
    }
  }

  static func ingressService(_ fields: ObjectFields) -> [FieldProblem] {
    let port = fields.object("port")
    switch (port?.text("name")?.isEmpty == false, port?.integer("number") ?? 0 != 0) {
    case (false, false):
      return port?["number"] != nil ? [] : [.required(fields.path("port"), "port name or number is required")]
    case (true, true): return [.invalid(fields.path("port"), "\"\"", "cannot set both port name & port number")]
    default: return []
    }
  }

  static func networkPolicy(_ fields: ObjectFields) -> [FieldProblem] {
    (fields["policyTypes"]?.array ?? []).enumerated().compactMap { index, type in
      guard let text = type.string, !["Ingress", "Egress"].contains(text) else { return nil }
      return .unsupported("\(fields.path("policyTypes"))[\(index)]", text, ["Egress", "Ingress"])
    }
  }
}
