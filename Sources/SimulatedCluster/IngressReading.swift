import KubernetesObjects

/// Reads the rules of the Ingress from the objects.
extension DataPlane {
  /// The pods to which the Ingress sends requests for a backend now.
  func targets(of backend: IngressRouting.Backend) -> [PodID] {
    let known = routing.endpoints[backend.service] ?? []
    switch backend.port {
    case nil: return []
    case .number: return known
    case .named(let name): return known.filter { runtimes[$0].map { $0.ports.number(named: name) != nil } ?? true }
    }
  }

  /// Whether a pod refuses what is sent to it for a backend, since nothing listens on that port.
  func isDeaf(_ pod: PodID, to backend: IngressRouting.Backend) -> Bool {
    guard case .number(let number) = backend.port, let runtime = runtimes[pod] else { return false }
    return !runtime.ports.answers(on: number)
  }

  /// The Ingress learns the endpoints of a service.
  mutating func route(_ service: ObjectKey, to pods: [PodID], at wall: Double) {
    settleOfferedLoad(at: wall)
    routing.setEndpoints(pods, of: service)
  }

  /// Reads hosts, paths and services anew, after an Ingress or a Service has changed. The Ingress acts on them a while later, but
  /// for those that the cluster begins with.
  mutating func rebuildRoutes(in context: inout ControllerContext) {
    rulesToCome.append(
      IngressRouting.Rules(context.store.all(.ingress).compactMap(\.ingress), context.store))
    if context.now == .zero {
      takeRules(at: context.wall)
    } else {
      context.schedule(.routeByRules, after: context.workload.ruleDelay)
    }
  }

  /// The Ingress acts on the oldest rules that are on their way.
  mutating func takeRules(at wall: Double) {
    guard !rulesToCome.isEmpty else { return }
    settleOfferedLoad(at: wall)
    routing.setRules(rulesToCome.removeFirst())
  }
}

extension IngressRouting.Backend.Port {
  /// `nil` for what is not TCP, over which an Ingress sends.
  fileprivate init?(_ port: Service.Port) {
    guard port.protocol ?? "TCP" == "TCP" else { return nil }
    if let name = port.targetPort?.string, !name.isEmpty {
      self = .named(name)
    } else {
      self = .number(port.targetPort?.int ?? port.port)
    }
  }
}

extension IngressRouting.Rules {
  /// A host and a path as they are written, by which a canary finds its main Ingress.
  private struct WrittenPath: Hashable {
    let host: String
    let path: String
    let type: String?
  }

  /// - Parameters:
  ///   - ingresses: of all namespaces; of two for one path the first counts.
  ///   - store: has their services.
  init(_ ingresses: [Ingress], _ store: ObjectStore) {
    self.init()
    for object in store.all(.service) {
      guard let spec = object.service?.spec, spec.sessionAffinity == "ClientIP" else { continue }
      clientAffinity[object.key] = Double(spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800)
    }
    let canaries = ingresses.map { CanaryPolicy(IngressAnnotations($0)) }
    let mains = zip(ingresses, canaries).filter { $1 == nil }.map(\.0)
    let regexHosts = Ingress.hostsWithRegularExpressions(mains)
    var backends: [WrittenPath: IngressRouting.Backend] = [:]
    for ingress in mains { read(ingress, regexHosts: regexHosts, store, &backends) }
    for (ingress, policy) in zip(ingresses, canaries) {
      guard let policy else { continue }
      read(ingress, asCanary: policy, store, backends)
    }
  }

  private mutating func read(
    _ ingress: Ingress, regexHosts: Set<String>, _ store: ObjectStore,
    _ backends: inout [WrittenPath: IngressRouting.Backend]
  ) {
    let namespace = ingress.metadata.namespace ?? ""
    let settings = ProxySettings(IngressAnnotations(ingress))
    for rule in ingress.spec.rules ?? [] {
      let host = (rule.host ?? "").lowercased()
      if let entries = ingress.spec.tls, !entries.isEmpty, !host.isEmpty, tls[host] == nil {
        tls[host] = IngressRouting.TLS(namespace: namespace, entries: entries)
      }
      for path in rule.http?.paths ?? [] {
        guard let backend = Self.backend(path.backend, in: namespace, of: store) else { continue }
        let written = WrittenPath(host: host, path: path.path ?? "/", type: path.pathType)
        backends[written] = backends[written] ?? backend
        routes[host, default: []].append(
          IngressRouting.Route(
            path: IngressPath(written.path, type: path.pathType, isRegex: regexHosts.contains(host)), backend: backend,
            settings: settings))
      }
    }
    guard let other = ingress.spec.defaultBackend.flatMap({ Self.backend($0, in: namespace, of: store) }) else {
      return
    }
    let rest = IngressRouting.Route(
      path: IngressPath("/", type: "Prefix", isRegex: false), backend: other, settings: settings)
    for host in Set((ingress.spec.rules ?? []).map { ($0.host ?? "").lowercased() }) {
      routes[host, default: []].append(rest)
    }
    if ingress.spec.rules?.isEmpty ?? true { fallback = fallback ?? rest }
  }

  /// A canary has no routes of its own: it joins the service of the main Ingress with the same host, path and type, and
  /// takes its part wherever requests for that service come from
  /// (ingress-nginx, internal/ingress/controller/controller.go, `mergeAlternativeBackends`).
  private mutating func read(
    _ ingress: Ingress, asCanary policy: CanaryPolicy, _ store: ObjectStore,
    _ backends: [WrittenPath: IngressRouting.Backend]
  ) {
    let namespace = ingress.metadata.namespace ?? ""
    if let written = ingress.spec.defaultBackend {
      join(Self.backend(written, in: namespace, of: store), to: fallback?.backend, by: policy)
    }
    for rule in ingress.spec.rules ?? [] {
      let host = (rule.host ?? "").lowercased()
      for path in rule.http?.paths ?? [] {
        let main = backends[WrittenPath(host: host, path: path.path ?? "/", type: path.pathType)]
        join(Self.backend(path.backend, in: namespace, of: store), to: main, by: policy)
      }
    }
  }

  private mutating func join(
    _ canary: IngressRouting.Backend?, to main: IngressRouting.Backend?, by policy: CanaryPolicy
  ) {
    guard let main, let canary, canary != main, canaries[main] == nil else { return }
    canaries[main] = IngressRouting.Canary(backend: canary, policy: policy)
  }

  private static func backend(
    _ written: Ingress.Backend, in namespace: String, of store: ObjectStore
  ) -> IngressRouting.Backend? {
    guard let service = written.service else { return nil }
    let key = ObjectKey(namespace: namespace, name: service.name)
    let spec = store[.service, key]?.service?.spec
    let port = spec?.ports?.first { port in
      service.port?.number.map { $0 == port.port } ?? (port.name != nil && port.name == service.port?.name)
    }
    let isElsewhere = spec?.type == "ExternalName"
    return IngressRouting.Backend(
      service: key, port: isElsewhere ? nil : port.flatMap(IngressRouting.Backend.Port.init))
  }
}
