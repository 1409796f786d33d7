import KubernetesObjects

extension Check {
  static let ingressGuarded = Check(
    "ingress-guarded", .warning,
    meaning: "The Ingress lets only some addresses or users through: others get 403 or 401.",
    remedy: "Add this machine to the list, or send the credentials with the requests.", needs: [.kind("Ingress")],
    ofWorkload: { examination in
      examination.ingresses.flatMap { ingress in
        [
          ("whitelist-source-range", "403"), ("denylist-source-range", "403"), ("auth-url", "401"),
          ("auth-type", "401"),
          ("auth-tls-secret", "400"),
        ].compactMap { name, status -> Symptom? in
          guard let value = ingress.nginx(name) else { return nil }
          return Symptom(
            ingress, NginxAnnotation.field(name),
            "\(name) is \(value): requests that it does not let through are answered with \(status) and reach none of "
              + "\(examination.countsText) pods",
            fix: "see that the load passes \(NginxAnnotation.field(name)): by its address, or by headers in requests")
        }
      }
    })
}
