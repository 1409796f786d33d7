import KubernetesObjects

/// What the Ingress knows: which service a host and path belong to, and which pods that service had of late.
struct IngressRouting: Sendable {
  /// A service with the port that an Ingress names.
  struct Backend: Sendable, Hashable {
    let service: ObjectKey
    /// `nil` when the service does not exist or has no such port, so that nothing answers.
    let port: Port?

    enum Port: Sendable, Hashable {
      case number
      /// Only pods in which a container names a port so.
      case named(String)
    }
  }

  struct Route: Sendable {
    let path: IngressPath
    let backend: Backend
  }

  /// Routes by host in lower case, the first that matches first; the empty host stands for every host.
  private(set) var routes: [String: [Route]] = [:]
  /// Where requests go that no rule is for.
  private(set) var fallback: Backend?
  /// Counts how often the rules were set: what was looked up before holds no more.
  private(set) var edition = 0
  /// The pods to which the Ingress sends now: those announced some time ago.
  private(set) var endpoints: [ObjectKey: [PodID]] = [:]
  /// What has been behind a destination so far, each with its number.
  private(set) var upstreams: [Upstream] = []
  private var numbers: [Backend: Int] = [:]
  /// Whose turn it is in each service, by ``Upstream/turn``.
  private var turns: [Int] = []
  private var turnsOfServices: [ObjectKey: Int] = [:]

  /// A backend, and what is ready for its next request.
  struct Upstream: Sendable {
    let backend: Backend
    /// Where the turn of its service stands in ``turns``: the backends of a service share one.
    let turn: Int
    /// The pods to which its requests go now; `nil` when that is to be found out.
    var targets: [PodID]?
  }

  mutating func setRoutes(_ routes: [String: [Route]], fallback: Backend?) {
    self.fallback = fallback
    edition += 1
    self.routes = routes.mapValues { routes in
      routes.enumerated().sorted { left, right in
        let (one, other) = (left.element.path.precedence, right.element.path.precedence)
        return one == other ? left.offset < right.offset : one < other
      }.map(\.element)
    }
  }

  /// What is behind a host and a path without its query.
  func backend(host: String, path: Substring) -> Backend? {
    let host = host.lowercased()
    let wildcard = host.firstIndex(of: ".").map { "*" + host[$0...] }
    // As with nginx, the host alone decides whose paths are looked at.
    let candidates = routes[host] ?? wildcard.flatMap { routes[$0] } ?? routes[""] ?? []
    return candidates.first { $0.path.matches(path) }?.backend ?? fallback
  }

  /// The number of what is behind a destination, which remembers it.
  mutating func upstream(behind destination: inout IngressDestination) -> Int? {
    if destination.edition != edition {
      destination.edition = edition
      destination.upstream = backend(host: destination.host, path: destination.path[...]).map { number(of: $0) }
    }
    return destination.upstream
  }

  private mutating func number(of backend: Backend) -> Int {
    if let number = numbers[backend] { return number }
    let turn = turnsOfServices[backend.service] ?? turns.count
    if turn == turns.count { turns.append(-1) }
    turnsOfServices[backend.service] = turn
    numbers[backend] = upstreams.count
    upstreams.append(Upstream(backend: backend, turn: turn))
    return upstreams.count - 1
  }

  func knowsTargets(of upstream: Int) -> Bool { upstreams[upstream].targets != nil }

  mutating func note(_ targets: [PodID], of upstream: Int) { upstreams[upstream].targets = targets }

  /// Has the pods behind every upstream found out anew.
  mutating func forgetTargets() {
    for upstream in upstreams.indices { upstreams[upstream].targets = nil }
  }

  mutating func setEndpoints(_ pods: [PodID], of service: ObjectKey) {
    endpoints[service] = pods
    forgetTargets()
  }

  /// The pod that is next in turn for a request; `nil` when there is none.
  mutating func nextTarget(of upstream: Int) -> PodID? {
    let count = upstreams[upstream].targets?.count ?? 0
    guard count > 0 else { return nil }
    let turn = upstreams[upstream].turn
    turns[turn] += 1
    return upstreams[upstream].targets?[turns[turn] % count]
  }
}

