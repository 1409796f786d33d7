import KubernetesObjects

extension Check {
  static let dnsBlocked = Check(
    "dns-blocked", .warning,
    meaning: "NetworkPolicies let pods ask nobody for names: whatever they call by name is not found.",
    remedy: "Allow port 53 over UDP and TCP.", needs: [.kind("NetworkPolicy")],
    ofWorkload: { examination in
      let egress = examination.egress
      guard let policy = egress.policies.first, !egress.allows(port: 53, "UDP"), !egress.allows(port: 53, "TCP") else {
        return []
      }
      return [
        Symptom(
          policy, "spec.egress",
          "nothing that applies to its pods allows egress to port 53, so that none of "
            + "\(examination.countsText) pods finds a name",
          fix: "add a rule to spec.egress with 53/UDP and 53/TCP to kube-dns")
      ]
    })
}
