import KubernetesObjects

extension Check {
  static let ingressCanaryBeside = Check(
    "ingress-canary", .advice,
    meaning: "A canary Ingress of the host sends part of the requests elsewhere.",
    remedy: "End the canary before the test, or judge by servedBy.", needs: [.kind("Ingress")],
    ofWorkload: { examination in
      let hosts = Set(examination.ingresses.flatMap { $0.ingressPaths.map(\.host) })
      return examination.all("Ingress").compactMap { ingress in
        guard ingress.nginx("canary") == "true", ingress.ingressPaths.contains(where: { hosts.contains($0.host) })
        else {
          return nil
        }
        let share = ingress.nginx("canary-weight").map { weight in
          "\(weight) of \(ingress.nginx("canary-weight-total") ?? "100") requests"
        }
        return Symptom(
          ingress, NginxAnnotation.field("canary"),
          "\(share ?? "requests with a header or cookie") go by this canary, and not by the other Ingress to "
            + "\(examination.countsText) pods",
          fix: "set \(NginxAnnotation.field("canary-weight")) to \"0\" for the test, or tell versions apart by "
            + "target.servedBy")
      }
    })
}
