import KubernetesObjects

extension Check {
  static let graceTooShort = Check(
    "grace-too-short", .warning,
    meaning:
      "The grace period ends before the preStop hook and the longest request have: requests are cut off by SIGKILL.",
    remedy: "Raise terminationGracePeriodSeconds above the hook and the longest request together.",
    ofWorkload: { examination in
      let grace = examination.podSpec["terminationGracePeriodSeconds"]?.int ?? 30
      guard let sleep = examination.mainContainers.compactMap(\.preStopSeconds).max() else { return [] }
      let drain = examination.facts.load?.requestTimeout ?? 5
      let needed = Int((sleep + drain).rounded(.up))
      guard grace < needed else { return [] }
      let whose =
        examination.facts.load == nil
        ? "5 s for requests that are under way" : "requests of up to \(Int(drain.rounded(.up))) s"
      return [
        Symptom(
          examination.object, "\(Examination.podSpecPath).terminationGracePeriodSeconds",
          "pods are killed \(grace) s after they were told to end, and preStop sleeps \(Int(sleep)) s, which leaves too little "
            + "for \(whose): each of \(examination.countsText) pods that goes may cut requests off",
          fix: "write \(Examination.podSpecPath).terminationGracePeriodSeconds: \(needed + 10)")
      ]
    })
}
