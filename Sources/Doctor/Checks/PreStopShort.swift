import KubernetesObjects

extension Check {
  static let preStopShort = Check(
    "prestop-short", .warning,
    meaning: "The preStop hook is shorter than endpoints and Ingress need to stop sending.",
    remedy: "Sleep 5 s or more in the hook.", needs: [.kind("Service"), .kind("Ingress")],
    ofWorkload: { examination in
      guard examination.isRouted else { return [] }
      return examination.mainContainers.compactMap { container in
        guard examination.isServing(container), let sleep = container.preStopSeconds,
          sleep < Double(EndpointDelay.seconds)
        else { return nil }
        return Symptom(
          examination.object, "\(container.path).lifecycle.preStop",
          "the hook of the container \(container.name) holds SIGTERM back for \(Int(sleep)) s, and endpoints and Ingress go on "
            + "sending for up to \(EndpointDelay.seconds) s: each of \(examination.countsText) pods that goes may cost errors",
          fix: "sleep at least \(EndpointDelay.seconds) s in \(container.path).lifecycle.preStop, as 10")
      }
    })
}

extension ExaminedContainer {
  /// How long the preStop hook sleeps, as far as its text says so.
  var preStopSeconds: Double? {
    guard let hook = json["lifecycle", "preStop"] else { return nil }
    if let sleep = hook["sleep", "seconds"]?.int { return Double(sleep) }
    let words = (hook["exec", "command"]?.array ?? []).compactMap(\.string)
      .flatMap { $0.split { " ;&\n\t".contains($0) }.map(String.init) }
    guard let index = words.firstIndex(where: { $0 == "sleep" || $0.hasSuffix("/sleep") }),
      words.indices.contains(index + 1)
    else { return nil }
    let text = words[index + 1]
    guard let last = text.last, let unit = ["s": 1.0, "m": 60, "h": 3600][last] else { return Double(text) }
    return Double(text.dropLast()).map { $0 * unit }
  }
}
