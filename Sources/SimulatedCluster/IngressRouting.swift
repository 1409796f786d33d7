import KubernetesObjects

/// What the Ingress knows: which service a host and path belong to, and which pods that service had of late.
struct IngressRouting: Sendable {
  struct Route: Sendable {
    let path: String
    let isExact: Bool
    let service: ObjectKey

    /// Prefixes match whole path elements (Kubernetes, `networking.k8s.io/v1`, `PathTypePrefix`).
    func matches(_ requested: Substring) -> Bool {
      if isExact { return requested == path }
      guard requested.hasPrefix(path) else { return false }
      return path.hasSuffix("/") || requested.utf8.count == path.utf8.count
        || requested.dropFirst(path.count).first == "/"
    }
  }

  /// Routes by host, the longest path first; the empty host stands for every host.
  private(set) var routes: [String: [Route]] = [:]
  /// The ready pods that were written to the EndpointSlice last.
  var announced: [ObjectKey: [PodID]] = [:]
  /// The pods to which the Ingress sends now: those announced some time ago.
  var endpoints: [ObjectKey: [PodID]] = [:]
  /// Whose turn it is in each service.
  private var turns: [ObjectKey: Int] = [:]

  mutating func setRoutes(_ routes: [String: [Route]]) {
    self.routes = routes.mapValues { $0.sorted { $0.path.utf8.count > $1.path.utf8.count } }
  }

  /// The service behind a host and a path without its query.
  func service(host: String, path: Substring) -> ObjectKey? {
    if let found = routes[host]?.first(where: { $0.matches(path) }) { return found.service }
    if let dot = host.firstIndex(of: "."),
      let found = routes["*" + host[dot...]]?.first(where: { $0.matches(path) })
    {
      return found.service
    }
    return routes[""]?.first { $0.matches(path) }?.service
  }

  /// The pods of a service in turn.
  mutating func nextPod(of service: ObjectKey) -> PodID? {
    guard let pods = endpoints[service], !pods.isEmpty else { return nil }
    let turn = turns[service, default: -1] + 1
    turns[service] = turn
    return pods[turn % pods.count]
  }
}

extension ClusterSimulation {
  /// Reads hosts, paths and services anew, after an Ingress or a Service has changed.
  mutating func rebuildRoutes() {
    settleOfferedLoad()
    var routes: [String: [IngressRouting.Route]] = [:]
    for ingress in store.all(.ingress).compactMap(\.ingress) {
      let namespace = ingress.metadata.namespace ?? ""
      func route(_ backend: Ingress.Backend?, path: String, isExact: Bool) -> IngressRouting.Route? {
        guard let name = backend?.service?.name else { return nil }
        let key = ObjectKey(namespace: namespace, name: name)
        return store[.service, key] == nil ? nil : IngressRouting.Route(path: path, isExact: isExact, service: key)
      }
      for rule in ingress.spec.rules ?? [] {
        routes[rule.host ?? "", default: []] += (rule.http?.paths ?? []).compactMap {
          route($0.backend, path: $0.path ?? "/", isExact: $0.pathType == "Exact")
        }
      }
      routes["", default: []] += [route(ingress.spec.defaultBackend, path: "/", isExact: false)].compactMap { $0 }
    }
    routing.setRoutes(routes)
  }
}
