import KubernetesObjects

extension Check {
  static let ingressAffinity = Check(
    "ingress-affinity", .warning,
    meaning:
      "The Ingress or the Service keeps clients at the pod that they had: pods that a scale-out adds get hardly any "
      + "requests.",
    remedy: "Remove the affinity, or have many clients without cookies.", needs: [.kind("Ingress"), .kind("Service")],
    ofWorkload: { examination in
      let added = examination.counts.upperBound - examination.counts.lowerBound
      var symptoms: [Symptom] = []
      for ingress in examination.ingresses {
        for name in ["affinity", "upstream-hash-by"] {
          guard let value = ingress.nginx(name) else { continue }
          symptoms.append(
            Symptom(
              ingress, NginxAnnotation.field(name),
              "\(name) is \(value): clients stay at the pod that they had, and the \(added) pods that are added between "
                + "\(examination.countsText) get only new ones",
              fix: "remove \(NginxAnnotation.field(name)) for the test, or send no cookies"))
        }
      }
      for service in examination.services where service.spec["sessionAffinity"]?.string == "ClientIP" {
        symptoms.append(
          Symptom(
            service, "spec.sessionAffinity",
            "all requests of one address go to one pod of \(examination.countsText)",
            fix: "write spec.sessionAffinity: None"))
      }
      return symptoms
    })
}
