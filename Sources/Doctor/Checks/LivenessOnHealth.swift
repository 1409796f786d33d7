import KubernetesObjects

extension Check {
  static let livenessOnHealth = Check(
    "liveness-on-health", .advice,
    meaning:
      "Liveness asks a general health check, which in many frameworks includes databases and other services: their "
      + "outage restarts every pod. What is checked stands in the program and not in a manifest.",
    remedy:
      "Ask a path for liveness that checks nothing but the process, and one for readiness that fails when the pod "
      + "cannot serve.",
    ofWorkload: { examination in
      examination.mainContainers.compactMap { container in
        guard let liveness = container.probe("livenessProbe"),
          let path = liveness.json["httpGet", "path"]?.string,
          generalHealthPaths.contains(path.lowercased())
        else { return nil }
        let startup = container.probe("startupProbe").map { $0.question == liveness.question } ?? false
        let readiness = container.probe("readinessProbe")?.json["httpGet", "path"]?.string
        return Symptom(
          examination.object, "\(liveness.path).httpGet.path",
          "liveness \(startup ? "and startup ask" : "asks") \(path): if that includes a database or another service, its outage "
            + "restarts all \(examination.countsText) pods within \(liveness.patience) s"
            + (readiness.map {
              "; and where no check is tagged for \($0), as in ASP.NET Core without tags, readiness answers well as soon as "
                + "the process listens"
            } ?? ""),
          fix:
            "ask a path in \(liveness.path) that checks nothing but the process, and see that readiness fails when the "
            + "pod cannot serve")
      }
    })

  private static let generalHealthPaths: Set<String> = [
    "/health", "/health/", "/healthcheck", "/health-check", "/api/health", "/status", "/actuator/health",
  ]
}
