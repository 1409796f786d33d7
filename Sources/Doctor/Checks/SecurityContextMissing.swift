import KubernetesObjects

extension Check {
  static let securityContextMissing = Check(
    "security-context-missing", .advice,
    meaning:
      "A container may run as root, or gain rights: namespaces with the restricted Pod Security Standard refuse it.",
    remedy: "Set runAsNonRoot: true and allowPrivilegeEscalation: false.",
    ofWorkload: { examination in
      examination.mainContainers.compactMap { container in
        let own = container.json["securityContext"]
        let nonRoot = own?["runAsNonRoot"] ?? examination.podSpec["securityContext", "runAsNonRoot"]
        var missing: [String] = []
        if nonRoot?.bool != true { missing.append("runAsNonRoot: true") }
        if own?["allowPrivilegeEscalation"]?.bool != false { missing.append("allowPrivilegeEscalation: false") }
        guard !missing.isEmpty else { return nil }
        return Symptom(
          examination.object, "\(container.path).securityContext",
          "the container \(container.name) lacks \(Texts.list(missing)): where the restricted Pod Security Standard is enforced, "
            + "none of \(examination.countsText) pods is created",
          fix: "write \(container.path).securityContext: {\(missing.joined(separator: ", "))}")
      }
    })
}
