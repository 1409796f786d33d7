import KubernetesObjects

extension Check {
  static let ingressBodySize = Check(
    "ingress-body-size", .advice,
    meaning: "The Ingress refuses bodies above a size that is smaller than its default of 1 MB.",
    remedy: "Raise proxy-body-size above the bodies of the test.", needs: [.kind("Ingress")],
    ofWorkload: { examination in
      examination.ingresses.compactMap { ingress in
        guard let text = ingress.nginx("proxy-body-size")?.lowercased(), let last = text.last else { return nil }
        let unit = ["k": 1024, "m": 1_048_576, "g": 1_073_741_824][last]
        guard let number = Int(unit == nil ? text : String(text.dropLast())), number > 0,
          number * (unit ?? 1) < 1_048_576
        else { return nil }
        return Symptom(
          ingress, NginxAnnotation.field("proxy-body-size"),
          "requests with more than \(text) are answered with 413 before any of \(examination.countsText) pods; the default is "
            + "1m", fix: "raise \(NginxAnnotation.field("proxy-body-size")) above the bodies of the test")
      }
    })
}
