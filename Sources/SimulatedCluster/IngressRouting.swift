import KubernetesObjects

/// What the Ingress knows: which service a host and path belong to, and which pods that service had of late.
struct IngressRouting: Sendable {
  /// A service with the port that an Ingress names.
  struct Backend: Sendable, Hashable {
    let service: ObjectKey
    /// `nil` when the service does not exist, has no such port or stands for a name elsewhere, so that nothing answers.
    let port: Port?

    /// The port of the pods.
    enum Port: Sendable, Hashable {
      /// Of each pod, whether something listens there or not.
      case number(Int)
      /// Only pods in which a container names a port so.
      case named(String)
    }
  }

  struct Route: Sendable {
    let path: IngressPath
    let backend: Backend
    let settings: ProxySettings
  }

  /// Where requests to a host and path go.
  struct Place: Sendable {
    /// Number in ``upstreams``.
    let upstream: Int
    /// Number in ``IngressRouting/settings``.
    let settings: Int
  }

  /// The service that takes a part of the requests for another one.
  struct Canary: Sendable {
    let backend: Backend
    let policy: CanaryPolicy
  }

  /// What all Ingresses say.
  struct Rules: Sendable {
    /// Routes by host in lower case, the first that matches first; the empty host stands for every host.
    var routes: [String: [Route]] = [:]
    /// Where requests go that no rule is for.
    var fallback: Route?
    /// By the backend that requests are taken from, whatever the host: there is one for each, as with ingress-nginx.
    var canaries: [Backend: Canary] = [:]
    /// The Services that have all connections of one address stay with one pod, and for how many seconds after the latest.
    var clientAffinity: [ObjectKey: Double] = [:]
    /// By host in lower case, with `*.` for any first label: what the first Ingress with TLS says.
    var tls: [String: TLS] = [:]
  }

  private(set) var rules = Rules()
  /// Counts how often the rules were set: what was looked up before holds no more.
  private(set) var edition = 0
  /// The pods to which the Ingress sends now: those announced some time ago.
  private(set) var endpoints: [ObjectKey: [PodID]] = [:]
  /// What has been behind a destination so far, each with its number.
  private(set) var upstreams: [Upstream] = []
  /// What Ingresses have said of the destinations so far, each once, with its number.
  private(set) var settings: [ProxySettings] = []
  private var numbers: [Backend: Int] = [:]
  /// Whose turn it is in each service, by ``Upstream/turn``.
  private var turns: [Int] = []
  private var turnsOfServices: [ObjectKey: Int] = [:]

  /// A backend, and what is ready for its next request.
  struct Upstream: Sendable {
    let backend: Backend
    /// Who takes a part of its requests.
    var canary: (upstream: Int, policy: CanaryPolicy)?
    /// Where the turn of its service stands in ``turns``: the backends of a service share one.
    let turn: Int
    /// The pods to which its requests go now; `nil` when that is to be found out.
    var targets: [PodID]?
    /// Those of them that do not listen on the port.
    var deaf: Set<PodID> = []
  }

  mutating func setRules(_ rules: Rules) {
    edition += 1
    self.rules = rules
    self.rules.routes = rules.routes.mapValues { routes in
      routes.enumerated().sorted { left, right in
        let (one, other) = (left.element.path.precedence, right.element.path.precedence)
        return one == other ? left.offset < right.offset : one < other
      }.map(\.element)
    }
    for upstream in upstreams.indices { findCanary(of: upstream) }
  }

  /// What is behind a host and a path without its query.
  func route(host: String, path: Substring) -> Route? {
    // As with nginx, the host alone decides whose paths are looked at.
    let candidates = Ingress.namings(of: host).lazy.compactMap { rules.routes[$0] }.first ?? rules.routes[""]
    return candidates?.first { $0.path.matches(path) } ?? rules.fallback
  }

  /// Whether an Ingress has TLS for a host.
  func hasTLS(host: String) -> Bool { !rules.tls.isEmpty && tls(host: host) != nil }

  /// The host or wildcard that stands for a host, and what an Ingress says of its certificate.
  func tls(host: String) -> (server: String, tls: TLS)? {
    for naming in Ingress.namings(of: host) {
      if let tls = rules.tls[naming] { return (naming, tls) }
    }
    return nil
  }

  /// Where requests to a destination go, which it remembers.
  mutating func place(of destination: inout IngressDestination) -> Place? {
    if destination.edition != edition {
      destination.edition = edition
      destination.place = route(host: destination.host, path: destination.path[...]).map {
        Place(upstream: number(of: $0.backend), settings: number(of: $0.settings))
      }
    }
    return destination.place
  }

  private mutating func number(of settings: ProxySettings) -> Int {
    if let number = self.settings.firstIndex(of: settings) { return number }
    self.settings.append(settings)
    return self.settings.count - 1
  }

  private mutating func number(of backend: Backend) -> Int {
    if let number = numbers[backend] { return number }
    let turn = turnsOfServices[backend.service] ?? turns.count
    if turn == turns.count { turns.append(-1) }
    turnsOfServices[backend.service] = turn
    let number = upstreams.count
    numbers[backend] = number
    upstreams.append(Upstream(backend: backend, turn: turn))
    findCanary(of: number)
    return number
  }

  private mutating func findCanary(of upstream: Int) {
    upstreams[upstream].canary = rules.canaries[upstreams[upstream].backend].map { canary in
      (number(of: canary.backend), canary.policy)
    }
  }

  func knowsTargets(of upstream: Int) -> Bool { upstreams[upstream].targets != nil }

  /// Whether there is a pod for its next request.
  func hasTarget(_ upstream: Int) -> Bool { upstreams[upstream].targets?.isEmpty == false }

  /// How many pods there are for its next request.
  func countOfTargets(of upstream: Int) -> Int { upstreams[upstream].targets?.count ?? 0 }

  /// - Parameter deaf: those of them that do not listen on the port.
  mutating func note(_ targets: [PodID], deaf: Set<PodID>, of upstream: Int) {
    upstreams[upstream].targets = targets
    upstreams[upstream].deaf = deaf
  }

  /// Whether a pod of an upstream does not listen on its port.
  func isDeaf(_ pod: PodID, of upstream: Int) -> Bool {
    !upstreams[upstream].deaf.isEmpty && upstreams[upstream].deaf.contains(pod)
  }

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
