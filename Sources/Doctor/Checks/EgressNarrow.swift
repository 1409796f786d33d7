import KubernetesObjects

extension Check {
  static let egressNarrow = Check(
    "egress-narrow", .advice,
    meaning:
      "NetworkPolicies let pods reach only a few places: health checks that ask anything else never pass, and then "
      + "liveness or readiness fail for ever.",
    remedy: "Allow what the health checks ask, or take it out of them.", needs: [.kind("NetworkPolicy")],
    ofWorkload: { examination in
      let egress = examination.egress
      guard let policy = egress.policies.first, !egress.allowsEverywhere else { return [] }
      let probes = examination.mainContainers.flatMap { container in
        ["livenessProbe", "startupProbe", "readinessProbe"].compactMap { container.probe($0) }
          .compactMap { $0.json["httpGet", "path"]?.string }
      }
      guard !probes.isEmpty else { return [] }
      return [
        Symptom(
          policy, "spec.egress",
          "pods reach only \(egress.words): whatever \(Texts.list(Array(Set(probes)).sorted())) of \(examination.object.title) "
            + "asks of other hosts, such as a URL over 443, can never pass, on any of \(examination.countsText) pods",
          fix: "add to spec.egress what the health checks ask, or take it out of them")
      ]
    })
}
