extension Check {
  static let certificateExpiring = Check(
    "certificate-expiring", .warning,
    meaning: "The target's certificate expires within two weeks.", remedy: "Renew it.", needs: [.certificate],
    ofSurroundings: { patient in
      guard let target = patient.facts.target, let certificate = target.certificate, certificate.days < 14 else {
        return []
      }
      return [
        Symptom(
          about: target.url,
          "the certificate of \(certificate.subject) expires in \(Int(certificate.days.rounded(.down))) days, which is less than "
            + "14", fix: "renew it: the Secret that spec.tls of the Ingress names")
      ]
    })
}
