import KubernetesObjects
import Profiles
import RunTimeline
import Units

extension Expectation.EndpointsFloor: JudgedKind {
  /// What the Ingress has to send to: the distinct ready pods of all slices of a Service, as long as it is there.
  func opinion(on run: RunView) -> Opinion {
    run.judging(during, watching: \.readyEndpoints) { judged in
      let window = judged.window
      let services = judged.cluster.services.filter { service == nil || $0.service == service }
      guard !services.isEmpty else { return nothingSeen(judged) }
      let terms = services.flatMap { ServiceTerm.terms(of: $0, in: judged.stretch) }
      guard !terms.isEmpty else {
        let names = services.map(\.service).joined(separator: " and ")
        return .inconclusive("Service \(names) was not there during \(during)", window: window)
      }
      let gaps = CountEvidence.gaps(run, resource: EndpointSlice.resource.plural, in: window)
      let measured = measurement(of: terms, isWhole: judged.stretch.unfinished == nil)
      return decided(terms, judged, least: measured.lowest).about(
        window, evidence: services.flatMap { rows($0, in: window) } + gaps, measuring: [measured])
    }
  }

  private func decided(_ terms: [ServiceTerm], _ judged: JudgedCluster, least: Double?) -> Opinion {
    if let dip = terms.compactMap(\.deepest).filter({ $0.most < atLeast }).min(by: { $0.most < $1.most }) {
      let advice = EndpointsAdvice(dip, floor: atLeast, in: judged.cluster).text
      return .fail(
        "\(dip.sentence), where at least \(atLeast) were expected",
        evidence: advice.map { [Evidence(at: dip.at, $0)] } ?? [])
    }
    if let unfinished = judged.stretch.unfinished { return .inconclusive(unfinished) }
    for term in terms {
      if let doubt = doubt(about: term, judged) { return doubt }
    }
    guard let least else { return .inconclusive("nothing was seen of the endpoints in \(during)") }
    let names = Set(terms.map(\.service.service)).sorted().joined(separator: " or ")
    return .pass("never less than \(Int(least).of("ready endpoint")) of Service \(names)")
  }

  /// What is said of all that may belong to the window, when nothing that certainly does breaks the floor.
  private func doubt(about term: ServiceTerm, _ judged: JudgedCluster) -> Opinion? {
    let name = term.service.service
    let floor = CountCondition(.atLeast, atLeast)
    switch term.service.ready.always(floor, from: term.possible.earliest, to: term.possible.latest) {
    case .yes: return nil
    case .perhaps(let from, let to, nil):
      return .unknown(
        from, to, judged.run, resource: EndpointSlice.resource.plural, window: judged.window, evidence: [])
    case .perhaps(let from, let to, let range?):
      return .inconclusive(
        "\(CountEvidence.text(range)) ready endpoints of Service \(name) from \(from.plain) to \(to.plain)")
    case .no(let from, let to, let range):
      let dip = EndpointsDip(name, range, at: InstantBounds(from, to), isStretch: true)
      return .inconclusive("\(dip.sentence), which may lie outside of \(during)")
    case .seen(let value, let at):
      let dip = EndpointsDip(name, value...value, at: at, isStretch: false)
      return .inconclusive("\(dip.sentence), which may lie outside of \(during)")
    }
  }

  private func nothingSeen(_ judged: JudgedCluster) -> Opinion {
    let window = judged.window
    let causes = judged.run.causes(in: EndpointSlice.resource.plural, from: window.earliest, to: window.latest)
    let others = judged.cluster.services.map(\.service)
    let seen = others.isEmpty ? "" : "; those that did are \(others.joined(separator: ", "))"
    let subject = service.map { "Service \($0)" } ?? "no Service"
    let never = service == nil ? "was seen to send" : "was never seen to send"
    return .inconclusive("\(subject) \(never) to a pod of the workload\(seen)\(causes)", window: window)
  }

  /// The fewest of any of the Services.
  private func measurement(of terms: [ServiceTerm], isWhole: Bool) -> Judgement.Measurement {
    let extremes = terms.map {
      ExtremeCounts($0.service.ready, possible: $0.possible, certain: $0.certain, isWhole: isWhole).least
    }
    let lowest = extremes.map(\.lowest)
    return .count(
      "readyEndpoints.least", lowest.contains { $0 == nil } ? nil : lowest.compactMap { $0 }.min(),
      extremes.compactMap(\.highest).min(), limit: Judgement.Measurement.Limit(.atLeast, Double(atLeast)))
  }

