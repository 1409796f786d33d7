import KubernetesObjects

extension Check {
  static let ingressNginxRetired = Check(
    "ingress-nginx-retired", .advice,
    meaning: "ingress-nginx is retired: its maintenance ended in March 2026.",
    remedy: "Plan to move to the Gateway API or another controller, and compare runs before and after.",
    needs: [.kind("Ingress")],
    ofWorkload: { examination in
      guard let ingress = examination.ingresses.first(where: \.isForNginx) else { return [] }
      return [
        Symptom(
          ingress, "spec.ingressClassName",
          "ingress-nginx serves \(Texts.count(examination.ingresses.count { $0.isForNginx }, "Ingress object")) of "
            + "\(examination.object.title), and its maintenance ended in March 2026",
          fix:
            "plan another controller in spec.ingressClassName or the Gateway API, and run this profile before and after"
        )
      ]
    })
}
