import KubernetesObjects

extension Check {
  static let policyBlocksPort = Check(
    "policy-blocks-port", .blocking,
    meaning: "NetworkPolicies for the pods allow no traffic to the port that a Service leads to.",
    remedy: "Allow the port in spec.ingress.", needs: [.kind("NetworkPolicy"), .kind("Service"), .kind("Ingress")],
    ofWorkload: { examination in
      let policies = examination.policies.filter { policy in
        (policy.spec["policyTypes"]?.array ?? ["Ingress"]).contains("Ingress")
      }
      guard let policy = policies.first, examination.isRouted else { return [] }
      let rules = policies.flatMap { $0.spec["ingress"]?.array ?? [] }
      var symptoms: [Symptom] = []
      for service in examination.services {
        for port in service.spec["ports"]?.array ?? [] {
          guard let number = examination.number(of: port["targetPort"] ?? port["port"] ?? .null) else { continue }
          guard !rules.contains(where: { PolicyPorts($0).allow(number, "TCP") }) else { continue }
          symptoms.append(
            Symptom(
              policy, "spec.ingress",
              "nothing allows traffic to port \(number), to which \(service.title) leads: none of \(examination.countsText) pods "
                + "gets a request", fix: "add port \(number) to spec.ingress"))
        }
      }
      return symptoms
    })
}

extension Examination {
  /// The number of a port that may be named by a container.
  fileprivate func number(of port: JSONValue) -> Int? {
    if let number = port.int { return number }
    for container in containers {
      for candidate in container.json["ports"]?.array ?? [] where candidate["name"] == port {
        return candidate["containerPort"]?.int
      }
    }
    return nil
  }
}
