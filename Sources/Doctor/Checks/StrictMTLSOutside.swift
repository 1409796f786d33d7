import KubernetesObjects

extension Check {
  static let strictMTLSOutside = Check(
    "strict-mtls-outside", .warning,
    meaning:
      "PeerAuthentication is STRICT, and an Ingress controller outside the mesh leads to the pods: all its requests fail.",
    remedy: "Take the controller into the mesh, or allow PERMISSIVE for the port.",
    needs: [.kind("PeerAuthentication"), .kind("Ingress")],
    ofWorkload: { examination in
      guard let ingress = examination.ingresses.first else { return [] }
      return (examination.all("PeerAuthentication") + examination.patient.all("PeerAuthentication", in: "istio-system"))
        .compactMap { peer in
          guard peer.json["spec", "mtls", "mode"]?.string == "STRICT",
            peer.spec["selector"].map({ $0.selects(examination.templateLabels) }) ?? true
          else { return nil }
          return Symptom(
            peer, "spec.mtls.mode",
            "STRICT refuses what comes without the mesh's certificates, as from the controller of \(ingress.title) when it is "
              + "outside: none of its requests reaches any of \(examination.countsText) pods",
            fix: "take the Ingress controller into the mesh, or write spec.mtls.mode: PERMISSIVE")
        }
    })
}
