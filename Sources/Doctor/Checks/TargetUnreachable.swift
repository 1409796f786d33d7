extension Check {
  static let targetUnreachable = Check(
    "target-unreachable", .blocking,
    meaning: "The target's name is not found, it does not answer, or its certificate is not trusted.",
    remedy: "Mend what the message names: DNS, address, port, certificate or authority.", needs: [.target],
    ofSurroundings: { patient in
      guard let target = patient.facts.target, let problem = target.problem else { return [] }
      return [
        Symptom(
          about: target.url, "no request can be sent, of any rate: \(problem)",
          fix: "mend target.url, target.connectTo or target.tls of the profile, or what the message names")
      ]
    })
}