extension DataPlane {
  static let ingressAnnotationPrefix = "nginx.ingress.kubernetes.io/"

  /// The pods to which the Ingress sends requests for a backend now.
  func targets(of backend: IngressRouting.Backend) -> [PodID] {
    let known = routing.endpoints[backend.service] ?? []
    switch backend.port {
    case nil: return []
    case .number: return known
    case .named(let name): return known.filter { runtimes[$0]?.portNames.contains(name) ?? true }
    }
  }

  /// The Ingress learns the endpoints of a service.
  mutating func route(_ service: ObjectKey, to pods: [PodID], at wall: Double) {
    settleOfferedLoad(at: wall)
    routing.setEndpoints(pods, of: service)
  }

  /// Reads hosts, paths and services anew, after an Ingress or a Service has changed.
  mutating func rebuildRoutes(from store: ObjectStore, at wall: Double) {
    settleOfferedLoad(at: wall)
    let ingresses = store.all(.ingress).compactMap(\.ingress)
    let regexHosts = Self.hostsWithRegularExpressions(ingresses)
    var routes: [String: [IngressRouting.Route]] = [:]
    var fallback: IngressRouting.Backend?
    for ingress in ingresses {
      let namespace = ingress.metadata.namespace ?? ""
      for rule in ingress.spec.rules ?? [] {
        let host = (rule.host ?? "").lowercased()
        routes[host, default: []] += (rule.http?.paths ?? []).compactMap { path in
          Self.backend(path.backend, in: namespace, of: store).map {
            IngressRouting.Route(
              path: IngressPath(path.path ?? "/", type: path.pathType, isRegex: regexHosts.contains(host)), backend: $0)
          }
        }
      }
      guard let other = ingress.spec.defaultBackend.flatMap({ Self.backend($0, in: namespace, of: store) }) else {
        continue
      }
      let rest = IngressRouting.Route(path: IngressPath("/", type: "Prefix", isRegex: false), backend: other)
      for host in Set((ingress.spec.rules ?? []).map { ($0.host ?? "").lowercased() }) {
        routes[host, default: []].append(rest)
      }
      if ingress.spec.rules?.isEmpty ?? true { fallback = fallback ?? other }
    }
    routing.setRoutes(routes, fallback: fallback)
  }

  /// Hosts of which ingress-nginx reads every path as a regular expression: those with `use-regex`, or with a
  /// `rewrite-target` that is not the path itself, on any of their paths
  /// (ingress-nginx, docs/user-guide/ingress-path-matching.md, internal/ingress/controller/template/template.go).
  static func hostsWithRegularExpressions(_ ingresses: [Ingress]) -> Set<String> {
    var hosts: Set<String> = []
    for ingress in ingresses {
      let annotations = ingress.metadata.annotations ?? [:]
      let target = annotations[ingressAnnotationPrefix + "rewrite-target"] ?? ""
      let usesRegex = annotations[ingressAnnotationPrefix + "use-regex"] == "true"
      for rule in ingress.spec.rules ?? [] {
        let rewrites = !target.isEmpty && (rule.http?.paths ?? []).contains { $0.path ?? "/" != target }
        if usesRegex || rewrites { hosts.insert((rule.host ?? "").lowercased()) }
      }
    }
    return hosts
  }

  private static func backend(
    _ written: Ingress.Backend, in namespace: String, of store: ObjectStore
  ) -> IngressRouting.Backend? {
    guard let service = written.service else { return nil }
    let key = ObjectKey(namespace: namespace, name: service.name)
    let port = store[.service, key]?.service?.spec.ports?.first { port in
      service.port?.number.map { $0 == port.port } ?? (port.name != nil && port.name == service.port?.name)
    }
    return IngressRouting.Backend(
      service: key, port: port.map { $0.targetPort?.string.map { .named($0) } ?? .number })
  }
}
