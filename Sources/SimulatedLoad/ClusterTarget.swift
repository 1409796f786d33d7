package import LoadDriving
import LoadFacts
package import SimulatedCluster
import Units

/// The Ingress of a simulated cluster as the target of a load in virtual time.
///
/// Answers have a status, and headers with the name of the pod and its version; what else a route may expect of an answer is not there to be
/// checked. Instants are wall time, in which the cluster passes ``ClusterSimulation/timeScale`` times as fast.
package struct ClusterTarget: VirtualTarget {
  /// The headers of an answer that the load generator reads.
  package struct ReadHeaders: Sendable {
    package var pod: Bool
    package var version: Bool

    package init(pod: Bool = true, version: Bool = true) {
      self.pod = pod
      self.version = version
    }
  }

  package internal(set) var cluster: ClusterSimulation
  /// Cluster time at instant zero.
  private let origin: Duration
  private let timeScale: Double
  private let address: @Sendable (PendingRequest) -> (host: String, target: String)
  private let settledRoutes: Set<Int>
  /// By route: where its latest request went, and whether the next one goes there too.
  private var destinations: [IngressDestination] = []
  private var isSettled: [Bool] = []
  private let headers: ReadHeaders
  /// What the Ingress did with the latest request of a slot.
  private var decisions: [IngressDecision] = []

  /// - Parameters:
  ///   - cluster: at the moment that is instant zero.
  ///   - headers: which headers of answers are read.
  ///   - settledRoutes: those whose requests all go to one host and path, so that one of them is asked for.
  ///   - address: the `Host` header of a request, and its target, with or without a query.
  package init(
    _ cluster: ClusterSimulation, reading headers: ReadHeaders = ReadHeaders(), settledRoutes: Set<Int> = [],
    address: @escaping @Sendable (PendingRequest) -> (host: String, target: String)
  ) {
    self.cluster = cluster
    self.headers = headers
    self.settledRoutes = settledRoutes
    self.address = address
    origin = cluster.now
    timeScale = cluster.timeScale
  }

  mutating func advance(to instant: Int64) {
    cluster.advance(to: origin + .nanoseconds(instant, times: timeScale))
  }

  package mutating func arrive(
    _ request: PendingRequest, over connection: Int, in slot: Int, at now: Int64
  ) -> Int64? {
    advance(to: now)
    find(request)
    while decisions.count <= slot { decisions.append(.noRoute) }
    decisions[slot] = cluster.arrive(at: &destinations[request.route], over: connection)
    switch decisions[slot] {
    case .forwarded(let request): return now + request.answerAfterNanoseconds
    case .unanswered: return now + ClusterSimulation.readTimeout.nanoseconds
    case .noRoute, .noEndpoint, .refused, .overloaded: return now
    }
  }

  /// Has ``destinations`` say where a request goes.
  private mutating func find(_ request: PendingRequest) {
    let route = request.route
    if route < isSettled.count, isSettled[route] { return }
    while destinations.count <= route {
      destinations.append(IngressDestination(host: "", target: ""))
      isSettled.append(false)
    }
    let (host, target) = address(request)
    destinations[route] = IngressDestination(host: host, target: target)
    isSettled[route] = settledRoutes.contains(route)
  }

  package mutating func answer(in slot: Int, at now: Int64) -> VirtualAnswer? {
    advance(to: now)
    switch decisions[slot] {
    case .noRoute: return VirtualAnswer(.status(404))
    case .noEndpoint: return VirtualAnswer(.status(503))
    case .refused: return VirtualAnswer(.status(502))
    case .unanswered: return VirtualAnswer(.status(504))
    case .overloaded(let pod, let version): return answer(.status(503), pod, version)
    case .forwarded(let request):
      switch cluster.outcome(of: request) {
      case .answered: return answer(.status(200), request.pod, request.version)
      case .failed: return answer(.status(500), request.pod, request.version)
      case .silent: return nil
      case .cut: return VirtualAnswer(.status(502))
      }
    }
  }

  private func answer(_ outcome: Outcome, _ pod: String, _ version: String) -> VirtualAnswer {
    VirtualAnswer(outcome, pod: headers.pod ? pod : nil, version: headers.version ? version : nil)
  }
}
