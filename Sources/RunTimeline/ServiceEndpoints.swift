import KubernetesObjects
import Units

/// Who one Service lets the Ingress send to: how many distinct pods are ready in all of its slices.
package struct ServiceEndpoints: Sendable, Equatable {
  package let service: String
  package internal(set) var ready: CountEnvelope

  /// Of each Service that sends to a pod of the workload, in the order of their names.
  static func services(
    in slices: ObjectHistory<EndpointSlice>, sendingTo own: [[ObjectVersion<EndpointSlice>]]
  ) -> [ServiceEndpoints] {
    let names = Set(own.compactMap { $0.last.map { service(of: $0.object) } })
    let all = Dictionary(grouping: slices.objects.filter { !$0.isEmpty }) { $0.last.map { service(of: $0.object) } }
    return names.sorted().map { name in
      ServiceEndpoints(service: name, ready: readyEndpoints(of: all[name] ?? [], in: slices))
    }
  }

  private static func service(of slice: EndpointSlice) -> String {
    slice.metadata.labels?[EndpointSlice.serviceNameLabel] ?? slice.metadata.name ?? ""
  }

  private static func readyEndpoints(
    of own: [[ObjectVersion<EndpointSlice>]], in slices: ObjectHistory<EndpointSlice>
  ) -> CountEnvelope {
    guard let start = slices.knownFrom else { return .unknown }
    // What could not be read may be another slice of the Service.
    let unread = slices.objectGaps.filter { slices.versions[$0.key] == nil }.flatMap { $0.value.map(\.stretch) }
    if own.count == 1, let versions = own.first {
      var sight = slices.sight(named: versions.first?.object.metadata.name)
      sight.gaps += slices.silences.map(\.stretch) + unread
      return CountEnvelope(versions: versions, in: sight) { $0.readyTargets.count }
    }
    let uids = own.compactMap { $0.first?.object.metadata.uid }
    let missed = own.joined().compactMap { version in
      version.missedSince.map { InstantBounds($0, version.at.latest) }
    }
    let gaps =
      (slices.gaps + slices.silences + uids.flatMap { slices.objectGaps[$0] ?? [] }).map(\.stretch) + unread + missed
    return CountEnvelope(presences: presences(in: own), start: start, gaps: gaps, end: slices.knownUntil)
  }

  /// Each pod from when a first slice shows it as ready until the last one no longer does: while the controller moves it
  /// from one slice to another, both may.
  private static func presences(in slices: [[ObjectVersion<EndpointSlice>]]) -> [CountEnvelope.Presence] {
    var byTarget: [String: [CountEnvelope.Presence]] = [:]
    for versions in slices {
      var since: [String: InstantBounds] = [:]
      for version in versions {
        let ready = version.deleted ? [] : version.object.readyTargets
        for (target, from) in since where !ready.contains(target) {
          byTarget[target, default: []].append(CountEnvelope.Presence(from: from, to: version.at))
          since[target] = nil
        }
        for target in ready where since[target] == nil { since[target] = version.at }
      }
      for (target, from) in since { byTarget[target, default: []].append(CountEnvelope.Presence(from: from, to: nil)) }
    }
    return byTarget.values.flatMap(joined)
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
  /// The pods that it shows as ready, each once; a missing condition counts as ready.
  fileprivate var readyTargets: Set<String> {
    Set(
      (endpoints ?? []).filter { $0.conditions?.ready ?? true }.compactMap {
        $0.targetRef?.uid ?? $0.targetRef?.name ?? $0.addresses?.first
      })
  }
}
