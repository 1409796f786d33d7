import KubernetesObjects
import Profiles
import RunTimeline
import Units

extension Expectation.EndpointsFloor: JudgedKind {
  /// What the Ingress has to send to: the distinct ready pods of all slices of a Service.
  func opinion(on run: RunView) -> Opinion {
    run.judging(during, watching: { services(of: $0).first?.ready ?? .unknown }) { judged in
      let (services, window) = (services(of: judged.cluster), judged.window)
      let resource = EndpointSlice.resource.plural
      guard !services.isEmpty else {
        let causes = run.causes(in: resource, from: window.earliest, to: window.latest)
        let name = service.map { "Service \($0)" } ?? "a Service"
        return .inconclusive(
          "no slice of \(name) was seen that sends to a pod of the workload\(causes)", window: window)
      }
      let measured = measurement(of: services, in: judged.stretch)
      return decided(services, judged, least: measured.lowest).about(
        window,
        evidence: services.flatMap { rows($0, in: window) } + CountEvidence.gaps(run, resource: resource, in: window),
        measuring: [measured])
    }
  }

  private func services(of cluster: ClusterHistory) -> [ServiceEndpoints] {
    cluster.services.filter { service == nil || $0.service == service }
  }

  private func decided(_ services: [ServiceEndpoints], _ judged: JudgedCluster, least: Double?) -> Opinion {
    let stretch = judged.stretch
    for service in services {
      let certain = service.ready.always(floor, from: stretch.start.latest, to: stretch.end.earliest)
      guard let breach = Self.breach(certain) else { continue }
      return .fail(
        "\(breach) of Service \(service.service), where at least \(atLeast) were expected",
        evidence: [Self.advice(judged.cluster)])
    }
    if let unfinished = stretch.unfinished { return .inconclusive(unfinished) }
    for service in services {
      if let doubt = doubt(about: service, judged) { return doubt }
    }
    guard let least else { return .inconclusive("nothing was seen of the endpoints in \(during)") }
    return .pass("never less than \(Int(least).of("ready endpoint"))")
  }

  private var floor: CountCondition { CountCondition(.atLeast, atLeast) }

  /// What is said of all that may belong to the window, when nothing that certainly does breaks the floor.
  private func doubt(about service: ServiceEndpoints, _ judged: JudgedCluster) -> Opinion? {
    let window = judged.window
    let always = service.ready.always(floor, from: window.earliest, to: window.latest)
    switch always {
    case .yes: return nil
    case .no, .seen: return Self.breach(always).map { .inconclusive("\($0), which may lie outside of \(during)") }
    case .perhaps(let from, let to, nil):
      return .unknown(from, to, judged.run, resource: EndpointSlice.resource.plural, window: window, evidence: [])
    case .perhaps(let from, let to, let range?):
      return .inconclusive(
        "\(CountEvidence.text(range)) ready endpoints of Service \(service.service) from \(from.plain) to \(to.plain)")
    }
  }

  private static func breach(_ always: CountEnvelope.Always) -> String? {
    switch always {
    case .no(let from, let to, let range):
      "\(CountEvidence.text(range)) ready endpoints from \(from.plain) to \(to.plain)"
    case .seen(let value, let at): "\(value.of("ready endpoint")) \(at.plain)"
    case .yes, .perhaps: nil
    }
  }

  /// The fewest of any of the Services.
  private func measurement(of services: [ServiceEndpoints], in stretch: RunView.Stretch) -> Judgement.Measurement {
    let extremes = services.map {
      ExtremeCounts(
        $0.ready, possible: stretch.hull, certain: (stretch.start.latest, stretch.end.earliest),
        isWhole: stretch.unfinished == nil
      ).least
    }
    let lowest = extremes.map(\.lowest)
    return .count(
      "readyEndpoints.least", lowest.contains { $0 == nil } ? nil : lowest.compactMap { $0 }.min(),
      extremes.compactMap(\.highest).min(), limit: Judgement.Measurement.Limit(.atLeast, Double(atLeast)))
  }

  private func rows(_ service: ServiceEndpoints, in window: InstantBounds) -> [Evidence] {
    let changes = CountChange.changes(of: service.ready).filter {
      $0.at.latest >= window.earliest && $0.at.earliest <= window.latest
    }
    return changes.prefix(12).map {
      Evidence(at: $0.at, "\($0.from) -> \($0.to) ready endpoints of Service \(service.service)")
    }
  }

  /// What keeps endpoints: how many pods may be missing, and whether they say when they are ready.
  private static func advice(_ cluster: ClusterHistory) -> Evidence {
    let workload = cluster.workload.last?.object
    let hasProbe = workload?.template.spec.containers?.contains { $0.readinessProbe != nil } ?? true
    guard hasProbe else { return Evidence("give the pod template a readinessProbe: without one pods count at once") }
    if case .surging = workload?.replacement {
      return Evidence("change strategy.rollingUpdate.maxUnavailable to 0, or want more replicas")
    }
    return Evidence("want more replicas, so that those that are replaced are not missed")
  }
}
