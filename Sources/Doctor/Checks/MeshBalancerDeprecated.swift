import KubernetesObjects

extension Check {
  static let meshBalancerDeprecated = Check(
    "mesh-balancer-deprecated", .advice,
    meaning: "The balancer LEAST_CONN of a DestinationRule is deprecated.", remedy: "Write LEAST_REQUEST.",
    needs: [.kind("DestinationRule")],
    ofWorkload: { examination in
      examination.destinationRules.compactMap { rule in
        guard rule.json["spec", "trafficPolicy", "loadBalancer", "simple"]?.string == "LEAST_CONN" else { return nil }
        return Symptom(
          rule, "spec.trafficPolicy.loadBalancer.simple",
          "LEAST_CONN, which spreads requests over \(examination.countsText) pods, is deprecated",
          fix: "write LEAST_REQUEST in spec.trafficPolicy.loadBalancer.simple")
      }
    })
}