  private func rows(_ service: ServiceEndpoints, in window: InstantBounds) -> [Evidence] {
    let name = "Service \(service.service)"
    let begins = service.terms.compactMap(\.begin).filter(window.meets).map {
      Evidence(at: $0, "\(name) came into being, and its endpoints count from then on")
    }
    let ends = service.terms.compactMap(\.end).filter(window.meets).map {
      Evidence(at: $0, "\(name) was deleted after the Ingress had left it, and its endpoints count no longer")
    }
    let changes = CountChange.changes(of: service.ready).filter { change in
      change.at.meets(window) && service.terms.contains { $0.concerns(change.at) }
    }
    let more = changes.count > 12 ? [Evidence("and \((changes.count - 12).of("further change"))")] : []
    return begins + ends
      + changes.prefix(12).map { Evidence(at: $0.at, "\($0.from) -> \($0.to) ready endpoints of \(name)") } + more
  }

  func remarks(on planned: PlannedWorkload) -> [PlanRemark] {
    if let problem = problem(ofServicesIn: planned) { return [problem] }
    guard let (range, limit) = planned.range(of: .ready), let wanted = planned.wanted?.range else { return [] }
    let counted = "the manifests want \(wanted.upperBound) replicas at the most (\(limit))"
    if atLeast > range.upperBound {
      return [
        PlanRemark(
          field: "atLeast",
          message: "\(counted), and there are never more than \(range.upperBound) pods, so that there are no "
            + "\(atLeast.of("endpoint"))",
          hint: "raise \(limit), or expect fewer", isImpossible: true)
      ]
    }
    guard atLeast > wanted.upperBound else { return [] }
    return [
      PlanRemark(
        field: "atLeast",
        message:
          "\(counted), so that there are \(atLeast.of("endpoint")) only while a rollout has more pods than are wanted",
        hint: "raise \(limit), or expect fewer")
    ]
  }

  /// That nothing sends to the workload what is asked for; `nil` where something may.
  private func problem(ofServicesIn planned: PlannedWorkload) -> PlanRemark? {
    let (kind, fields) = (KubernetesObjects.Service.resource.kind.lowercased(), planned.fields)
    let names = fields.objects(kind).map(\.objectName)
    if let service, !fields.mayExist(kind, service) {
      return PlanRemark(
        field: "service", message: "no manifest has a Service named \(service), and nothing in the run makes one",
        hint: Spelling.nearest(to: service, among: names).map { "did you mean \($0)?" }
          ?? (names.isEmpty ? "add it to the manifests" : "there are: \(names.sorted().joined(separator: ", "))"),
        isImpossible: true)
    }
    guard let template = planned.fixedTemplate else { return nil }
    // Who has no selector has endpoints that somebody else writes.
    let mayLead = fields.objects(kind).filter { object in
      let read = try? object.decoded(as: KubernetesObjects.Service.self)
      guard let read, read.spec.selector?.isEmpty == false else { return true }
      return read.sendsTo(podsWith: template.metadata?.labels ?? [:])
        || fields.mayChange(["spec", "selector"], of: kind, object.objectName)
    }.map(\.objectName)
    let areMade = fields.runsPrograms || fields.changes.contains { $0.kind == kind && !names.contains($0.name) }
    guard !areMade, service.map({ !mayLead.contains($0) }) ?? mayLead.isEmpty else { return nil }
    return PlanRemark(
      field: service == nil ? "during" : "service",
      message:
        "\(service.map { "Service \($0) does not select" } ?? "no Service of the manifests selects") the pods of "
        + "\(planned.reference.text), so that there are no endpoints to judge",
      hint: "have spec.selector of the Service name the labels of its pod template", isImpossible: true)
  }
}

extension ServiceEndpoints.Term {
  /// Whether a change of the count is one of a Service that was there before it and after it.
  fileprivate func concerns(_ at: InstantBounds) -> Bool {
    begin.map { at.latest > $0.latest } ?? true && end.map { at.earliest < $0.earliest } ?? true
  }
}
