import KubernetesObjects

extension Check {
  static let ingressConnectTimeout = Check(
    "ingress-connect-timeout", .warning,
    meaning:
      "proxy-connect-timeout is long: a pod that is gone makes requests hang, where another pod would be tried soon.",
    remedy: "Leave it out (5 s), or set it to a few seconds.", needs: [.kind("Ingress")],
    ofWorkload: { examination in
      examination.ingresses.compactMap { ingress in
        guard let seconds = ingress.nginx("proxy-connect-timeout").flatMap({ Int($0) }), seconds > 30 else {
          return nil
        }
        return Symptom(
          ingress, NginxAnnotation.field("proxy-connect-timeout"),
          "a request to a pod that is gone waits \(seconds) s before another of \(examination.countsText) pods is tried; the "
            + "default is 5 s", fix: "remove \(NginxAnnotation.field("proxy-connect-timeout")), or write \"5\"")
      }
    })
}
