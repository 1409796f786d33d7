import KubernetesObjects

extension Check {
  static let meshControlBlocked = Check(
    "mesh-control-blocked", .warning,
    meaning:
      "The namespace uses Istio, and NetworkPolicies keep the proxies of its pods from their control plane (15012/TCP).",
    remedy: "Allow egress to istiod.", needs: [.kind("NetworkPolicy")],
    ofWorkload: { examination in
      let egress = examination.egress
      guard examination.isMeshed, let policy = egress.policies.first, !egress.allows(port: 15012, "TCP") else {
        return []
      }
      return [
        Symptom(
          policy, "spec.egress",
          "there are objects of Istio for these pods, and nothing allows egress to istiod (15012/TCP): the proxies of "
            + "\(examination.countsText) pods get neither certificates nor routes",
          fix: "add a rule to spec.egress: port 15012/TCP to the namespace istio-system")
      ]
    })
}

extension Examination {
  /// Whether objects of Istio are about the namespace.
  var isMeshed: Bool {
    let kinds = ["VirtualService", "DestinationRule", "PeerAuthentication"]
    return kinds.contains { !all($0).isEmpty }
      || patient.objects.contains {
        $0.kind == "Namespace" && $0.name == namespace && $0.labels["istio-injection"] == "enabled"
      }
  }
}
