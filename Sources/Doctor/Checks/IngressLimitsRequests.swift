import KubernetesObjects

extension Check {
  static let ingressLimitsRequests = Check(
    "ingress-limits-requests", .warning,
    meaning: "The Ingress limits the requests or connections of one client, which a load generator is: it answers 503.",
    remedy: "Remove the limit for the test, or add this machine to limit-whitelist.", needs: [.kind("Ingress")],
    ofWorkload: { examination in
      examination.ingresses.flatMap { ingress in
        ["limit-rps", "limit-rpm", "limit-connections"].compactMap { name -> Symptom? in
          guard let limit = ingress.nginx(name).flatMap({ Int($0) }), limit > 0 else { return nil }
          let load = examination.facts.load
          let planned = name == "limit-connections" ? load.map { Double($0.connections) } : load.map(\.peakRate)
          let perSecond = name == "limit-rpm" ? Double(limit) / 60 : Double(limit)
          if let planned, planned <= perSecond { return nil }
          return Symptom(
            ingress, NginxAnnotation.field(name),
            "\(name) is \(limit) for each client"
              + (planned.map {
                ", and the load has up to \(Int($0.rounded()))\(name == "limit-connections" ? "" : "/s")"
              } ?? "")
              + ": what comes beyond it is answered with 503 and never reaches \(examination.countsText) pods",
            fix: "remove \(NginxAnnotation.field(name)) for the test, or name this machine in limit-whitelist")
        }
      }
    })
}
