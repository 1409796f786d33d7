import KubernetesObjects
import Units

/// Who one Service lets the Ingress send to: how many distinct pods are ready in all of its slices that have a port to send to.
package struct ServiceEndpoints: Sendable, Equatable {
  package let service: String
  package internal(set) var ready: CountEnvelope
  /// When each pod was ready in a slice with a port to send to, by its `uid`.
  package let presences: [String: [CountEnvelope.Presence]]
  /// When endpoints are asked of the Service, in order: from when it was there until its end, but where somebody deleted it
  /// whom no Ingress sent to any more.
  package let terms: [Term]
  /// When it was deleted, in order.
  package let absences: [Absence]
  /// When ready pods were in slices without a port to send to, in order.
  package let portless: [Portless]
  /// Whether requests of the Ingress may come through it.
  package let mayBeRouted: Bool

  /// A stretch over which ready pods were listed to which nothing could be sent, since the Service's port was not among theirs.
  package struct Portless: Sendable, Equatable {
    package let since: InstantBounds
    /// `nil` where it was so to the end.
    package let until: InstantBounds?
    package let pods: Int
    /// The port's name in the Service, where Ingresses send to that one alone.
    package let port: String?
  }

  /// One stretch over which a Service has to have endpoints.
  package struct Term: Sendable, Equatable {
    /// When the Service came into being; `nil` where it was there before anything was seen.
    package let begin: InstantBounds?
    /// When it was deleted after the Ingress had left it; `nil` where it was not.
    package let end: InstantBounds?
  }

  /// A stretch over which a Service was not there any more.
  package struct Absence: Sendable, Equatable {
    package let deleted: InstantBounds
    /// `nil` while it was not made anew.
    package let returned: InstantBounds?
  }

  /// Of each Service that sends to a pod of the workload, in the order of their names.
  static func services(
    in slices: ObjectHistory<EndpointSlice>, sendingTo own: [[ObjectVersion<EndpointSlice>]], _ routing: ServiceRouting
  ) -> [ServiceEndpoints] {
    let names = Set(own.compactMap { $0.last.map { service(of: $0.object) } })
    let all = Dictionary(grouping: slices.objects.filter { !$0.isEmpty }) { $0.last.map { service(of: $0.object) } }
    return names.sorted().map { name in
      let own = all[name] ?? []
      let port = routing.portName(of: name)
      let lives = Self.lives(of: own, in: slices)
      return ServiceEndpoints(
        service: name, ready: Self.readyEndpoints(of: own, in: slices, port: { _ in port }),
        presences: Self.presences(in: own) { _ in port }, terms: Self.terms(of: name, lives, routing),
        absences: Self.absences(between: lives),
        portless: own.flatMap { Self.portless($0, port) }.sorted { $0.since.latest < $1.since.latest },
        mayBeRouted: routing.mayLead(to: name))
    }
  }

  private static func service(of slice: EndpointSlice) -> String {
    slice.metadata.labels?[EndpointSlice.serviceNameLabel] ?? slice.metadata.name ?? ""
  }

  /// Over which slices were there of which nothing was heard.
  static func unseen(
    _ own: [[ObjectVersion<EndpointSlice>]], in slices: ObjectHistory<EndpointSlice>
  ) -> [ObservationGap] {
    own.compactMap { versions in
      guard let first = versions.first, let stretch = first.object.metadata.uid.flatMap(slices.unseen(uid:)) else {
        return nil
      }
      let cause = "the slices of Service \(service(of: first.object)) were not asked for before"
      return ObservationGap(stretch, cause: cause)
    }
  }

  /// From when to when a Service was there: it has a slice as long as it is (Kubernetes,
  /// pkg/controller/endpointslice/reconciler.go: one without endpoints where it has none).
  private static func lives(
    of own: [[ObjectVersion<EndpointSlice>]], in slices: ObjectHistory<EndpointSlice>
  ) -> [Term] {
    let known = slices.knownFrom ?? .zero
    let each = own.compactMap { versions -> Term? in
      guard let first = versions.first, let last = versions.last else { return nil }
      let unseen = first.object.metadata.uid.flatMap(slices.unseen(uid:))
      let wasThere = first.at.latest <= known || unseen.map { $0.earliest <= known } ?? false
      return Term(begin: wasThere ? nil : first.at, end: last.deleted ? last.at : nil)
    }
    var lives: [Term] = []
    for next in each.sorted(by: { ($0.begin?.latest ?? .farPast) < ($1.begin?.latest ?? .farPast) }) {
      guard let last = lives.last, last.end.map({ next.begin?.latest ?? .farPast <= $0.earliest }) ?? true else {
        lives.append(next)
        continue
      }
      let end = last.end.flatMap { end in next.end.map { $0.latest > end.latest ? $0 : end } }
      lives[lives.count - 1] = Term(begin: last.begin, end: end)
    }
    return lives
  }

  private static func absences(between lives: [Term]) -> [Absence] {
    lives.enumerated().compactMap { index, life in
      life.end.map { Absence(deleted: $0, returned: index + 1 < lives.count ? lives[index + 1].begin : nil) }
    }
  }

  /// A deletion ends a term where the Ingress had left the Service; where it had not, its endpoints are missed.
  private static func terms(of service: String, _ lives: [Term], _ routing: ServiceRouting) -> [Term] {
    var terms: [Term] = []
    for life in lives {
      let end = life.end.flatMap { routing.hasLeft(service, by: $0) ? $0 : nil }
      if let last = terms.last, last.end == nil {
        terms[terms.count - 1] = Term(begin: last.begin, end: end)
      } else {
        terms.append(Term(begin: life.begin, end: end))
      }
    }
    return terms
  }

  /// When a slice had ready pods and no port to send to.
  private static func portless(_ versions: [ObjectVersion<EndpointSlice>], _ port: String?) -> [Portless] {
    versions.indices.compactMap { index in
      let slice = versions[index].object
      guard !versions[index].deleted, !slice.ready.isEmpty, !slice.hasPort(named: port) else { return nil }
      let next = index + 1 < versions.count ? versions[index + 1].at : nil
      return Portless(since: versions[index].at, until: next, pods: slice.ready.count, port: port)
    }
  }

  static func readyEndpoints(
    of own: [[ObjectVersion<EndpointSlice>]], in slices: ObjectHistory<EndpointSlice>, _ routing: ServiceRouting
  ) -> CountEnvelope {
    readyEndpoints(of: own, in: slices) { routing.portName(of: service(of: $0)) }
  }

  /// How many pods are ready in any of these slices, each pod once.
  ///
  /// - Parameter port: the name of the port of its Service that a slice has to have, where one is known.
  private static func readyEndpoints(
    of own: [[ObjectVersion<EndpointSlice>]], in slices: ObjectHistory<EndpointSlice>,
    port: @escaping (EndpointSlice) -> String?
  ) -> CountEnvelope {
    guard let start = slices.knownFrom else { return .unknown }
    // What could not be read may be another slice of the Service.
    let unread = slices.objectGaps.filter { slices.versions[$0.key] == nil }.flatMap { $0.value.map(\.stretch) }
    if own.count == 1, let versions = own.first {
      var sight = slices.sight(named: versions.first?.object.metadata.name)
      sight.gaps += slices.silences.map(\.stretch) + unread
      return CountEnvelope(versions: versions, in: sight) { $0.readyTargets(port).count }
    }
    let uids = own.compactMap { $0.first?.object.metadata.uid }
    let missed = own.joined().compactMap { version in
      version.missedSince.map { InstantBounds($0, version.at.latest) }
    }
    let gaps =
      (slices.gaps + slices.silences + uids.flatMap { slices.objectGaps[$0] ?? [] }).map(\.stretch) + unread + missed
      + uids.compactMap(slices.unseen(uid:))
    let all = presences(in: own, port).sorted { $0.key < $1.key }.flatMap(\.value)
    return CountEnvelope(presences: all, start: start, gaps: gaps, end: slices.knownUntil)
  }

  /// Each pod from when a first slice shows it as ready until the last one no longer does: while the controller moves it
  /// from one slice to another, both may.
  private static func presences(
    in slices: [[ObjectVersion<EndpointSlice>]], _ port: (EndpointSlice) -> String?
  ) -> [String: [CountEnvelope.Presence]] {
    var byTarget: [String: [CountEnvelope.Presence]] = [:]
    for versions in slices {
      var since: [String: InstantBounds] = [:]
      for version in versions {
        let ready = version.deleted ? [] : version.object.readyTargets(port)
        for (target, from) in since where !ready.contains(target) {
          byTarget[target, default: []].append(CountEnvelope.Presence(from: from, to: version.at))
          since[target] = nil
        }
        for target in ready where since[target] == nil { since[target] = version.at }
      }
      for (target, from) in since { byTarget[target, default: []].append(CountEnvelope.Presence(from: from, to: nil)) }
    }
    return byTarget.mapValues(joined)
  }

  /// Joins those of one pod that certainly overlap.
  private static func joined(_ presences: [CountEnvelope.Presence]) -> [CountEnvelope.Presence] {
    var joined: [CountEnvelope.Presence] = []
    for next in presences.sorted(by: { ($0.from.latest, $0.from.earliest) < ($1.from.latest, $1.from.earliest) }) {
      guard let last = joined.last, last.to.map({ next.from.latest <= $0.earliest }) ?? true else {
        joined.append(next)
        continue
      }
      joined.removeLast()
      let from = InstantBounds(min(last.from.earliest, next.from.earliest), last.from.latest)
      let to = last.to.flatMap { one in
        next.to.map { InstantBounds(max(one.earliest, $0.earliest), max(one.latest, $0.latest)) }
      }
      joined.append(CountEnvelope.Presence(from: from, to: to))
    }
    return joined
  }
}

extension EndpointSlice {
  /// The pods that it shows as ready and that something can be sent to, each once.
  fileprivate func readyTargets(_ port: (EndpointSlice) -> String?) -> Set<String> {
    hasPort(named: port(self)) ? ready : []
  }

  /// Whether it has a port to send to. A port of the Service that is not among those of the pods is left out of their slice
  /// (Kubernetes, staging/src/k8s.io/endpointslice/utils.go, `getEndpointPorts`). The name of a Service without an address of
  /// its own stands for the pods whatever their ports.
  fileprivate func hasPort(named name: String?) -> Bool {
    if metadata.labels?[Self.headlessLabel] != nil { return true }
    guard let name else { return ports?.isEmpty == false }
    return (ports ?? []).contains { $0.name ?? "" == name }
  }

  /// The pods that it shows as ready, each once; a missing condition counts as ready.
  fileprivate var ready: Set<String> {
    Set(
      (endpoints ?? []).filter { $0.conditions?.ready ?? true }.compactMap {
        $0.targetRef?.uid ?? $0.targetRef?.name ?? $0.addresses?.first
      })
  }
}
