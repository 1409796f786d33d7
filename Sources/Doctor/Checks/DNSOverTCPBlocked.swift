import KubernetesObjects

extension Check {
  static let dnsOverTCPBlocked = Check(
    "dns-over-tcp-blocked", .warning,
    meaning: "A NetworkPolicy lets pods ask for names over UDP and not over TCP, by which long answers come.",
    remedy: "Allow port 53 over TCP beside UDP.", needs: [.kind("NetworkPolicy")],
    ofWorkload: { examination in
      let egress = examination.egress
      guard let policy = egress.policies.first, egress.allows(port: 53, "UDP"), !egress.allows(port: 53, "TCP") else {
        return []
      }
      return [
        Symptom(
          policy, "spec.egress",
          "it allows 53/UDP and not 53/TCP, so that names with long answers are not found by any of \(examination.countsText) "
            + "pods", fix: "add {port: 53, protocol: TCP} beside 53/UDP in spec.egress")
      ]
    })
}
