import KubernetesObjects

/// Which slices a Service has: pods with the same ports share some, and those in which no port of the Service is found are in
/// slices without ports, to which nothing can be sent
/// (Kubernetes 1.36, staging/src/k8s.io/endpointslice/reconciler.go, `reconcileByAddressType` and `finalize`).
struct SliceLayout: Equatable {
  /// What a slice has.
  struct Content: Equatable {
    var endpoints: [EndpointSlice.Endpoint]
    var ports: [EndpointSlice.Port]
  }

  /// What each slice that there was has from now on; `nil` for those that go.
  private(set) var kept: [Content?]
  /// What further slices have.
  private(set) var made: [Content] = []

  /// - Parameters:
  ///   - groups: the endpoints that there are now, by their ports; each has some.
  ///   - slices: what each slice has until now.
  init(_ groups: [Content], over slices: [Content]) {
    kept = slices.map { _ in nil }
    for group in groups {
      let own = slices.indices.filter { slices[$0].ports == group.ports }
      let spread = EndpointSpread(group.endpoints, over: own.map { slices[$0].endpoints })
      for (index, endpoints) in zip(own, spread.kept) {
        kept[index] = endpoints.map { Content(endpoints: $0, ports: group.ports) }
      }
      made += spread.made.map { Content(endpoints: $0, ports: group.ports) }
    }
    // A Service without endpoints has one slice, with none and without ports.
    if groups.isEmpty { made = [Content(endpoints: [], ports: [])] }
    // A slice that would go takes what another one would be made for.
    for index in kept.indices where kept[index] == nil {
      guard let last = made.popLast() else { break }
      kept[index] = last
    }
  }
}
